-- The cost points a minute that an API key may spend of its tenant's budget. Null: all of them.
ALTER TABLE api_key ADD COLUMN cost_points_per_minute integer,
  ADD CONSTRAINT api_key_cost_points_per_minute_check CHECK (cost_points_per_minute > 0);
