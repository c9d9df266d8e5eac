import { grantOf, KEY_STATUSES, type Principal, type TenantAccess } from '../../access/grant.ts';
import type { ReadableDatabase } from '../../database/index.ts';
import { KEY_PREFIX } from '../../domain/api-key/secret.ts';
import { noteUsed, type ProvenKey, provenKey, scopesOf } from '../../domain/api-key/sign-in.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import type { Context } from '../../graphql/core/context.ts';
import type { RequestInput } from './build-context.ts';

/** The issuer in the profile of a key. Identity providers have URLs, so it can't be one of them. */
const ISSUER = 'ipto:key';

/** The API key in an `Authorization` header; null if the header holds none. */
export function keyIn(authorization: string | undefined): string | null {
  if (!authorization?.includes(KEY_PREFIX)) return null;
  const text = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  return text?.startsWith(KEY_PREFIX) ? text : null;
}

/**
 * Builds the context of a request with an API key, in the key's tenant (SPEC T3). Key and tenant
 * are read from the database for each request.
 *
 * @throws {GatewayError} UNAUTHENTICATED; TENANT_CONFLICT when the header or the query names
 * another tenant; TENANT_STATUS when the tenant isn't active (SPEC K2): only a holder of the secret
 * learns that.
 */
export async function keyContext(
  database: ReadableDatabase,
  text: string,
  { tenant: header, slug, ...input }: RequestInput,
): Promise<Context> {
  const now = input.services.clock.now();
  const key = await provenKey(database.bind, text, now);
  if (header !== undefined && ![key.tenantId, key.slug].includes(header.toLowerCase()))
    throw new GatewayError('TENANT_CONFLICT', 'Your API key and the X-Tenant-Id header name different tenants.');
  if (slug !== undefined && slug !== key.slug)
    throw new GatewayError('TENANT_CONFLICT', 'Your API key and the `slug` of the query name different tenants.');
  checkStatus(key);
  const { tenantId, id, name, status, features, costPointsPerMinute, documentsRevision } = key;
  const work = database.bind({ tenantId, personId: null });
  noteUsed(work.query, key, now);
  const principal: Principal = { kind: 'api_key', keyId: id, scopes: new Set(scopesOf(key.scopes)) };
  const tenantAccess: TenantAccess = { tenantId, status, features, roles: [] };
  return {
    ...input,
    profile: { issuer: ISSUER, subject: id, name, isNamed: true, email: null, emailVerified: false, issuedAt: null },
    membership: null,
    apiKey: key,
    costLimit: costPointsPerMinute,
    documentsRevision,
    grant: grantOf(principal, tenantAccess),
    work,
    memberships: async () => [],
  };
}

/**
 * Refuses the whole request if no key works in the tenant's status (SPEC K2). The error has the
 * same extensions as a refused field.
 */
function checkStatus({ status }: ProvenKey) {
  if (KEY_STATUSES.includes(status)) return;
  const requires = { principals: ['API_KEY'], roles: [], statuses: KEY_STATUSES.map(name => name.toUpperCase()), plans: null };
  const details = { because: 'TENANT_STATUS', requires, tenantStatus: status.toUpperCase() };
  throw new GatewayError('TENANT_STATUS', `API keys work while the tenant is ${KEY_STATUSES.join(' or ')}; it is ${status}.`, details);
}
