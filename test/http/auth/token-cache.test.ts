import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Authenticate, createAuthenticate, type TokenOptions } from '../../../src/http/auth/authenticate.ts';
import type { Token } from '../../../src/http/auth/token.ts';
import { createTokenCache } from '../../../src/http/auth/token-cache.ts';
import { fixtures, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';
import { AUDIENCE, createKey, inSeconds, type Key, type LoopbackIssuer, signed, startIssuer } from './oidc.ts';

const SKEW = 5;
const START = new Date('2026-06-01T00:00:00Z');
const wait = (seconds: number) => vi.setSystemTime(START.getTime() + seconds * 1000);

let issuer: LoopbackIssuer;
let key: Key;
beforeEach(async () => {
  issuer = await startIssuer();
  key = await createKey('ES256', 'first');
  issuer.state.keys = [key];
  vi.useFakeTimers({ toFake: ['Date'], now: START });
});
afterEach(async () => {
  vi.useRealTimers();
  await issuer.close();
});

const authenticateWith = (more: Partial<TokenOptions> = {}) =>
  createAuthenticate({
    issuer: issuer.issuer,
    audience: AUDIENCE,
    algorithms: ['ES256'],
    tenantClaim: 'tenant',
    staffClaim: 'ipto_staff',
    clockSkew: SKEW,
    ...more,
  });

/** A token, once the keys are known: the first one of all only makes them known. */
async function known(authenticate: Authenticate, claims = {}): Promise<{ bearer: string; token: Token }> {
  await authenticate(`Bearer ${await signed(key, issuer.claims({ sub: 'somebody else' }))}`);
  const bearer = `Bearer ${await signed(key, issuer.claims(claims))}`;
  return { bearer, token: (await authenticate(bearer))! };
}
const codeOf = (answer: unknown) =>
  Promise.resolve(answer).then(
    () => 'fine',
    error => error.code,
  );

describe('a verified token', () => {
  test('returns the verified claims from the cache, which callers cannot modify', async () => {
    const authenticate = authenticateWith();
    const { bearer, token } = await known(authenticate, { tenant: 'north', email: 'ann@people.example', email_verified: true });
    expect(await authenticate(bearer)).toBe(token);
    expect(token).toEqual({
      profile: {
        ...{ issuer: issuer.issuer, subject: 'ann', name: 'ann@people.example', isNamed: false },
        ...{ email: 'ann@people.example', emailVerified: true, issuedAt: null },
      },
      staff: false,
      tenant: 'north',
    });
    expect([Object.isFrozen(token), Object.isFrozen(token.profile)]).toEqual([true, true]);
  });

  test('is accepted until it expires, and not a second longer', async () => {
    const authenticate = authenticateWith();
    const { bearer, token } = await known(authenticate, { exp: inSeconds(60) });
    wait(60 + SKEW - 1);
    expect(await authenticate(bearer)).toBe(token);
    wait(60 + SKEW);
    await expect(authenticate(bearer)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: 'The token has expired.' });
  });

  test('is refused before its not-before time if the clock is set back', async () => {
    const authenticate = authenticateWith();
    const { bearer, token } = await known(authenticate, { nbf: inSeconds(0) });
    wait(-SKEW);
    expect(await authenticate(bearer)).toBe(token);
    wait(-SKEW - 1);
    expect(await codeOf(authenticate(bearer))).toBe('UNAUTHENTICATED');
  });

  test('is not found in the cache when one letter differs', async () => {
    const authenticate = authenticateWith();
    const { bearer, token } = await known(authenticate);
    const signature = bearer.lastIndexOf('.') + 1;
    for (const at of ['Bearer '.length + 1, bearer.indexOf('.') + 4, signature, signature + 40]) {
      const forged = `${bearer.slice(0, at)}${bearer[at] === 'A' ? 'B' : 'A'}${bearer.slice(at + 1)}`;
      for (let again = 0; again < 2; again++) expect(await codeOf(authenticate(forged))).toBe('UNAUTHENTICATED');
    }
    expect(await authenticate(bearer)).toBe(token);
  });

  test('with the same claims and another signature is cached separately and accepted', async () => {
    const authenticate = authenticateWith();
    const claims = issuer.claims();
    const { token } = await known(authenticate, claims);
    const twin = `Bearer ${await signed(key, claims)}`; // ECDSA signs with a random number.
    const found = await authenticate(twin);
    expect(found).toEqual(token);
    expect(found).not.toBe(token);
    expect(await authenticate(twin)).toBe(found);
  });

  test('is evicted for newer tokens once the cache is full', async () => {
    const authenticate = authenticateWith({ maxCachedTokens: 2 });
    const { bearer, token } = await known(authenticate);
    const others = await Promise.all(['ben', 'cho'].map(async sub => `Bearer ${await signed(key, issuer.claims({ sub }))}`));
    const found = [await authenticate(others[0]), await authenticate(others[1])];
    expect([await authenticate(others[0]), await authenticate(others[1])].map((one, i) => one === found[i])).toEqual([true, true]);
    const anew = await authenticate(bearer);
    expect(anew).toEqual(token);
    expect(anew).not.toBe(token);
  });
});

describe('a token whose issuer withdrew its key', () => {
  const withdraw = async () => {
    const second = await createKey('ES256', 'second');
    issuer.state.keys = [second];
    return second;
  };

  test('is refused as soon as another token causes the keys to be fetched', async () => {
    const authenticate = authenticateWith({ cooldown: 0 });
    const { bearer } = await known(authenticate);
    const second = await withdraw();
    expect(await codeOf(authenticate(`Bearer ${await signed(second, issuer.claims())}`))).toBe('fine');
    expect(await codeOf(authenticate(bearer))).toBe('UNAUTHENTICATED');
  });

  test('is refused after at most ten minutes, when the keys are fetched again anyway', async () => {
    const authenticate = authenticateWith();
    const { bearer, token } = await known(authenticate);
    await withdraw();
    wait(599);
    expect(await authenticate(bearer)).toBe(token);
    wait(600);
    expect(await codeOf(authenticate(bearer))).toBe('UNAUTHENTICATED');
  });

  test('is accepted for at most an hour while the keys cannot be fetched', async () => {
    const authenticate = authenticateWith({ keys: { uri: issuer.keysUri } });
    const { bearer } = await known(authenticate);
    issuer.state.down = true;
    wait(599);
    expect(await codeOf(authenticate(bearer))).toBe('fine');
    wait(3_599);
    expect(await codeOf(authenticate(bearer))).toBe('fine');
    wait(3_600);
    expect(await codeOf(authenticate(bearer))).toBe('UNAVAILABLE');
  });

  test('is verified again when the key is published again, even under the same id', async () => {
    const authenticate = authenticateWith();
    const { bearer } = await known(authenticate);
    issuer.state.keys = [await createKey('ES256', 'first')];
    wait(600);
    expect(await codeOf(authenticate(bearer))).toBe('UNAUTHENTICATED');
  });
});

test('a refused token is verified each time: for another audience, issuer or algorithm, expired, or of an unknown key', async () => {
  const authenticate = authenticateWith();
  await known(authenticate);
  const stranger = await createKey('ES256', 'first');
  for (const jwt of [
    await signed(key, issuer.claims({ aud: 'another' })),
    await signed(key, issuer.claims({ iss: 'https://another.example' })),
    await signed(await createKey('RS256', 'first'), issuer.claims()),
    await signed(key, issuer.claims({ exp: inSeconds(-SKEW) })),
    await signed(key, issuer.claims({ sub: '' })),
    await signed(stranger, issuer.claims()),
  ])
    for (let again = 0; again < 3; again++) expect(await codeOf(authenticate(`Bearer ${jwt}`))).toBe('UNAUTHENTICATED');
});

describe('the cache of verified tokens', () => {
  const token = (subject: string) => ({ profile: { subject } }) as unknown as Token;
  const good = (subject: string) => ({ token: token(subject), exp: inSeconds(60), nbf: 0 });

  test('stores no failure: the next token is verified anew', async () => {
    const keys = {};
    const outcomes = [Promise.reject(new Error('bad')), Promise.reject(new Error('bad')), Promise.resolve(good('ann'))];
    for (const outcome of outcomes) outcome.catch(() => {});
    const verified = createTokenCache(() => outcomes.shift()!, { keysInForce: () => keys, clockSkew: 0 });
    await expect(verified('jwt')).rejects.toThrow('bad');
    await expect(verified('jwt')).rejects.toThrow('bad');
    expect(await verified('jwt')).toEqual(token('ann'));
    expect(await verified('jwt')).toEqual(token('ann'));
    expect(outcomes).toEqual([]);
  });

  test.each([
    ['the keys were fetched during its verification', {}, {}],
    ['its verification caused the keys to be fetched', null, {}],
    ['the keys expired meanwhile', {}, null],
    ['no keys are known', null, null],
  ])('is not used for a token where %s', async (_when, before, later) => {
    let keys: object | null = before;
    let verifications = 0;
    const verified = createTokenCache(
      async () => {
        verifications += 1;
        keys = later;
        return good('ann');
      },
      { keysInForce: () => keys, clockSkew: 0 },
    );
    await verified('jwt');
    await verified('jwt');
    expect(verifications).toBe(2);
  });
});

describe('R7, S5: with a cached token', () => {
  const database = useDatabase();
  const gateway = useGateway(database);

  const ASK = '{ viewer { membership { roles status } can(permission: TENANT_RENAME) } tenant { name } }';

  test('role, status and membership are read from the database for each request', async () => {
    vi.useRealTimers();
    const make = fixtures(database);
    const north = await make.tenant('north', await make.person('Ann'));
    const ben = await make.person('Ben');
    const { id } = await make.member(north, ben, ['admin']);
    const token = await gateway.tokenOf(ben);
    const see = async () => {
      const { status, data, errors } = await gateway.ask(ASK, { token, tenant: 'north' });
      return [status, data?.viewer.membership.roles, data?.viewer.membership.status, data?.viewer.can, errors.length];
    };
    const set = (roles: string) => database.sql(`UPDATE membership SET roles = '{${roles}}' WHERE id = '${id}'`);
    for (let round = 0; round < 3; round++) {
      expect(await see()).toEqual([200, ['ADMIN'], 'ACTIVE', true, 0]);
      await set('viewer');
      expect(await see()).toEqual([200, ['VIEWER'], 'ACTIVE', false, 0]);
      await set('admin');
      await make.setStatus(north, 'suspended');
      expect(await see()).toEqual([200, ['ADMIN'], 'SUSPENDED', false, 0]);
      await make.setStatus(north, 'active');
    }
    await database.sql(`DELETE FROM membership WHERE id = '${id}'`);
    expect((await see())[0]).toBe(403);
  });
});
