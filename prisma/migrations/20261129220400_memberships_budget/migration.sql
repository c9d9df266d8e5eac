CREATE POLICY crossing ON contract FOR SELECT TO CURRENT_USER USING (true);

-- A membership also says how many cost points a minute its tenant has: those of the Enterprise contract, if there is one, else those of the plan. The request that reads it is charged to that
-- budget, so the limit must be known before anything of the request runs, and a changed plan takes effect at the next request. A function's columns can't be changed, so it is made anew, and whoever
-- could call it still can.
CREATE TEMPORARY TABLE callers ON COMMIT DROP AS
  SELECT DISTINCT a.grantee FROM pg_proc p, aclexplode(p.proacl) a
  WHERE p.oid = 'crossing_memberships_of(text, text, uuid, text)'::regprocedure AND a.grantee NOT IN (0, p.proowner);

DROP FUNCTION crossing_memberships_of(text, text, uuid, text);

CREATE FUNCTION crossing_memberships_of(issuer text, subject text, named_id uuid, named_slug text)
RETURNS TABLE (person_id uuid, tenant_id uuid, slug text, name text, status text, status_reason text, plan_code text, features text[],
  cost_points_per_minute integer, sells boolean, buys boolean, membership_id uuid, roles text[], joined_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT p.id, x.tenant_id, x.slug, x.name, x.status, x.status_reason, x.plan_code, x.features, x.cost_points_per_minute, x.sells, x.buys, x.id, x.roles, x.created_at
  FROM public.person p
  LEFT JOIN LATERAL (
    SELECT t.tenant_id, t.slug, t.name, t.status, t.status_reason, t.plan_code, l.features, t.sells, t.buys, m.id, m.roles, m.created_at,
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
