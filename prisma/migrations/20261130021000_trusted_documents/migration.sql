-- The trusted documents of a tenant (SPEC G9): texts of GraphQL documents, by the SHA-256 of each, as a version of an app or an API key sends them. A text is what was hashed, so neither changes.
CREATE TABLE trusted_document (
  tenant_id  uuid           NOT NULL DEFAULT app_tenant(),
  id         uuid           NOT NULL,
  app        text           NOT NULL,
  version    text           NOT NULL,
  api_key_id uuid,
  hash       text           NOT NULL,
  text       text           NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  retired_at timestamptz(3),
  CONSTRAINT trusted_document_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT trusted_document_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id)
    ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT trusted_document_tenant_id_api_key_id_fkey FOREIGN KEY (tenant_id, api_key_id) REFERENCES api_key (tenant_id, id)
    ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT trusted_document_app_check CHECK (length(app) BETWEEN 1 AND 80 AND app = btrim(app)),
  CONSTRAINT trusted_document_version_check CHECK (length(version) BETWEEN 1 AND 80 AND version = btrim(version)),
  CONSTRAINT trusted_document_text_check CHECK (length(text) BETWEEN 1 AND 20000),
  CONSTRAINT trusted_document_hash_check CHECK (hash = encode(sha256(convert_to(text, 'UTF8')), 'hex'))
);
CREATE UNIQUE INDEX trusted_document_tenant_id_app_version_hash_key ON trusted_document (tenant_id, app, version, hash);
CREATE INDEX trusted_document_tenant_id_hash_idx ON trusted_document (tenant_id, hash);
CREATE INDEX trusted_document_tenant_id_api_key_id_idx ON trusted_document (tenant_id, api_key_id);
CREATE INDEX trusted_document_tenant_id_retired_at_idx ON trusted_document (tenant_id, retired_at);

-- Both walls (SPEC T6): the policy, and no way to another tenant.
ALTER TABLE trusted_document ENABLE ROW LEVEL SECURITY;
ALTER TABLE trusted_document FORCE ROW LEVEL SECURITY;
CREATE POLICY bound_tenant ON trusted_document
  USING (tenant_id = (SELECT app_tenant())) WITH CHECK (tenant_id = (SELECT app_tenant()));
CREATE TRIGGER trusted_document_tenant_id_is_immutable BEFORE UPDATE OF tenant_id ON trusted_document
  FOR EACH ROW WHEN (OLD.tenant_id IS DISTINCT FROM NEW.tenant_id)
  EXECUTE FUNCTION refuse_change('tenant_id');

-- The purge takes its rows too (SPEC S4). A table comes before those that it refers to.
CREATE OR REPLACE FUNCTION purge_order() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN ARRAY['trusted_document', 'deprecated_use', 'api_key', 'retrieval_count', 'charge', 'usage_record',
    'entitlement', 'earning', 'market_index', 'listing', 'data_object',
    'stale_object', 'dataset', 'idempotency_key', 'ownership_transfer',
    'invitation', 'contract', 'notice', 'refusal_count', 'audit_event',
    'audit_head', 'audit_subject', 'membership', 'tenant'];

-- Whether an API key may send documents that aren't registered.
ALTER TABLE api_key ADD COLUMN document_mode text NOT NULL DEFAULT 'off',
  ADD CONSTRAINT api_key_document_mode_check CHECK (document_mode IN ('off', 'log', 'require'));

-- Counts the changes of a tenant's trusted documents; 0: it never had one. Each request reads it with the caller's membership or API key, so what a replica cached of the documents before a change is
-- not used after it.
ALTER TABLE tenant ADD COLUMN documents_revision integer NOT NULL DEFAULT 0;

-- A function's columns can't be changed, so it is made anew, and whoever could call it still can.
CREATE TEMPORARY TABLE callers ON COMMIT DROP AS
  SELECT DISTINCT a.grantee FROM pg_proc p, aclexplode(p.proacl) a
  WHERE p.oid = 'crossing_memberships_of(text, text, uuid, text)'::regprocedure AND a.grantee NOT IN (0, p.proowner);

DROP FUNCTION crossing_memberships_of(text, text, uuid, text);

CREATE FUNCTION crossing_memberships_of(issuer text, subject text, named_id uuid, named_slug text)
RETURNS TABLE (person_id uuid, tenant_id uuid, slug text, name text, status text, status_reason text, plan_code text, features text[],
  cost_points_per_minute integer, documents_revision integer, sells boolean, buys boolean, membership_id uuid, roles text[], joined_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT p.id, x.tenant_id, x.slug, x.name, x.status, x.status_reason, x.plan_code, x.features, x.cost_points_per_minute, x.documents_revision, x.sells, x.buys, x.id, x.roles,
    x.created_at
  FROM public.person p
  LEFT JOIN LATERAL (
    SELECT t.tenant_id, t.slug, t.name, t.status, t.status_reason, t.plan_code, l.features, t.documents_revision, t.sells, t.buys, m.id, m.roles, m.created_at,
      CASE WHEN t.plan_code = 'ENTERPRISE' AND EXISTS (SELECT FROM public.contract c WHERE c.tenant_id = t.tenant_id)
        THEN (SELECT c.cost_points_per_minute FROM public.contract c WHERE c.tenant_id = t.tenant_id)
        ELSE l.cost_points_per_minute END AS cost_points_per_minute
    FROM public.membership m
    JOIN public.tenant t ON t.tenant_id = m.tenant_id
    JOIN public.plan l ON l.code = t.plan_code
    WHERE m.person_id = p.id AND t.status <> 'deleted'
      AND m.tenant_id BETWEEN coalesce(named_id, '00000000-0000-0000-0000-000000000000') AND coalesce(named_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
      AND (named_slug IS NULL OR t.slug = named_slug)
  ) x ON true
  WHERE p.issuer = crossing_memberships_of.issuer AND p.subject = crossing_memberships_of.subject
  ORDER BY x.created_at, x.tenant_id;
END $$;

REVOKE ALL ON FUNCTION crossing_memberships_of(text, text, uuid, text) FROM PUBLIC;
DO $$
DECLARE caller oid;
BEGIN
  FOR caller IN SELECT grantee FROM callers LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION crossing_memberships_of(text, text, uuid, text) TO %s', caller::regrole);
  END LOOP;
END $$;
