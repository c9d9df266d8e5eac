import { LRUCache } from 'lru-cache';
import type { TenantAccess } from '../../access/grant.ts';
import type { TextQuery } from '../../database/index.ts';
import type { SentKey } from '../../domain/api-key/secret.ts';
import type { TenantFacts } from './build-context.ts';
import type { TenantSources } from './tenant-name.ts';
import type { Token } from './token.ts';

/** What the database last answered about a caller, and what follows from it. */
export type CachedFacts = {
  /** The query, to be asked again. */
  readonly statement: TextQuery;
  readonly result: string;
  readonly facts: TenantFacts;
  /** The access that a command's transaction can confirm; null if it can't. */
  readonly confirmable: TenantAccess | null;
};

/** A verified token, or an API key whose secret was verified: one object for each. */
type Proof = Token | SentKey;

/** Different values of `X-Tenant-Id` and slugs that are cached for one token or API key. */
const MAX_TENANTS = 16;
const NO_HEADER = Symbol('no X-Tenant-Id header');

/**
 * Key: the verified token (person, profile, tenant claim) or API key, the `X-Tenant-Id` header as
 * sent and the query's slug, or their absence. The database's answer depends on nothing else of the
 * request.
 */
const cache = new WeakMap<Proof, LRUCache<string | symbol, CachedFacts>>();

export const cachedFacts = (proof: Proof, sources: TenantSources): CachedFacts | undefined => cache.get(proof)?.get(keyOf(sources));

/** A line break, which no header holds, tells a slug's key from a header's. */
function keyOf({ tenant: header, slug }: TenantSources): string | symbol {
  if (slug === undefined) return header ?? NO_HEADER;
  return `${header === undefined ? '' : `=${header}`}\n${slug}`;
}

export function cacheFacts(proof: Proof, sources: TenantSources, facts: CachedFacts): void {
  let tenants = cache.get(proof);
  if (!tenants) {
    tenants = new LRUCache({ max: MAX_TENANTS });
    cache.set(proof, tenants);
  }
  tenants.set(keyOf(sources), facts);
}
