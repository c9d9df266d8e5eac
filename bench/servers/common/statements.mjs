import { RULES } from './access.mjs';

/**
 * The caller's membership in the bound tenant with its roles and the tenant's status. No row if the
 * caller isn't a member. `$1` is the tenant, `$2` the issuer, `$3` the subject.
 */
export const STANDING = `SELECT m.person_id, m.roles, p.name AS person_name, t.tenant_id, t.slug, t.name, t.status, t.billing_email, t.plan_code
  FROM membership m JOIN person p ON p.id = m.person_id JOIN tenant t ON t.tenant_id = m.tenant_id
  WHERE m.tenant_id = $1 AND p.issuer = $2 AND p.subject = $3 AND t.status <> 'deleted'`;

/** An SQL condition: whether a membership has a permission. */
export const may = permission => {
  const array = items => `'{${items.join()}}'::text[]`;
  return `(me.roles && ${array(RULES[permission].roles)} AND me.status = ANY (${array(RULES[permission].statuses)}))`;
};

/**
 * Renames the tenant and writes the audit event, if the caller may. `$4` is the name, `$5` the
 * request id.
 */
export const RENAME = `WITH me AS MATERIALIZED (${STANDING} FOR NO KEY UPDATE OF t),
  renamed AS (UPDATE tenant t SET name = $4 FROM me WHERE t.tenant_id = me.tenant_id AND ${may('tenant:rename')} RETURNING t.tenant_id, t.name),
  told AS (INSERT INTO audit_event (id, at, actor_kind, actor_id, actor_name, action, outcome, rule, target_type, target_id, state_before, state_after, request_id)
    SELECT gen_random_uuid(), now(), 'user', me.person_id, me.person_name, 'tenant.rename', 'done', 'S1', 'Tenant', me.tenant_id::text,
      jsonb_build_object('name', me.name), jsonb_build_object('name', r.name), $5 FROM me, renamed r)
  SELECT me.roles, me.status, r.name FROM me LEFT JOIN renamed r ON true`;

/**
 * A page of a search, best first, by the gateway's own crossings, which alone read across tenants.
 */
export const search = (query, size) => `WITH page AS MATERIALIZED (
    SELECT * FROM crossing_market_search(${query}, NULL, NULL, NULL, 'relevance', NULL, NULL, NULL, NULL, false, ${size})
      WITH ORDINALITY AS p (id, rank, place))
  SELECT l.id, l.title, l.summary, l.tags, l.price, l.currency, l.provider
  FROM page p JOIN crossing_market_listings(ARRAY(SELECT id FROM page)) l USING (id) ORDER BY p.place`;

const base64 = text => `translate(encode(convert_to(${text}, 'UTF8'), 'base64'), E'+/=\\n', '-_')`;

/**
 * A page of rows `page` with a `node` and a place `n`, of which one more was read than the page
 * holds; `last` is the cursor's text.
 */
const connection = (size, last) => `json_build_object(
  'edges', coalesce(json_agg(json_build_object('node', page.node) ORDER BY page.n) FILTER (WHERE page.n <= ${size}), '[]'),
  'pageInfo', json_build_object('hasNextPage', count(*) > ${size}, 'endCursor', ${base64(`(${last} FILTER (WHERE page.n <= ${size}))::text`)}))`;

/** 100 usage records with their charges. `$3` and `$4` are the period, `$5` is the last id seen. */
export const USAGE_PAGE = `SELECT ${connection(100, 'min(page.id::text)')}
  FROM (SELECT u.id, row_number() OVER (ORDER BY u.id DESC) AS n, json_build_object('id', u.id, 'objectName', u.object_name, 'size', u.size::text,
      'at', u.at, 'charge', json_build_object('amount', json_build_object('amount', c.amount::text, 'currency', c.currency))) AS node
    FROM usage_record u JOIN charge c ON c.tenant_id = u.tenant_id AND c.id = u.id
    WHERE u.tenant_id = $1 AND u.at >= $3::timestamptz AND u.at < $4::timestamptz
      AND u.id < coalesce($5::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') ORDER BY u.id DESC LIMIT 101) page`;

/** 50 audit events of two actions, done since `$4`. */
export const AUDIT_PAGE = `SELECT ${connection(50, 'min(page.seq)')}
  FROM (SELECT a.seq, row_number() OVER (ORDER BY a.seq DESC) AS n, json_build_object('id', a.id, 'sequence', a.seq, 'at', a.at,
      'action', upper(replace(a.action, '.', '_')), 'actorName', a.actor_name, 'targetType', a.target_type, 'targetId', a.target_id,
      'before', a.state_before, 'after', a.state_after, 'requestId', a.request_id) AS node
    FROM audit_event a WHERE a.tenant_id = $1 AND a.action IN ('dataset.update', 'listing.update') AND a.outcome = 'done'
      AND a.at >= $4::timestamptz ORDER BY a.seq DESC LIMIT 51) page`;
