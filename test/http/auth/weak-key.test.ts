import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAuthenticate } from '../../../src/http/auth/authenticate.ts';
import { isRocaModulus, weaknessOf } from '../../../src/http/auth/weak-key.ts';
import { AUDIENCE, createKey, type Key, type LoopbackIssuer, signed, startIssuer } from './oidc.ts';

const base64url = (number: bigint) => {
  const hex = number.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
};
const numberOf = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex')}`);
/** An odd number of so many bits. */
const modulusOf = (bits: number) => numberOf(randomBytes(bits / 8)) | (1n << BigInt(bits - 1)) | 1n;
const rsa = (n: bigint, e = 65_537n): JWK => ({ kty: 'RSA', n: base64url(n), e: base64url(e) });

/** As the faulty library makes a modulus: a power of 65537 modulo the product of small primes. */
function rocaModulus(): bigint {
  const primes = Array.from({ length: 700 }, (_, at) => BigInt(at + 2)).filter(
    number => !Array.from({ length: Number(number) - 2 }, (_, at) => BigInt(at + 2)).some(divisor => number % divisor === 0n),
  );
  const product = primes.slice(0, 126).reduce((all, prime) => all * prime, 1n);
  let power = 1n;
  for (let times = 0; times < 1_234; times += 1) power = (power * 65_537n) % product;
  return product * (modulusOf(2_048) / product) + power;
}

describe("an issuer's key", () => {
  test.each<[string, JWK, RegExp]>([
    ['RSA of 1024 bits', rsa(modulusOf(1_024)), /RSA of 1024 bits/],
    ['RSA of 2047 bits', rsa(modulusOf(2_048) >> 1n), /RSA of 2047 bits/],
    ['RSA with the exponent 3', rsa(modulusOf(2_048), 3n), /exponent/],
    ['RSA with the exponent 1', rsa(modulusOf(2_048), 1n), /exponent/],
    ['RSA of the ROCA library', rsa(rocaModulus()), /ROCA/],
    ['RSA without a modulus', { kty: 'RSA', e: 'AQAB' }, /whole/],
    ['RSA whose modulus is no base64url', { kty: 'RSA', n: '***', e: 'AQAB' }, /whole/],
    ['a shared secret', { kty: 'oct', k: 'c2VjcmV0' }, /published/],
    ['a private key', { ...rsa(modulusOf(2_048)), d: 'AQAB' }, /published/],
  ])('is weak: %s', (_, key, why) => expect(weaknessOf(key)).toMatch(why));

  test.each(['RS256', 'PS512', 'ES256', 'ES512', 'EdDSA'])('is good: one made for %s', async alg => {
    const { publicKey } = await generateKeyPair(alg, { extractable: true });
    expect(weaknessOf(await exportJWK(publicKey))).toBeNull();
  });

  test('has the mark of ROCA only where the library made it', () => {
    expect(Array.from({ length: 500 }, () => modulusOf(2_048)).filter(isRocaModulus)).toEqual([]);
    for (let times = 0; times < 20; times += 1) expect(isRocaModulus(rocaModulus())).toBe(true);
  });
});

let issuer: LoopbackIssuer;
let good: Key;
beforeEach(async () => {
  issuer = await startIssuer();
  good = await createKey('ES256', 'good');
});
afterEach(() => issuer.close());

const authenticate = (given = {}) =>
  createAuthenticate({
    ...{ issuer: issuer.issuer, audience: AUDIENCE, algorithms: ['ES256', 'RS256'] },
    ...{ tenantClaim: 'tenant', staffClaim: 'ipto_staff', clockSkew: 5, ...given },
  });
const outcomes = async (keys: readonly Key[], given = {}) => {
  const check = authenticate(given);
  const outcome = async (key: Key) =>
    Promise.resolve(check(`Bearer ${await signed(key, issuer.claims())}`)).then(
      token => token!.profile.subject,
      error => error.code,
    );
  const found: string[] = [];
  for (const key of keys) found.push(await outcome(key));
  return found;
};

describe('a token that a weak key signs', () => {
  const weakened = async (): Promise<Key> => {
    const key = await createKey('ES256', 'weak');
    const { d } = await exportJWK(key.privateKey);
    return { ...key, jwk: { ...key.jwk, d: d! } };
  };

  test('is refused, again and again, and those of the good key beside it are not', async () => {
    const weak = await weakened();
    issuer.state.keys = [weak, good];
    expect(await outcomes([weak, good, weak, good])).toEqual(['UNAUTHENTICATED', 'ann', 'UNAUTHENTICATED', 'ann']);
    expect(issuer.state.fetches.keys).toBe(1);
  });

  test('is refused where the keys are a setting', async () => {
    const weak = await weakened();
    expect(await outcomes([weak, good], { keys: { keys: [weak.jwk, good.jwk] } })).toEqual(['UNAUTHENTICATED', 'ann']);
  });

  test('is UNAVAILABLE where there is no other: the issuer has to mend it', async () => {
    const weak = await weakened();
    issuer.state.keys = [weak];
    expect(await outcomes([weak])).toEqual(['UNAVAILABLE']);
  });
});

describe('the text of a token', () => {
  /** The same bytes in base64url, with other bits after the last. */
  const variant = (part: string): string | undefined => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    return [...alphabet]
      .map(letter => part.slice(0, -1) + letter)
      .find(other => other !== part && Buffer.from(other, 'base64url').equals(Buffer.from(part, 'base64url')));
  };

  test('has one form: bits that decoders drop are refused', async () => {
    issuer.state.keys = [good];
    const check = authenticate();
    let tried = 0;
    for (let size = 0; size < 3; size += 1) {
      const parts = (await signed(good, issuer.claims({ sub: 'a'.repeat(size + 1) }))).split('.');
      expect(await check(`Bearer ${parts.join('.')}`)).toMatchObject({ staff: false });
      for (const [at, part] of parts.entries()) {
        const other = variant(part);
        if (other === undefined) continue;
        tried += 1;
        await expect(check(`Bearer ${parts.with(at, other).join('.')}`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      }
    }
    expect(tried).toBeGreaterThan(3);
  });

  test('is what is cached, whatever the header around it', async () => {
    issuer.state.keys = [good];
    const check = authenticate();
    await check(`Bearer ${await signed(good, issuer.claims({ sub: 'somebody else' }))}`);
    const jwt = await signed(good, issuer.claims());
    const token = await check(`Bearer ${jwt}`);
    for (const header of [`bearer ${jwt}`, `BEARER   ${jwt}`, `Bearer ${jwt}  `]) expect(await check(header)).toBe(token);
  });
});
