import { timingSafeEqual } from 'node:crypto';
import { hashOfKey } from '../../lib/keys.mjs';
import { ask } from './bound.mjs';
import { USAGE_PAGE } from './statements.mjs';

/**
 * The key, if it is live, with its tenant, and a response. `$1` is the tenant, `$2` the key. Of a
 * wrong secret the response isn't used.
 */
const keyed = response => `WITH me AS MATERIALIZED (
    SELECT k.name AS key, k.secret_hash AS hash, k.scopes, t.tenant_id, t.slug, t.name, t.status
    FROM api_key k JOIN tenant t ON t.tenant_id = k.tenant_id
    WHERE k.tenant_id = $1 AND k.id = $2 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now()))
  SELECT me.key, me.hash, me.scopes, me.status, (${response})::text AS tenant FROM me`;

/** The workloads of keys: the statement, the scopes, the values, and what is beside the tenant. */
const OPERATIONS = {
  key: {
    text: keyed(`json_build_object('tenantId', me.tenant_id, 'slug', me.slug, 'name', me.name, 'status', me.status)`),
    scopes: ['tenant:read'],
    values: () => [],
    viewer: ({ key, scopes }) =>
      `"viewer":${JSON.stringify({ name: key, principal: 'API_KEY', permissions: scopes.map(scope => scope.toUpperCase().replace(/[:-]/g, '_')) })},`,
  },
  page: {
    text: keyed(`json_build_object('usage', json_build_object('records', (${USAGE_PAGE})))`),
    scopes: ['tenant:read', 'usage:count', 'usage:read', 'charge:read'],
    values: ({ from, until, after }) => [from, until, after ? Buffer.from(after, 'base64url').toString() : null],
    viewer: () => '',
  },
};

const uuid = bytes => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
const refused = (message, extensions) => JSON.stringify({ errors: [{ message, extensions }] });
export const INVALID = [401, refused('The API key is not valid.', { code: 'UNAUTHENTICATED' })];

export const inactive = status => [
  403,
  refused(`API keys work while the tenant is active; it is ${status}.`, {
    code: 'TENANT_STATUS',
    because: 'TENANT_STATUS',
    requires: { principals: ['API_KEY'], roles: [], statuses: ['ACTIVE'], plans: null },
    tenantStatus: status.toUpperCase(),
  }),
];

/** The tenant, the id and the hash of a key that was sent; null for what is none. */
export function keyIn(authorization = '') {
  const bytes = Buffer.from(authorization.slice('Bearer ipto_'.length), 'base64url');
  if (bytes.length !== 64) return null;
  return { tenantId: uuid(bytes.subarray(16, 32)), id: uuid(bytes.subarray(0, 16)), hash: hashOfKey(bytes) };
}

/** The status and the body of the response to a workload of API keys, by one statement. */
export async function answerKey(name, authorization, variables) {
  const sent = keyIn(authorization);
  if (!sent) return INVALID;
  const { text, scopes, values, viewer } = OPERATIONS[name];
  const [row] = await ask(sent.tenantId, name, text, [sent.tenantId, sent.id, ...values(variables)]);
  if (!row || !timingSafeEqual(row.hash, sent.hash) || !scopes.every(scope => row.scopes.includes(scope))) return INVALID;
  if (row.status !== 'active') return inactive(row.status);
  return [200, `{"data":{${viewer(row)}"tenant":${row.tenant}}}`];
}
