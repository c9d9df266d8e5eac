-- Who asks is looked up at every request. Among 20,000 tenants PostgreSQL takes a plan for the known values for the better one, and makes it anew each time: half a millisecond, where to
-- run it takes a fourteenth of that. The plan for any values is the same: a person by issuer and subject, their memberships, those tenants.
ALTER FUNCTION crossing_memberships_of(text, text, uuid, text) SET plan_cache_mode = force_generic_plan;
