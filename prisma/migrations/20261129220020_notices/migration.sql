-- Messages that tell members of something done to their tenant, until they are sent or given up. A try counts, and has its successor's date, from when it begins.
CREATE TABLE notice (
  tenant_id   uuid           NOT NULL DEFAULT app_tenant(),
  id          uuid           NOT NULL,
  email       text           NOT NULL,
  facts       jsonb          NOT NULL,
  created_at  timestamptz(3) NOT NULL,
  tries       integer        NOT NULL DEFAULT 0,
  refusals    integer        NOT NULL DEFAULT 0,
  next_try_at timestamptz(3),
  CONSTRAINT notice_delivery_check CHECK (refusals BETWEEN 0 AND tries),
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
