-- Refusals of one kind (an action and a code) by one actor, since the first of them or since their last count (SPEC A5). A refusal writes its row here
-- and, unless it is the first, nothing else: it locks neither the tenant nor the end of the audit chain.
CREATE TABLE refusal_count (
  tenant_id  uuid           NOT NULL DEFAULT app_tenant(),
  actor_kind text           NOT NULL,
  actor_id   text           NOT NULL,
  action     text           NOT NULL,
  code       text           NOT NULL,
  actor_name text           NOT NULL,
  since      timestamptz(3) NOT NULL,
  count      bigint         NOT NULL,
  CONSTRAINT refusal_count_pkey PRIMARY KEY (tenant_id, actor_kind, actor_id, action, code),
  CONSTRAINT refusal_count_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT refusal_count_actor_kind_check CHECK (actor_kind IN ('user', 'api_key', 'staff', 'system')),
  CONSTRAINT refusal_count_count_check CHECK (count >= 0)
);
CREATE INDEX refusal_count_since_tenant_id_idx ON refusal_count (since, tenant_id);

ALTER TABLE refusal_count ENABLE ROW LEVEL SECURITY;
ALTER TABLE refusal_count FORCE ROW LEVEL SECURITY;
CREATE POLICY bound_tenant ON refusal_count USING (tenant_id = (SELECT app_tenant())) WITH CHECK (tenant_id = (SELECT app_tenant()));
CREATE POLICY crossing ON refusal_count FOR SELECT TO CURRENT_USER USING (true);
CREATE TRIGGER refusal_count_tenant_id_is_immutable BEFORE UPDATE OF tenant_id ON refusal_count
  FOR EACH ROW WHEN (OLD.tenant_id IS DISTINCT FROM NEW.tenant_id) EXECUTE FUNCTION refuse_change('tenant_id');

CREATE OR REPLACE FUNCTION purge_order() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN ARRAY['api_key', 'retrieval_count', 'charge', 'usage_record', 'entitlement', 'earning', 'market_index', 'listing', 'data_object', 'stale_object',
    'dataset', 'idempotency_key', 'ownership_transfer', 'invitation', 'contract', 'refusal_count', 'audit_event', 'audit_head', 'membership', 'tenant'];

CREATE OR REPLACE FUNCTION crossing_due_tenants(moment timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.tenant_id FROM public.tenant t WHERE t.status = 'pending_deletion' AND t.deletion_due_at <= moment
  UNION SELECT t.tenant_id FROM public.tombstone t WHERE t.purged_at IS NULL
  UNION SELECT t.tenant_id FROM public.tenant t WHERE t.next_plan_due_at <= moment AND t.status <> 'deleted'
  UNION SELECT i.tenant_id FROM public.invitation i JOIN public.tenant t USING (tenant_id)
    WHERE (i.expires_at <= moment OR i.sent_at IS NULL AND t.status = 'active') AND t.status <> 'deleted'
  UNION SELECT o.tenant_id FROM public.ownership_transfer o WHERE o.expires_at <= moment
  UNION SELECT k.tenant_id FROM public.idempotency_key k JOIN public.tenant t USING (tenant_id) WHERE k.expires_at <= moment AND t.status <> 'deleted'
  UNION SELECT s.tenant_id FROM public.stale_object s JOIN public.tenant t USING (tenant_id) WHERE s.since <= moment - interval '1 day' AND t.status <> 'deleted'
  UNION SELECT r.tenant_id FROM public.refusal_count r JOIN public.tenant t USING (tenant_id) WHERE r.since <= moment - interval '1 minute' AND t.status <> 'deleted'
$$;
