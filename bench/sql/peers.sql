-- What PostGraphile serves beside the tables. Its checks are in the database, as its documentation
-- advises. Functions run with their caller's rights, under the same row-level security as every
-- statement. `pgSettings` carry the caller (servers/postgraphile.mjs).
CREATE SCHEMA api;

-- The caller's membership in the bound tenant; no row if the caller isn't a member.
CREATE VIEW api.standing WITH (security_invoker) AS
SELECT m.tenant_id, m.person_id, p.name, p.email, m.roles, t.status
FROM public.membership m
JOIN public.tenant t ON t.tenant_id = m.tenant_id
JOIN public.person p ON p.id = m.person_id
WHERE m.tenant_id = (SELECT public.app_tenant()) AND t.status <> 'deleted'
  AND p.issuer = (SELECT current_setting('app.issuer')) AND p.subject = (SELECT current_setting('app.subject'));

COMMENT ON VIEW api.standing IS $$
@primaryKey tenant_id
@foreignKey (tenant_id) references public.tenant (tenant_id)|@fieldName tenant
$$;

CREATE FUNCTION api.current_standing() RETURNS api.standing LANGUAGE sql STABLE AS $$ SELECT s.* FROM api.standing s $$;

-- Whether the caller has one of some roles while the tenant has one of some statuses.
CREATE FUNCTION api.may(roles text[], statuses text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM api.standing s WHERE s.roles && $1 AND s.status = ANY ($2))
$$;

-- Renames the tenant and writes the audit event, or raises the reason.
CREATE FUNCTION api.rename_tenant(name text) RETURNS public.tenant LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  me record;
  before text;
  renamed public.tenant;
BEGIN
  SELECT t.name INTO before FROM public.tenant t WHERE t.tenant_id = public.app_tenant() FOR NO KEY UPDATE;
  SELECT s.* INTO me FROM api.standing s;
  IF me IS NULL OR NOT me.roles && '{owner,admin}' OR me.status <> 'active' THEN
    RAISE EXCEPTION 'tenant:rename' USING ERRCODE = 'insufficient_privilege', DETAIL = json_build_object('roles', me.roles, 'status', me.status)::text;
  END IF;
  UPDATE public.tenant t SET name = rename_tenant.name WHERE t.tenant_id = public.app_tenant() RETURNING t.* INTO renamed;
  INSERT INTO public.audit_event (id, at, actor_kind, actor_id, actor_name, action, outcome, rule, target_type, target_id, state_before, state_after, request_id)
  VALUES (gen_random_uuid(), now(), 'user', me.person_id, me.name, 'tenant.rename', 'done', 'S1', 'Tenant', renamed.tenant_id::text,
    jsonb_build_object('name', before), jsonb_build_object('name', renamed.name), gen_random_uuid()::text);
  RETURN renamed;
END $$;

-- The search across tenants, by the gateway's own crossings, as in servers/common/statements.mjs.
CREATE FUNCTION api.marketplace(search text, size integer)
RETURNS TABLE (id uuid, title text, summary text, tags text[], price numeric, currency text, provider text) LANGUAGE sql STABLE AS $$
  WITH page AS MATERIALIZED (
    SELECT * FROM public.crossing_market_search(search, NULL, NULL, NULL, 'relevance', NULL, NULL, NULL, NULL, false, size)
      WITH ORDINALITY AS p (id, rank, place)
    WHERE (SELECT api.may('{owner,admin,seller_manager,buyer_manager,viewer}', '{active,suspended,pending_deletion}')))
  SELECT l.id, l.title, l.summary, l.tags, l.price, l.currency, l.provider
  FROM page p JOIN public.crossing_market_listings(ARRAY(SELECT page.id FROM page)) l USING (id) ORDER BY p.place
$$;
COMMENT ON FUNCTION api.marketplace(text, integer) IS E'@name marketplace\n@behavior +queryField';

-- Relations without a foreign key, and the functions that are served.
COMMENT ON TABLE public.earning IS '@foreignKey (tenant_id, dataset_id) references public.dataset (tenant_id, id)|@foreignFieldName earnings';
COMMENT ON FUNCTION api.current_standing() IS E'@name current_standing\n@behavior +queryField';
COMMENT ON FUNCTION api.rename_tenant(text) IS E'@name rename_tenant\n@behavior +mutationField';

-- Prisma's joins read whole rows; the gateway's role may read only some columns of this table.
GRANT SELECT ON public.earning TO :runtime;

GRANT USAGE ON SCHEMA api TO :runtime;
GRANT SELECT ON api.standing TO :runtime;
