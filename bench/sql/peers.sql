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

-- The limit's retrieval: all of the gateway's books in one call, with its caller's rights. The
-- tenant is locked first, then the key is checked, as it is now. `answer` is what an idempotency
-- key returns again. Node makes the ids and the event's global ids.
CREATE FUNCTION api.retrieve(key uuid, secret bytea, entitled uuid, wanted uuid, repeat_hash bytea, request_hash bytea,
  retrieval uuid, event uuid, tenant_ref text, usage_ref text, entitlement_ref text)
RETURNS TABLE (refused text, status text, answer json) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  bound CONSTANT uuid := public.app_tenant();
  moment CONSTANT timestamptz := date_trunc('milliseconds', clock_timestamp());
  buyer public.tenant;
  used public.api_key;
  kept public.idempotency_key;
  allowed integer;
  months integer;
  got record;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(public.tenant_gate(bound));
  SELECT t.* INTO buyer FROM public.tenant t WHERE t.tenant_id = bound FOR SHARE;
  SELECT k.* INTO used FROM public.api_key k WHERE k.tenant_id = bound AND k.id = key AND k.secret_hash = secret
    AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > moment) AND 'object:retrieve' = ANY (k.scopes);
  IF used.id IS NULL OR buyer.status <> 'active' OR NOT buyer.buys THEN
    RETURN QUERY SELECT CASE WHEN used.id IS NULL THEN 'UNAUTHENTICATED' ELSE 'TENANT_STATUS' END, buyer.status, NULL::json;
    RETURN;
  END IF;
  SELECT i.* INTO kept FROM public.idempotency_key i WHERE i.tenant_id = bound AND i.key_hash = repeat_hash AND i.expires_at > moment;
  IF kept.key_hash IS NOT NULL THEN
    RETURN QUERY SELECT CASE WHEN kept.fingerprint <> request_hash THEN 'IDEMPOTENCY_KEY_REUSED' END, buyer.status, convert_from(kept.answer, 'UTF8')::json;
    RETURN;
  END IF;
  SELECT * INTO got FROM public.crossing_retrieve(retrieval, entitled, wanted, key, moment);
  IF got.refused IS NOT NULL THEN
    RETURN QUERY SELECT got.refused, buyer.status, NULL::json;
    RETURN;
  END IF;
  answer := json_build_object('name', got.name, 'size', got.size::text, 'sha256', got.sha256, 'mediaType', got.media_type,
    'charge', json_build_object('amount', got.price::text, 'currency', got.currency), 'objectKey', got.object_key,
    'usageRecordId', usage_ref, 'expiresAt', to_char((moment + interval '15 minutes') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'));
  INSERT INTO public.event_outbox (id, type, subject_type, subject_id, at, payload, usage_record_id)
    VALUES (event, 'usage.recorded', 'UsageRecord', retrieval::text, moment, concat('{"id":"', event, '","type":"usage.recorded","version":1,"at":"',
      to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '","tenant":"', tenant_ref, '","subject":{"type":"UsageRecord","id":"', usage_ref,
      '"},"data":{"entitlement":"', entitlement_ref, '","name":', to_json(got.name), ',"size":"', got.size, '"}}'), retrieval);
  SELECT CASE WHEN c.tenant_id IS NULL THEN p.monthly_retrievals ELSE c.monthly_retrievals END INTO allowed
    FROM public.plan p LEFT JOIN public.contract c ON c.tenant_id = bound AND p.code = 'ENTERPRISE' WHERE p.code = buyer.plan_code;
  months := extract(year FROM age(moment, buyer.plan_since)) * 12 + extract(month FROM age(moment, buyer.plan_since));
  IF public.take_retrieval(buyer.plan_since + make_interval(months => months), allowed) IS NOT NULL THEN
    RAISE EXCEPTION 'LIMIT_REACHED';
  END IF;
  INSERT INTO public.idempotency_key (key_hash, fingerprint, answer, created_at, expires_at)
    VALUES (repeat_hash, request_hash, convert_to(answer::text, 'UTF8'), moment, moment + interval '1 day');
  RETURN QUERY SELECT NULL::text, buyer.status, answer;
END $$;
