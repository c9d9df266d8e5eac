import type { JSONWebKeySet, JWK } from 'jose';

const MIN_RSA_BITS = 2_048;
/** The usual exponent. A smaller one has made forgeries possible; others come from weak tools. */
const RSA_EXPONENT = 65_537n;

/** Why an issuer's key can't be trusted; null for a good one. */
export function weaknessOf({ kty, n, e, ...key }: JWK): string | null {
  if (key.d !== undefined || key.k !== undefined) return 'its secret part is published';
  if (kty !== 'RSA') return null;
  const [modulus, exponent] = [numberOf(n), numberOf(e)];
  if (modulus === null || exponent === null) return 'not a whole RSA key';
  const bits = modulus.toString(2).length;
  if (bits < MIN_RSA_BITS) return `RSA of ${bits} bits, under ${MIN_RSA_BITS}`;
  if (exponent !== RSA_EXPONENT) return `RSA with an exponent other than ${RSA_EXPONENT}`;
  return isRocaModulus(modulus) ? 'RSA made by hardware with the ROCA fault' : null;
}

/**
 * A key set whose weak keys can't verify anything. They keep their ids, so that a token of theirs
 * is refused as one, and isn't taken for a token of a key that is yet to be read.
 */
export const withoutWeakKeys = ({ keys, ...set }: JSONWebKeySet): JSONWebKeySet => ({
  ...set,
  keys: keys.map(key => (weaknessOf(key) === null ? key : { kty: 'weak', ...(key.kid !== undefined && { kid: key.kid }) })),
});

export const isWeak = ({ kty }: JWK): boolean => kty === 'weak';

function numberOf(text: unknown): bigint | null {
  if (typeof text !== 'string' || !/^[A-Za-z0-9_-]+$/.test(text)) return null;
  return BigInt(`0x${Buffer.from(text, 'base64url').toString('hex') || '0'}`);
}

/** Odd primes up to 167. */
const PRIMES = Array.from({ length: 166 }, (_, at) => at + 2).filter(
  number => number > 2 && !Array.from({ length: number - 2 }, (_, at) => at + 2).some(divisor => number % divisor === 0),
);

/** What powers of 65537 leave when they are divided by a prime. */
const REMAINDERS = new Map(
  PRIMES.map(prime => {
    const remainders = new Set<number>();
    for (let power = 1; !remainders.has(power); power = (power * (65_537 % prime)) % prime) remainders.add(power);
    return [prime, remainders] as const;
  }),
);

/**
 * Whether a modulus has the mark of Infineon's library (CVE-2017-15361, "ROCA"): modulo each small
 * prime it is a power of 65537. One good key in a hundred million has it by chance.
 */
export const isRocaModulus = (modulus: bigint): boolean =>
  [...REMAINDERS].every(([prime, remainders]) => remainders.has(Number(modulus % BigInt(prime))));
