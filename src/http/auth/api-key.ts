import { LRUCache } from 'lru-cache';
import { grantOf, KEY_STATUSES, type Principal } from '../../access/grant.ts';
import type { ReadableDatabase } from '../../database/index.ts';
import { KEY_PREFIX, readKey, type SentKey } from '../../domain/api-key/secret.ts';
import { noteUsed, type ProvenKey, provenKey, scopesOf } from '../../domain/api-key/sign-in.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import type { Context } from '../../graphql/core/context.ts';
import { buildContext, type RequestInput, type TenantFacts } from './build-context.ts';
import { type CachedFacts, cachedFacts, cacheFacts } from './facts-cache.ts';
import type { TenantSources } from './tenant-name.ts';

/** The issuer in the profile of a key. Identity providers have URLs, so it can't be one of them. */
const ISSUER = 'ipto:key';

/** Keys of which something is cached. */
const MAX_KEYS = 10_000;

/** The API key in an `Authorization` header; null if the header holds none. */
export function keyIn(authorization: string | undefined): string | null {
  if (!authorization?.includes(KEY_PREFIX)) return null;
  const text = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  return text?.startsWith(KEY_PREFIX) ? text : null;
}

/** Keys whose secret was verified, by its hash: one object for each, to which facts are cached. */
const proven = new LRUCache<string, SentKey>({ max: MAX_KEYS });

const nameOf = ({ hash }: SentKey) => Buffer.from(hash).toString('base64');

/** What is cached of a key; undefined for one that isn't, or whose time is over. */
export function cachedKey(text: string, input: RequestInput): CachedFacts | undefined {
  const sent = readKey(text);
  const known = sent && proven.get(nameOf(sent));
  const cached = known && cachedFacts(known, input);
  return cached && input.services.clock.now().getTime() < cached.facts.apiKey!.until ? cached : undefined;
}

/**
 * Builds the context of a request with an API key, in the key's tenant (SPEC T3), by reading both.
 *
 * @throws {GatewayError} UNAUTHENTICATED; TENANT_CONFLICT when the header or the query names
 * another tenant; TENANT_STATUS when the tenant isn't active (SPEC K2): only a holder of the secret
 * learns that.
 */
export async function keyContext(database: ReadableDatabase, text: string, input: RequestInput): Promise<Context> {
  const now = input.services.clock.now();
  const { sent, statement, result, key } = await provenKey(database.queryText, text, now);
  const facts = factsOfKey(key, input);
  const known = proven.get(nameOf(sent)) ?? sent;
  proven.set(nameOf(sent), known);
  cacheFacts(known, input, { statement, result, facts, confirmable: null });
  const context = buildContext(database, input, facts, binding => database.bind(binding));
  noteUsed(context.work.query, key, now);
  return context;
}

/** @throws {GatewayError} TENANT_CONFLICT, TENANT_STATUS. */
function factsOfKey(key: ProvenKey, { tenant: header, slug }: TenantSources): TenantFacts {
  if (header !== undefined && ![key.tenantId, key.slug].includes(header.toLowerCase()))
    throw new GatewayError('TENANT_CONFLICT', 'Your API key and the X-Tenant-Id header name different tenants.');
  if (slug !== undefined && slug !== key.slug)
    throw new GatewayError('TENANT_CONFLICT', 'Your API key and the `slug` of the query name different tenants.');
  checkStatus(key);
  const { tenantId, id, name, status, features, costPointsPerMinute, documentsRevision } = key;
  const principal: Principal = { kind: 'api_key', keyId: id, scopes: new Set(scopesOf(key.scopes)) };
  return {
    profile: { issuer: ISSUER, subject: id, name, isNamed: true, email: null, emailVerified: false, issuedAt: null },
    grant: grantOf(principal, { tenantId, status, features, roles: [] }),
    membership: null,
    apiKey: key,
    costLimit: costPointsPerMinute,
    documentsRevision,
    personId: null,
    memberships: undefined,
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
