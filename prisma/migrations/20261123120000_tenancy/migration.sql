-- Plans, people, tenants and memberships, and the database's own wall between tenants.
-- It runs as the role that is to own everything. The gateway's role owns nothing; what it may touch is in src/database/grants.ts.

-- ── Who a statement acts for ────────────────────────────────────────────────────────────────────────────────────────────
-- Set for one transaction at a time (src/database/binding.ts). Unset, and '' (what SET LOCAL leaves behind), mean nobody: no row.

CREATE FUNCTION app_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN NULLIF(current_setting('app.tenant_id', true), '')::uuid;

CREATE FUNCTION app_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN NULLIF(current_setting('app.person_id', true), '')::uuid;

-- ── Tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION is_set(items text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN cardinality(items) = (SELECT count(DISTINCT item) FROM unnest(items) AS item);

CREATE TABLE plan (
  code                   text    NOT NULL,
  name                   text    NOT NULL,
  rank                   integer NOT NULL,
  member_limit           integer,
  api_key_limit          integer,
  dataset_limit          integer,
  monthly_retrievals     integer,
  cost_points_per_minute integer,
  features               text[],
  support                text    NOT NULL,
  CONSTRAINT plan_pkey PRIMARY KEY (code),
  CONSTRAINT plan_code_check CHECK (code IN ('FREE', 'STARTER', 'PROFESSIONAL', 'ENTERPRISE')),
  CONSTRAINT plan_features_check CHECK (features IS NOT NULL AND features <@ ARRAY['advanced_analytics'] AND is_set(features)),
  CONSTRAINT plan_support_check CHECK (support IN ('community', 'basic', 'priority', 'dedicated')),
  -- No cap is null, never 0 or a very large number (SPEC P2).
  CONSTRAINT plan_limits_check CHECK (
    member_limit > 0 AND api_key_limit > 0 AND dataset_limit > 0 AND monthly_retrievals > 0 AND cost_points_per_minute > 0)
);
CREATE UNIQUE INDEX plan_rank_key ON plan (rank);

CREATE TABLE person (
  id             uuid           NOT NULL,
  issuer         text           NOT NULL,
  subject        text           NOT NULL,
  name           text           NOT NULL,
  email          text,
  email_verified boolean        NOT NULL DEFAULT false,
  created_at     timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT person_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX person_issuer_subject_key ON person (issuer, subject);

CREATE TABLE tenant (
  tenant_id         uuid           NOT NULL,
  slug              text           NOT NULL,
  name              text           NOT NULL,
  status            text           NOT NULL DEFAULT 'active',
  status_reason     text,
  status_changed_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  plan_code         text           NOT NULL DEFAULT 'FREE',
  plan_since        timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  sells             boolean        NOT NULL DEFAULT false,
  buys              boolean        NOT NULL DEFAULT false,
  billing_email     text,
  created_at        timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT tenant_pkey PRIMARY KEY (tenant_id),
  CONSTRAINT tenant_plan_code_fkey FOREIGN KEY (plan_code) REFERENCES plan (code) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT tenant_status_check CHECK (status IN ('active', 'suspended', 'pending_deletion', 'deleted')),
  CONSTRAINT tenant_name_check CHECK (length(name) BETWEEN 1 AND 120 AND name = btrim(name)),
  -- At most 32 characters, so that no slug can be taken for an id.
  CONSTRAINT tenant_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) BETWEEN 3 AND 32)
);

CREATE TABLE membership (
  tenant_id  uuid           NOT NULL DEFAULT app_tenant(),
  id         uuid           NOT NULL,
  person_id  uuid           NOT NULL,
  roles      text[],
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT membership_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT membership_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT membership_person_id_fkey FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT membership_roles_check CHECK (
    roles IS NOT NULL AND cardinality(roles) >= 1 AND is_set(roles)
    AND roles <@ ARRAY['owner', 'admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'])
);
CREATE UNIQUE INDEX membership_tenant_id_person_id_key ON membership (tenant_id, person_id);
CREATE INDEX membership_person_id_tenant_id_idx ON membership (person_id, tenant_id);

-- Who holds which slug: the one name that is unique across tenants (SPEC, settled: free again after deletion). The gateway's role can't read it.
CREATE TABLE slug_claim (
  slug    text NOT NULL,
  held_by uuid NOT NULL,
  CONSTRAINT slug_claim_pkey PRIMARY KEY (slug),
  CONSTRAINT slug_claim_held_by_key UNIQUE (held_by)
);

-- ── Row-level security (SPEC T6): no row of another tenant is read, counted or written, whatever the statement ─────────────

ALTER TABLE tenant     ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant     FORCE  ROW LEVEL SECURITY;
ALTER TABLE membership ENABLE ROW LEVEL SECURITY;
ALTER TABLE membership FORCE  ROW LEVEL SECURITY;
ALTER TABLE person     ENABLE ROW LEVEL SECURITY;
ALTER TABLE person     FORCE  ROW LEVEL SECURITY;
ALTER TABLE slug_claim ENABLE ROW LEVEL SECURITY;

CREATE POLICY bound_tenant ON tenant
  USING (tenant_id = (SELECT app_tenant())) WITH CHECK (tenant_id = (SELECT app_tenant()));
CREATE POLICY bound_tenant ON membership
  USING (tenant_id = (SELECT app_tenant())) WITH CHECK (tenant_id = (SELECT app_tenant()));

-- A membership is made for the bound person alone: nobody is pulled into a tenant by somebody who knows their id.
CREATE POLICY own_membership ON membership AS RESTRICTIVE FOR INSERT WITH CHECK (person_id = (SELECT app_person()));

-- People are global, yet visible only to themselves and to those who share the bound tenant.
CREATE POLICY self_or_fellow_member ON person FOR SELECT
  USING (id = (SELECT app_person())
    OR EXISTS (SELECT FROM membership m WHERE m.tenant_id = (SELECT app_tenant()) AND m.person_id = person.id));

-- What the crossings below need, which run as the owner. No other role has these, and nobody logs in as the owner to serve requests.
CREATE POLICY crossing ON tenant     FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY crossing ON membership FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY crossing ON person     FOR ALL    TO CURRENT_USER USING (true) WITH CHECK (true);

-- ── What the database holds by itself ───────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%.% never changes', TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;

CREATE TRIGGER tenant_id_is_immutable BEFORE UPDATE OF tenant_id ON tenant
  FOR EACH ROW WHEN (OLD.tenant_id IS DISTINCT FROM NEW.tenant_id) EXECUTE FUNCTION refuse_change('tenant_id');
CREATE TRIGGER tenant_slug_is_immutable BEFORE UPDATE OF slug ON tenant
  FOR EACH ROW WHEN (OLD.slug IS DISTINCT FROM NEW.slug) EXECUTE FUNCTION refuse_change('slug');
CREATE TRIGGER membership_tenant_id_is_immutable BEFORE UPDATE OF tenant_id ON membership
  FOR EACH ROW WHEN (OLD.tenant_id IS DISTINCT FROM NEW.tenant_id) EXECUTE FUNCTION refuse_change('tenant_id');
CREATE TRIGGER membership_person_is_immutable BEFORE UPDATE OF person_id ON membership
  FOR EACH ROW WHEN (OLD.person_id IS DISTINCT FROM NEW.person_id) EXECUTE FUNCTION refuse_change('person_id');

-- Exactly one owner at every instant (SPEC R2): at most one by this index, at least one by the trigger, looked at when a transaction commits.
CREATE UNIQUE INDEX membership_one_owner ON membership (tenant_id) WHERE 'owner' = ANY (roles);

CREATE FUNCTION assert_owner() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  subject uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.tenant_id ELSE NEW.tenant_id END;
BEGIN
  IF EXISTS (SELECT FROM public.tenant t WHERE t.tenant_id = subject AND t.status <> 'deleted')
     AND NOT EXISTS (SELECT FROM public.membership m WHERE m.tenant_id = subject AND 'owner' = ANY (m.roles)) THEN
    RAISE EXCEPTION 'a tenant must have an owner' USING ERRCODE = 'check_violation', CONSTRAINT = 'tenant_has_owner';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER tenant_has_owner AFTER INSERT OR UPDATE OF status ON tenant
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION assert_owner();
CREATE CONSTRAINT TRIGGER tenant_keeps_owner AFTER UPDATE OF roles OR DELETE ON membership
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ('owner' = ANY (OLD.roles)) EXECUTE FUNCTION assert_owner();

-- A slug is claimed with its tenant and free again when the tenant is deleted.
CREATE FUNCTION claim_slug() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO public.slug_claim (slug, held_by) VALUES (NEW.slug, NEW.tenant_id);
  ELSE
    DELETE FROM public.slug_claim WHERE held_by = NEW.tenant_id;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER tenant_claims_slug AFTER INSERT ON tenant FOR EACH ROW EXECUTE FUNCTION claim_slug();
CREATE TRIGGER tenant_frees_slug AFTER UPDATE OF status ON tenant
  FOR EACH ROW WHEN (NEW.status = 'deleted') EXECUTE FUNCTION claim_slug();

-- ── Crossings (SPEC T5): the only functions that look past the bound tenant; listed with their reasons in src/database/crossings.ts ──

-- A person's own memberships, in tenants that aren't deleted: all of them, or the one in the tenant that is named by id or slug. A known person
-- without such a membership is one row whose tenant is null; an unknown one is no row.
CREATE FUNCTION crossing_memberships_of(issuer text, subject text, named_id uuid, named_slug text)
RETURNS TABLE (person_id uuid, tenant_id uuid, slug text, name text, status text, status_reason text, plan_code text, features text[],
  sells boolean, buys boolean, membership_id uuid, roles text[], joined_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.id, x.tenant_id, x.slug, x.name, x.status, x.status_reason, x.plan_code, x.features, x.sells, x.buys, x.id, x.roles, x.created_at
  FROM public.person p
  LEFT JOIN LATERAL (
    SELECT t.tenant_id, t.slug, t.name, t.status, t.status_reason, t.plan_code, l.features, t.sells, t.buys, m.id, m.roles, m.created_at
    FROM public.membership m
    JOIN public.tenant t ON t.tenant_id = m.tenant_id
    JOIN public.plan l ON l.code = t.plan_code
    WHERE m.person_id = p.id AND t.status <> 'deleted'
      AND (named_id IS NULL OR t.tenant_id = named_id) AND (named_slug IS NULL OR t.slug = named_slug)
  ) x ON true
  WHERE p.issuer = crossing_memberships_of.issuer AND p.subject = crossing_memberships_of.subject
  ORDER BY x.created_at, x.tenant_id
$$;

-- Makes or refreshes the row of the person who signs up, and holds it until the transaction ends: one sign-up of a person at a time.
CREATE FUNCTION crossing_register_person(candidate uuid, issuer text, subject text, name text, email text, email_verified boolean) RETURNS uuid
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO public.person AS p (id, issuer, subject, name, email, email_verified)
  VALUES (candidate, issuer, subject, name, email, email_verified)
  ON CONFLICT (issuer, subject) DO UPDATE SET name = EXCLUDED.name, email = EXCLUDED.email, email_verified = EXCLUDED.email_verified
  RETURNING p.id
$$;

-- How many Free tenants that aren't deleted the bound person owns (SPEC, settled: at most three).
CREATE FUNCTION crossing_owned_free_tenants() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(*)::integer FROM public.membership m JOIN public.tenant t ON t.tenant_id = m.tenant_id
  WHERE m.person_id = public.app_person() AND 'owner' = ANY (m.roles) AND t.plan_code = 'FREE' AND t.status <> 'deleted'
$$;

REVOKE ALL ON FUNCTION crossing_memberships_of(text, text, uuid, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION crossing_register_person(uuid, text, text, text, text, boolean) FROM PUBLIC;
REVOKE ALL ON FUNCTION crossing_owned_free_tenants() FROM PUBLIC;
REVOKE ALL ON FUNCTION assert_owner() FROM PUBLIC;
REVOKE ALL ON FUNCTION claim_slug() FROM PUBLIC;

-- ── The plan catalogue (SPEC P1) ────────────────────────────────────────────────────────────────────────────────────────

INSERT INTO plan (code, name, rank, member_limit, api_key_limit, dataset_limit, monthly_retrievals, cost_points_per_minute, features, support) VALUES
  ('FREE',         'Free',         1,    3,    1,    2,    1000,   1000, '{}',                   'community'),
  ('STARTER',      'Starter',      2,   10,    5,   20,   50000,  10000, '{}',                   'basic'),
  ('PROFESSIONAL', 'Professional', 3,  100,   50,  500, 5000000, 100000, '{advanced_analytics}', 'priority'),
  ('ENTERPRISE',   'Enterprise',   4, NULL, NULL, NULL,    NULL,   NULL, '{advanced_analytics}', 'dedicated');
