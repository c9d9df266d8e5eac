import { LRUCache } from 'lru-cache';
import type { TextQuery } from '../../database/index.ts';
import type { TenantFacts } from './build-context.ts';
import type { Token } from './token.ts';

/** What the database last answered about a caller's memberships, and the context built from it. */
export type CachedMembership = {
  /** The query, to be asked again. */
  readonly statement: TextQuery;
  readonly result: string;
  readonly facts: TenantFacts;
  /** Whether the request names its tenant, by header or token. */
  readonly namesTenant: boolean;
};

/** Different values of `X-Tenant-Id` that are cached for one token. */
const MAX_TENANTS = 16;
const NO_HEADER = Symbol('no X-Tenant-Id header');

/**
 * Key: the verified token (person, profile, tenant claim) and the `X-Tenant-Id` header as sent, or
 * its absence. The database's answer depends on nothing else of the request.
 */
const cache = new WeakMap<Token, LRUCache<string | symbol, CachedMembership>>();

export const cachedMembership = (token: Token, header: string | undefined): CachedMembership | undefined =>
  cache.get(token)?.get(header ?? NO_HEADER);

export function cacheMembership(token: Token, header: string | undefined, membership: CachedMembership): void {
  let tenants = cache.get(token);
  if (!tenants) {
    tenants = new LRUCache({ max: MAX_TENANTS });
    cache.set(token, tenants);
  }
  tenants.set(header ?? NO_HEADER, membership);
}
