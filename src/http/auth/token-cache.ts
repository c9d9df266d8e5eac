import { LRUCache } from 'lru-cache';
import type { Token } from './token.ts';

const MAX_ENTRIES = 10_000;
/** Letters that a token may have on average before fewer fit. */
const USUAL_LENGTH = 1_000;

/** A verified token and its validity, seconds since 1970. */
export type VerifiedToken = { readonly token: Token; readonly exp: number; readonly nbf: number };
type CachedToken = VerifiedToken & { readonly keys: object };

export type TokenCacheOptions = {
  /** The key set that a verification would use now; null if it would have to read it first. */
  readonly keysInForce: () => object | null;
  /** How far clocks may be apart, seconds. */
  readonly clockSkew: number;
  readonly maxEntries?: number | undefined;
};

/**
 * Verifies each token once. A cached token is used until it expires, and until the issuer's keys
 * are read again, changed or not. Failures aren't cached.
 *
 * @param verify takes the text of a token.
 */
export function createTokenCache(
  verify: (jwt: string) => Promise<VerifiedToken>,
  { keysInForce, clockSkew, maxEntries = MAX_ENTRIES }: TokenCacheOptions,
) {
  // Key: the token's text, which has one form. Each entry has the key set it was verified with.
  const cache = new LRUCache<string, CachedToken>({
    max: maxEntries,
    maxSize: maxEntries * USUAL_LENGTH,
    sizeCalculation: (_token, jwt) => jwt.length,
  });
  const isValid = ({ keys, exp, nbf }: CachedToken) => {
    const now = Math.floor(Date.now() / 1000);
    return keys === keysInForce() && exp > now - clockSkew && nbf <= now + clockSkew;
  };
  const verifyAndCache = async (jwt: string): Promise<Token> => {
    const keys = keysInForce();
    const verified = await verify(jwt);
    // If keys were read meanwhile, the entry has the old set and is never used.
    if (keys) cache.set(jwt, { ...verified, keys });
    return verified.token;
  };
  return (jwt: string): Token | Promise<Token> => {
    const cached = cache.get(jwt);
    return cached && isValid(cached) ? cached.token : verifyAndCache(jwt);
  };
}
