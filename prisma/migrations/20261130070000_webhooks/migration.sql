-- The webhooks of a tenant (SPEC E2): where its events are sent, with the permissions of one of its members.
CREATE TABLE webhook (
  tenant_id      uuid           NOT NULL DEFAULT app_tenant(),
  id             uuid           NOT NULL,
  name           text           NOT NULL,
  url            text           NOT NULL,
  types          text[]         NOT NULL,
  status         text           NOT NULL DEFAULT 'active',
  -- The member whose permissions decide what is sent. No foreign key: a webhook outlives the membership, and sends nothing then.
  membership_id  uuid           NOT NULL,
  -- Encrypted with a key that the database doesn't have.
  secret         bytea          NOT NULL,
  earlier_secret bytea,
  earlier_until  timestamptz(3),
  -- The number of the last event for which there are deliveries, if its type is one of these.
  last_number    integer        NOT NULL DEFAULT 0,
  -- The tries that failed since the last success, and until when nothing is tried after many of them.
  failures       integer        NOT NULL DEFAULT 0,
  paused_until   timestamptz(3),
  created_at     timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at     timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  rotated_at     timestamptz(3),
  CONSTRAINT webhook_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT webhook_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id)
    ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT webhook_name_check CHECK (length(name) BETWEEN 1 AND 120 AND name = btrim(name)),
  CONSTRAINT webhook_url_check CHECK (length(url) <= 2000 AND url ~ '^https?://[^[:space:]]+$'),
  CONSTRAINT webhook_types_check CHECK (cardinality(types) > 0),
  CONSTRAINT webhook_status_check CHECK (status IN ('active', 'paused', 'disabled')),
  CONSTRAINT webhook_earlier_check CHECK ((earlier_secret IS NULL) = (earlier_until IS NULL))
);

-- What is sent, or was, to a webhook: an event because of its type, an event again, or a test.
CREATE TABLE webhook_delivery (
  tenant_id    uuid           NOT NULL DEFAULT app_tenant(),
  id           uuid           NOT NULL,
  webhook_id   uuid           NOT NULL,
  kind         text           NOT NULL,
  event_id     uuid           NOT NULL,
  -- The event's number; a test has none.
  number       integer,
  type         text           NOT NULL,
  subject_type text           NOT NULL,
  subject_id   text           NOT NULL,
  -- What a test sends; an event has its own.
  payload      text,
  status       text           NOT NULL DEFAULT 'waiting',
  tries        integer        NOT NULL DEFAULT 0,
  status_code  integer,
  failure      text,
  duration_ms  integer,
  created_at   timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  last_try_at  timestamptz(3),
  next_try_at  timestamptz(3),
  ended_at     timestamptz(3),
  CONSTRAINT webhook_delivery_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT webhook_delivery_tenant_id_webhook_id_fkey FOREIGN KEY (tenant_id, webhook_id) REFERENCES webhook (tenant_id, id)
    ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT webhook_delivery_kind_check CHECK (kind IN ('event', 'redelivery', 'test') AND (number IS NULL) = (kind = 'test') AND (payload IS NULL) = (kind <> 'test')),
  CONSTRAINT webhook_delivery_status_check CHECK (status IN ('waiting', 'delivered', 'skipped', 'failed')),
  CONSTRAINT webhook_delivery_waiting_check CHECK ((status = 'waiting') = (next_try_at IS NOT NULL) AND (status = 'waiting') = (ended_at IS NULL))
);
-- One delivery of an event, whoever adds it.
CREATE UNIQUE INDEX webhook_delivery_event_key ON webhook_delivery (tenant_id, webhook_id, event_id) WHERE kind = 'event';
CREATE INDEX webhook_delivery_tenant_id_webhook_id_id_idx ON webhook_delivery (tenant_id, webhook_id, id);
CREATE INDEX webhook_delivery_due_idx ON webhook_delivery (tenant_id, webhook_id, next_try_at) WHERE status = 'waiting';
CREATE INDEX webhook_delivery_order_idx ON webhook_delivery (tenant_id, webhook_id, subject_type, subject_id, number)
  WHERE status = 'waiting' AND kind = 'event';
CREATE INDEX webhook_delivery_ended_idx ON webhook_delivery (ended_at, tenant_id) WHERE ended_at IS NOT NULL;

-- Both walls (SPEC T6): the policy, and no way to another tenant.
ALTER TABLE webhook ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook FORCE ROW LEVEL SECURITY;
ALTER TABLE webhook_delivery ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_delivery FORCE ROW LEVEL SECURITY;
CREATE POLICY bound_tenant ON webhook
  USING (tenant_id = (SELECT app_tenant())) WITH CHECK (tenant_id = (SELECT app_tenant()));
CREATE POLICY bound_tenant ON webhook_delivery
  USING (tenant_id = (SELECT app_tenant())) WITH CHECK (tenant_id = (SELECT app_tenant()));
CREATE POLICY crossing ON webhook FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY crossing ON webhook_delivery FOR SELECT TO CURRENT_USER USING (true);
CREATE TRIGGER webhook_tenant_id_is_immutable BEFORE UPDATE OF tenant_id ON webhook
  FOR EACH ROW WHEN (OLD.tenant_id IS DISTINCT FROM NEW.tenant_id)
  EXECUTE FUNCTION refuse_change('tenant_id');
CREATE TRIGGER webhook_delivery_tenant_id_is_immutable BEFORE UPDATE OF tenant_id ON webhook_delivery
  FOR EACH ROW WHEN (OLD.tenant_id IS DISTINCT FROM NEW.tenant_id)
  EXECUTE FUNCTION refuse_change('tenant_id');

-- The purge takes its rows too (SPEC S4). A table comes before those that it refers to.
CREATE OR REPLACE FUNCTION purge_order() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN ARRAY['webhook_delivery', 'webhook', 'event_outbox', 'event', 'event_head', 'trusted_document', 'deprecated_use', 'api_key', 'retrieval_count', 'charge', 'usage_record',
    'entitlement', 'earning', 'market_index', 'listing', 'data_object',
    'stale_object', 'dataset', 'idempotency_key', 'ownership_transfer',
    'invitation', 'contract', 'notice', 'refusal_count', 'audit_event',
    'audit_head', 'audit_subject', 'membership', 'tenant'];

-- How many webhooks a plan allows (SPEC P1). Null, as in a contract: no cap.
ALTER TABLE plan ADD COLUMN webhook_limit integer, ADD CONSTRAINT plan_webhook_limit_check CHECK (webhook_limit > 0);
ALTER TABLE contract ADD COLUMN webhook_limit integer, ADD CONSTRAINT contract_webhook_limit_check CHECK (webhook_limit > 0);
UPDATE plan SET webhook_limit = CASE code WHEN 'FREE' THEN 1 WHEN 'STARTER' THEN 3 WHEN 'PROFESSIONAL' THEN 10 ELSE 50 END;

-- ── Crossings ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

-- The webhooks for which something is to be done at a moment: a delivery is due, or there are events for which none was added yet. A suspended tenant's wait (SPEC E4).
CREATE FUNCTION crossing_due_webhooks(moment timestamptz) RETURNS TABLE (tenant_id uuid, webhook_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT w.tenant_id, w.id FROM public.webhook w JOIN public.tenant t ON t.tenant_id = w.tenant_id
  WHERE t.status IN ('active', 'pending_deletion')
    AND (w.status = 'active' AND coalesce(w.paused_until <= moment, true) AND EXISTS (SELECT FROM public.event_head h WHERE h.tenant_id = w.tenant_id AND h.seq > w.last_number)
      OR EXISTS (SELECT FROM public.webhook_delivery d
        WHERE d.tenant_id = w.tenant_id AND d.webhook_id = w.id AND d.status = 'waiting' AND d.next_try_at <= moment
          AND (d.kind <> 'event' OR w.status = 'active' AND coalesce(w.paused_until <= moment, true))))
$$;

-- The tenants in which something is due, deliveries that are to be removed among it.
CREATE OR REPLACE FUNCTION crossing_due_tenants(moment timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.tenant_id FROM public.tenant t WHERE t.status = 'pending_deletion' AND t.deletion_due_at <= moment
  UNION SELECT t.tenant_id FROM public.tombstone t WHERE t.purged_at IS NULL
  UNION SELECT t.tenant_id FROM public.tenant t WHERE t.next_plan_due_at <= moment AND t.status <> 'deleted'
  UNION SELECT i.tenant_id FROM public.invitation i JOIN public.tenant t USING (tenant_id)
    WHERE (i.expires_at <= moment OR t.status = 'active' AND i.sent_at IS NULL AND i.given_up_at IS NULL AND coalesce(i.next_try_at <= moment, true))
      AND t.status <> 'deleted'
  UNION SELECT o.tenant_id FROM public.ownership_transfer o WHERE o.expires_at <= moment
  UNION SELECT k.tenant_id FROM public.idempotency_key k JOIN public.tenant t USING (tenant_id) WHERE k.expires_at <= moment AND t.status <> 'deleted'
  UNION SELECT s.tenant_id FROM public.stale_object s JOIN public.tenant t USING (tenant_id) WHERE s.since <= moment - interval '1 day' AND t.status <> 'deleted'
  UNION SELECT r.tenant_id FROM public.refusal_count r JOIN public.tenant t USING (tenant_id) WHERE r.since <= moment - interval '1 minute' AND t.status <> 'deleted'
  UNION SELECT n.tenant_id FROM public.notice n JOIN public.tenant t USING (tenant_id) WHERE coalesce(n.next_try_at <= moment, true) AND t.status <> 'deleted'
  UNION SELECT d.tenant_id FROM public.webhook_delivery d JOIN public.tenant t USING (tenant_id) WHERE d.ended_at <= moment - interval '30 days' AND t.status <> 'deleted'
$$;

-- The tenants that have webhooks, so that a command can encrypt their secrets with another key.
CREATE FUNCTION crossing_webhook_tenants() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT w.tenant_id FROM public.webhook w ORDER BY 1
$$;

REVOKE ALL ON FUNCTION crossing_due_webhooks(timestamptz), crossing_webhook_tenants() FROM PUBLIC;
