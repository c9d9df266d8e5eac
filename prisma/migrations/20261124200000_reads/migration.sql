-- What reads gain by: docs/decisions/0015-reads.md has the figures.

-- A dataset's latest earnings, by a walk of the index.
CREATE INDEX earning_tenant_id_dataset_id_id_idx ON earning (tenant_id, dataset_id, id);

-- As before, in PL/pgSQL, whose plan a connection keeps: every request asks this, and PostgreSQL before 18 plans a function in SQL anew at each call.
CREATE OR REPLACE FUNCTION crossing_memberships_of(issuer text, subject text, named_id uuid, named_slug text)
RETURNS TABLE (person_id uuid, tenant_id uuid, slug text, name text, status text, status_reason text, plan_code text, features text[],
  sells boolean, buys boolean, membership_id uuid, roles text[], joined_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
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
  ORDER BY x.created_at, x.tenant_id;
END $$;
