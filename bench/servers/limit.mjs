/**
 * The limit: `node:http`, no GraphQL. It recognizes the workloads' documents and answers each with
 * one prepared statement that checks the membership, its roles and the tenant's status and builds
 * the JSON, under the same row-level security as the other servers.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { DOCUMENTS } from '../lib/documents.mjs';
import { documentId } from '../lib/partner.mjs';
import { NOT_A_MEMBER, refusalOf } from './common/access.mjs';
import { ask } from './common/bound.mjs';
import { answerKey } from './common/by-key.mjs';
import { answerRetrieve } from './common/retrieve.mjs';
import { PORT, tenantOf } from './common/settings.mjs';
import { AUDIT_PAGE, may, RENAME, STANDING, search } from './common/statements.mjs';
import { claimsOf } from './common/tokens.mjs';

const plan = fields => `(SELECT json_build_object(${fields}) FROM plan p WHERE p.code = me.plan_code)`;
const email = `CASE WHEN ${may('member:read-email')} THEN u.email END`;
const members = (fields, count) => `CASE WHEN ${may('member:list')} THEN (SELECT coalesce(json_agg(x.j), '[]') FROM (
  SELECT json_build_object(${fields}) AS j FROM membership m JOIN person u ON u.id = m.person_id WHERE m.tenant_id = $1 ORDER BY m.id LIMIT ${count}) x) END`;
const counted = (table, permission) => `CASE WHEN ${may(permission)} THEN (SELECT count(*) FROM ${table} WHERE tenant_id = $1) END`;
const earnings = `CASE WHEN ${may('earning:read')} THEN (SELECT coalesce(json_agg(y.j), '[]') FROM (
  SELECT json_build_object('amount', e.amount::text, 'currency', e.currency, 'at', e.at) AS j
  FROM earning e WHERE e.tenant_id = $1 AND e.dataset_id = d.id ORDER BY e.at DESC LIMIT 3) y) END`;
const datasets = fields => `CASE WHEN ${may('dataset:read')} THEN (SELECT coalesce(json_agg(x.j), '[]') FROM (
  SELECT json_build_object(${fields}) AS j
  FROM dataset d WHERE d.tenant_id = $1 ORDER BY d.id LIMIT 20) x) END`;

const DATASET = `'id', d.id, 'name', d.name, 'createdAt', d.created_at`;
const overview = dataset => `'name', me.name, 'status', me.status, 'memberCount', ${counted('membership', 'member:count')},
  'datasetCount', ${counted('dataset', 'dataset:count')},
  'plan', ${plan(`'code', p.code, 'name', p.name, 'memberLimit', p.member_limit, 'datasetLimit', p.dataset_limit`)},
  'memberships', ${members(`'id', m.id, 'roles', m.roles, 'joinedAt', m.created_at, 'user', json_build_object('name', u.name, 'email', ${email})`, 20)},
  'datasets', ${datasets(dataset)}`;

/** The SQL expressions of each workload's response. */
const TENANT = {
  viewer: `'tenantId', me.tenant_id, 'slug', me.slug, 'name', me.name, 'status', me.status, 'plan', ${plan(`'code', p.code, 'name', p.name`)}`,
  overview: overview(DATASET),
  dashboard: overview(`${DATASET}, 'earnings', ${earnings}`),
  audit: `'auditEvents', CASE WHEN ${may('audit:read')} THEN (${AUDIT_PAGE}) END`,
  members: `'tenantId', me.tenant_id,
    'memberships', ${members(`'id', m.id, 'roles', m.roles, 'joinedAt', m.created_at, 'user', json_build_object('name', u.name, 'email', ${email})`, '$4::int')}`,
  refused: `'name', me.name, 'billingEmail', CASE WHEN ${may('billing-contact:read')} THEN me.billing_email END,
    'memberships', ${members(`'user', json_build_object('name', u.name, 'email', ${email})`, 50)}`,
};

/**
 * The fields of a workload that can be refused: how many members it shows, and whether it reads the
 * billing address.
 */
const SHOWN = { viewer: 0, audit: 0, overview: 20, dashboard: 20, members: '$4::int', refused: 50 };

const operations = new Map(
  Object.keys(TENANT).map(name => {
    const text = `WITH me AS MATERIALIZED (${STANDING})
      SELECT me.roles, me.status, json_build_object(${TENANT[name]})::text AS tenant,
        (SELECT least(${SHOWN[name]}, count(*))::int FROM membership WHERE tenant_id = $1) AS shown FROM me`;
    return [DOCUMENTS[name].plain, { name, text: SHOWN[name] ? text : text.replace(/,\s+\(SELECT least.*?AS shown/s, ', 0 AS shown') }];
  }),
);

/** The trusted document: the dashboard, if the tenant has the document. */
const [DOCUMENT, TRUSTED] = [documentId(DOCUMENTS.document.plain), operations.get(DOCUMENTS.document.plain)];
operations.set(DOCUMENT, {
  name: TRUSTED.name,
  text: `${TRUSTED.text} WHERE EXISTS (SELECT FROM trusted_document WHERE tenant_id = $1 AND hash = '${DOCUMENT.slice('sha256:'.length)}'
    AND api_key_id IS NULL AND retired_at IS NULL)`,
  statement: 'document',
});
operations.set(DOCUMENTS.marketplace.plain, {
  name: 'marketplace',
  text: `WITH me AS MATERIALIZED (${STANDING})
    SELECT me.roles, me.status, CASE WHEN ${may('marketplace:read')} THEN (SELECT coalesce(json_agg(json_build_object('id', l.id, 'title', l.title,
      'summary', l.summary, 'tags', l.tags, 'price', l.price::text, 'currency', l.currency, 'provider', l.provider)), '[]')
      FROM (${search('$4', '20')}) l) END::text AS found FROM me`,
});
operations.set(DOCUMENTS.rename.plain, { name: 'rename', text: RENAME });

const refusal = (refused, path) => JSON.stringify({ ...refused, path });
const refusedWhole = (error, data = '') => `{"errors":[${JSON.stringify(error)}]${data}}`;

/**
 * The errors of a workload's refused fields, as text. Constant parts are serialized once.
 */
function errorsOf(name, me, shown) {
  const errors = [];
  const billing = name === 'refused' && refusalOf('billing-contact:read', me);
  const log = name === 'audit' && refusalOf('audit:read', me);
  if (log) errors.push(refusal(log, ['tenant', 'auditEvents']));
  if (billing) errors.push(refusal(billing, ['tenant', 'billingEmail']));
  const list = shown && refusalOf('member:list', me);
  if (list) errors.push(refusal(list, ['tenant', 'memberships']));
  const address = shown && !list && refusalOf('member:read-email', me);
  if (address) {
    const rest = JSON.stringify(address).slice(1);
    for (let at = 0; at < shown; at++) errors.push(`{"path":["tenant","memberships",${at},"user","email"],${rest}`);
  }
  if (['overview', 'dashboard'].includes(name) && refusalOf('dataset:read', me))
    errors.push(refusal(refusalOf('dataset:read', me), ['tenant', 'datasets']));
  return errors.length ? `,"errors":[${errors.join()}]` : '';
}

/** The workloads of API keys. */
const BY_KEY = new Map(['key', 'page'].map(name => [DOCUMENTS[name].plain, name]));

async function answer({ headers }, body) {
  const { query, documentId: id, variables } = JSON.parse(body);
  if (query === DOCUMENTS.retrieve.plain) return answerRetrieve(headers.authorization, variables);
  if (BY_KEY.has(query)) return answerKey(BY_KEY.get(query), headers.authorization, variables);
  const operation = operations.get(id ?? query);
  const [claims, tenantId] = [await claimsOf(headers.authorization), tenantOf(headers)];
  if (!operation || !claims || !tenantId) return [401, refusedWhole({ message: 'Sign in.', extensions: { code: 'UNAUTHENTICATED' } })];
  const { name, text, statement = name } = operation;
  const who = [tenantId, claims.iss, claims.sub];
  const values =
    {
      rename: () => [variables.name, randomUUID()],
      members: () => [Math.min(variables.first, 1_000)],
      marketplace: () => [variables.search],
      audit: () => [variables.from],
    }[name]?.() ?? [];
  const [row] = await ask(tenantId, statement, text, [...who, ...values]);
  if (!row) return [403, refusedWhole(NOT_A_MEMBER)];
  if (name === 'rename') {
    if (row.name === null)
      return [200, refusedWhole({ ...refusalOf('tenant:rename', row), path: ['renameTenant'] }, ',"data":{"renameTenant":null}')];
    return [200, `{"data":{"renameTenant":{"tenant":{"name":${JSON.stringify(row.name)}}}}}`];
  }
  if (name === 'marketplace') {
    const refused = refusalOf('marketplace:read', row);
    return [200, `{"data":{"marketplace":${row.found}}${refused ? `,"errors":[${refusal(refused, ['marketplace'])}]` : ''}}`];
  }
  const viewer =
    name === 'viewer' ? `"viewer":${JSON.stringify({ name: claims.name, email: claims.email, membership: { roles: row.roles } })},` : '';
  return [200, `{"data":{${viewer}"tenant":${row.tenant}}${errorsOf(name, row, row.shown)}}`];
}

createServer((request, response) => {
  const parts = [];
  request.on('data', part => parts.push(part));
  request.on('end', async () => {
    const send = (status, text) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    };
    try {
      send(...(await answer(request, parts.length === 1 ? parts[0] : Buffer.concat(parts))));
    } catch (error) {
      console.error(error);
      send(500, '{"errors":[{"message":"Something went wrong."}]}');
    }
  });
}).listen(PORT, '127.0.0.1');
