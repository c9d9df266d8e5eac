-- How often a caller has used a deprecated part of the schema, and when last. The caller is a person in a tenant (the membership), or an API key. A row goes with its caller, and 90 days after
-- its last use. No name and no address is stored.
CREATE TABLE deprecated_use (
  tenant_id     uuid           NOT NULL DEFAULT app_tenant(),
  membership_id uuid,
  api_key_id    uuid,
  part          text           NOT NULL,
  count         integer        NOT NULL,
  last_at       timestamptz(3) NOT NULL,
  CONSTRAINT deprecated_use_key UNIQUE NULLS NOT DISTINCT (tenant_id, membership_id, api_key_id, part),
  CONSTRAINT deprecated_use_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT deprecated_use_membership_id_fkey FOREIGN KEY (tenant_id, membership_id) REFERENCES membership (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT deprecated_use_api_key_id_fkey FOREIGN KEY (tenant_id, api_key_id) REFERENCES api_key (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT deprecated_use_caller_check CHECK (num_nonnulls(membership_id, api_key_id) = 1),
  CONSTRAINT deprecated_use_count_check CHECK (count > 0)
);
CREATE INDEX deprecated_use_api_key_id_idx ON deprecated_use (tenant_id, api_key_id);

ALTER TABLE deprecated_use ENABLE ROW LEVEL SECURITY;
ALTER TABLE deprecated_use FORCE ROW LEVEL SECURITY;
CREATE POLICY bound_tenant ON deprecated_use USING (tenant_id = (SELECT app_tenant())) WITH CHECK (tenant_id = (SELECT app_tenant()));
-- For the export of what is stored about a person.
CREATE POLICY crossing ON deprecated_use FOR SELECT TO CURRENT_USER USING (true);
CREATE TRIGGER deprecated_use_tenant_id_is_immutable BEFORE UPDATE OF tenant_id ON deprecated_use
  FOR EACH ROW WHEN (OLD.tenant_id IS DISTINCT FROM NEW.tenant_id) EXECUTE FUNCTION refuse_change('tenant_id');

CREATE OR REPLACE FUNCTION purge_order() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN ARRAY['deprecated_use', 'api_key', 'retrieval_count', 'charge', 'usage_record', 'entitlement', 'earning', 'market_index', 'listing', 'data_object',
    'stale_object', 'dataset', 'idempotency_key', 'ownership_transfer', 'invitation', 'contract', 'notice', 'refusal_count', 'audit_event', 'audit_head',
    'audit_subject', 'membership', 'tenant'];

-- What is stored about the person of a verified token (SPEC R10), beside the audit logs.
CREATE OR REPLACE FUNCTION crossing_person_data(issuer text, identity text, verified text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH me AS (SELECT p.* FROM public.person p WHERE p.issuer = crossing_person_data.issuer AND p.subject = identity)
  SELECT jsonb_build_object(
    'person', (SELECT jsonb_build_object('id', p.id, 'issuer', p.issuer, 'subject', p.subject, 'name', p.name, 'email', p.email,
        'emailVerified', p.email_verified, 'createdAt', p.created_at) FROM me p),
    'memberships', (SELECT coalesce(jsonb_agg(jsonb_build_object('tenantId', m.tenant_id, 'tenant', t.name, 'membershipId', m.id, 'roles', m.roles,
        'joinedAt', m.created_at) ORDER BY m.created_at, m.id), '[]')
      FROM me p JOIN public.membership m ON m.person_id = p.id JOIN public.tenant t ON t.tenant_id = m.tenant_id WHERE t.status <> 'deleted'),
    'invitations', (SELECT coalesce(jsonb_agg(jsonb_build_object('tenantId', i.tenant_id, 'invitationId', i.id, 'email', i.email, 'roles', i.roles,
        'createdAt', i.created_at, 'expiresAt', i.expires_at) ORDER BY i.created_at, i.id), '[]') FROM public.invitation i WHERE i.email = verified),
    'apiKeys', (SELECT coalesce(jsonb_agg(jsonb_build_object('tenantId', k.tenant_id, 'apiKeyId', k.id, 'name', k.name, 'holderName', k.holder_name,
        'createdAt', k.created_at) ORDER BY k.created_at, k.id), '[]')
      FROM me p JOIN public.audit_subject s ON s.person_id = p.id AND s.subject LIKE 'member:%'
      JOIN public.api_key k ON k.tenant_id = s.tenant_id AND k.holder_id = substr(s.subject, 8)::uuid),
    'deprecatedUses', (SELECT coalesce(jsonb_agg(jsonb_build_object('tenantId', d.tenant_id, 'membershipId', d.membership_id, 'field', d.part, 'count', d.count,
        'lastAt', d.last_at) ORDER BY d.tenant_id, d.part), '[]')
      FROM me p JOIN public.membership m ON m.person_id = p.id JOIN public.deprecated_use d ON d.tenant_id = m.tenant_id AND d.membership_id = m.id))
$$;
