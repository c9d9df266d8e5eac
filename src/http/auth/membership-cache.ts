import { LRUCache } from 'lru-cache';
import type { TextQuery } from '../../database/index.ts';
import type { TenantFacts } from './build-context.ts';
import type { TenantSources } from './tenant-name.ts';
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

/** Different values of `X-Tenant-Id` and slugs that are cached for one token. */
const MAX_TENANTS = 16;
const NO_HEADER = Symbol('no X-Tenant-Id header');

/**
 * Key: the verified token (person, profile, tenant claim), the `X-Tenant-Id` header as sent and the
 * query's slug, or their absence. The database's answer depends on nothing else of the request.
 */
const cache = new WeakMap<Token, LRUCache<string | symbol, CachedMembership>>();

export const cachedMembership = (token: Token, sources: TenantSources): CachedMembership | undefined =>
  cache.get(token)?.get(keyOf(sources));

/** A line break, which no header holds, tells a slug's key from a header's. */
function keyOf({ tenant: header, slug }: TenantSources): string | symbol {
  if (slug === undefined) return header ?? NO_HEADER;
  return `${header === undefined ? '' : `=${header}`}\n${slug}`;
}

export function cacheMembership(token: Token, sources: TenantSources, membership: CachedMembership): void {
  let tenants = cache.get(token);
  if (!tenants) {
    tenants = new LRUCache({ max: MAX_TENANTS });
    cache.set(token, tenants);
  }
  tenants.set(keyOf(sources), membership);
}
