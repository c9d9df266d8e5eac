-- Messages that tell members of something done to their tenant, until they are sent. A row is removed with the message that it becomes.
CREATE TABLE notice (
  tenant_id  uuid           NOT NULL DEFAULT app_tenant(),
  id         uuid           NOT NULL,
  email      text           NOT NULL,
  facts      jsonb          NOT NULL,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT notice_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT notice_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT notice_email_check CHECK (length(email) <= 254)
);

ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice FORCE ROW LEVEL SECURITY;
CREATE POLICY bound_tenant ON notice USING (tenant_id = (SELECT app_tenant())) WITH CHECK (tenant_id = (SELECT app_tenant()));
CREATE POLICY crossing ON notice FOR SELECT TO CURRENT_USER USING (true);
CREATE TRIGGER notice_tenant_id_is_immutable BEFORE UPDATE OF tenant_id ON notice
  FOR EACH ROW WHEN (OLD.tenant_id IS DISTINCT FROM NEW.tenant_id) EXECUTE FUNCTION refuse_change('tenant_id');

CREATE OR REPLACE FUNCTION purge_order() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN ARRAY['api_key', 'retrieval_count', 'charge', 'usage_record', 'entitlement', 'earning', 'market_index', 'listing', 'data_object', 'stale_object',
    'dataset', 'idempotency_key', 'ownership_transfer', 'invitation', 'contract', 'notice', 'refusal_count', 'audit_event', 'audit_head', 'membership', 'tenant'];

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
  UNION SELECT n.tenant_id FROM public.notice n JOIN public.tenant t USING (tenant_id) WHERE t.status <> 'deleted'
$$;
