import { RULES } from './access.mjs';

/**
 * Who asks, in the bound tenant, with what decides what they may do there: the membership, its
 * roles and the tenant's status, as they are now. No row for who isn't a member. `$1` is the
 * tenant, `$2` the issuer, `$3` the subject.
 */
export const STANDING = `SELECT m.person_id, m.roles, p.name AS person_name, t.tenant_id, t.slug, t.name, t.status, t.billing_email, t.plan_code
  FROM membership m JOIN person p ON p.id = m.person_id JOIN tenant t ON t.tenant_id = m.tenant_id
  WHERE m.tenant_id = $1 AND p.issuer = $2 AND p.subject = $3 AND t.status <> 'deleted'`;

/** An SQL condition: whether somebody with such a standing has a permission. */
export const may = permission => {
  const array = items => `'{${items.join()}}'::text[]`;
  return `(me.roles && ${array(RULES[permission].roles)} AND me.status = ANY (${array(RULES[permission].statuses)}))`;
};

/**
 * Renames the tenant and tells its log, if whoever asks may. `$4` is the name, `$5` the request's
 * id.
 */
export const RENAME = `WITH me AS MATERIALIZED (${STANDING} FOR NO KEY UPDATE OF t),
  renamed AS (UPDATE tenant t SET name = $4 FROM me WHERE t.tenant_id = me.tenant_id AND ${may('tenant:rename')} RETURNING t.tenant_id, t.name),
  told AS (INSERT INTO audit_event (id, at, actor_kind, actor_id, actor_name, action, outcome, rule, target_type, target_id, state_before, state_after, request_id)
    SELECT gen_random_uuid(), now(), 'user', me.person_id, me.person_name, 'tenant.rename', 'done', 'S1', 'Tenant', me.tenant_id::text,
      jsonb_build_object('name', me.name), jsonb_build_object('name', r.name), $5 FROM me, renamed r)
  SELECT me.roles, me.status, r.name FROM me LEFT JOIN renamed r ON true`;

/**
 * A page of a search, the best first, by the gateway's own crossings: the only way to what spans
 * tenants.
 */
export const search = (query, size) => `WITH page AS MATERIALIZED (
    SELECT * FROM crossing_market_search(${query}, NULL, NULL, NULL, 'relevance', NULL, NULL, NULL, NULL, false, ${size})
      WITH ORDINALITY AS p (id, rank, place))
  SELECT l.id, l.title, l.summary, l.tags, l.price, l.currency, l.provider
  FROM page p JOIN crossing_market_listings(ARRAY(SELECT id FROM page)) l USING (id) ORDER BY p.place`;
