import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Token } from './authenticate.ts';

/** How many tokens are remembered when nobody says. */
const USUAL = 10_000;

/** A verified token, and when it counts: seconds since 1970. */
export type Verified = { readonly token: Token; readonly exp: number; readonly nbf: number };
type Remembered = Verified & { readonly keys: object };

export type RememberOptions = {
  /** The key set that a verification would use at this moment; null when it would have to ask the issuer first. */
  readonly keysInForce: () => object | null;
  /** How far clocks may be apart, seconds. */
  readonly clockSkew: number;
  /** How many tokens are remembered at most. */
  readonly atMost?: number | undefined;
};

/**
 * Verifies each token once: the same text is taken for what it was found to be, as long as verifying it again could find nothing else. That is
 * until it expires, and until the issuer's keys are read again, whether or not they have changed. What fails is never remembered. The text may have
 * been written otherwise and still be valid (base64url has room for that), so this is no list of tokens: it can't be asked which are known.
 */
export function rememberTokens(verify: (jwt: string) => Promise<Verified>, { keysInForce, clockSkew, atMost = USUAL }: RememberOptions) {
  const remembered = new LRUCache<string, Remembered>({ max: atMost });
  const holds = ({ keys, exp, nbf }: Remembered) => {
    const now = Math.floor(Date.now() / 1000);
    return keys === keysInForce() && exp > now - clockSkew && nbf <= now + clockSkew;
  };
  return async (jwt: string): Promise<Token> => {
    const digest = hash('sha256', jwt, 'base64');
    const known = remembered.get(digest);
    if (known && holds(known)) return known.token;
    const keys = keysInForce();
    const verified = await verify(jwt);
    // If others were read meanwhile, it may have been verified by those; and then these aren't in force again.
    if (keys) remembered.set(digest, { ...verified, keys });
    return verified.token;
  };
}
