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
