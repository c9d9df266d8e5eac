import { LRUCache } from 'lru-cache';
import type { Token } from './authenticate.ts';

/**
 * How many tokens are remembered when nobody says, and how long they are on average at most,
 * letters.
 */
const USUAL = 10_000;
const LENGTH = 1_000;

/** A verified token, and when it counts: seconds since 1970. */
export type Verified = { readonly token: Token; readonly exp: number; readonly nbf: number };
type Remembered = Verified & { readonly keys: object };

export type RememberOptions = {
  /**
   * The key set that a verification would use at this moment; null when it would have to ask the
   * issuer first.
   */
  readonly keysInForce: () => object | null;
  /** How far clocks may be apart, seconds. */
  readonly clockSkew: number;
  /** How many tokens are remembered at most. */
  readonly atMost?: number | undefined;
};

/**
 * Verifies each token once: the same text is taken for what it was found to be, as long as
 * verifying it again could find nothing else. That is until it expires, and until the issuer's keys
 * are read again, whether or not they have changed. What fails is never remembered.
 *
 * @param verify is given the text that a token was sent in.
 */
export function createTokenCache(verify: (text: string) => Promise<Verified>, { keysInForce, clockSkew, atMost = USUAL }: RememberOptions) {
  const remembered = new LRUCache<string, Remembered>({
    max: atMost,
    maxSize: atMost * LENGTH,
    sizeCalculation: (_remembered, text) => text.length,
  });
  const holds = ({ keys, exp, nbf }: Remembered) => {
    const now = Math.floor(Date.now() / 1000);
    return keys === keysInForce() && exp > now - clockSkew && nbf <= now + clockSkew;
  };
  const verifiedNow = async (text: string): Promise<Token> => {
    const keys = keysInForce();
    const verified = await verify(text);
    // If others were read meanwhile, it may have been verified by those; and then these aren't in
    // force again.
    if (keys) remembered.set(text, { ...verified, keys });
    return verified.token;
  };
  return (text: string): Token | Promise<Token> => {
    const known = remembered.get(text);
    return known && holds(known) ? known.token : verifiedNow(text);
  };
}
