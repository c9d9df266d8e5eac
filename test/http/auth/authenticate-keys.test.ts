import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Authenticate, createAuthenticate, type TokenOptions } from '../../../src/http/auth/authenticate.ts';
import { createDatabase } from '../../support/database.ts';
import { serve } from '../server/serve.ts';
import { AUDIENCE, createKey, type Key, type LoopbackIssuer, signed, startIssuer } from './oidc.ts';

let issuer: LoopbackIssuer;
let first: Key;
beforeEach(async () => {
  issuer = await startIssuer();
  first = await createKey('ES256', 'first');
  issuer.state.keys = [first];
});
afterEach(() => issuer.close());

const options = (more: Partial<TokenOptions> = {}): TokenOptions => ({
  issuer: issuer.issuer,
  audience: AUDIENCE,
  algorithms: ['ES256'],
  tenantClaim: 'tenant',
  staffClaim: 'ipto_staff',
  clockSkew: 5,
  ...more,
});
const authenticateWith = (more?: Partial<TokenOptions>) => createAuthenticate(options(more));
const bearer = async (key: Key) => `Bearer ${await signed(key, issuer.claims())}`;
const outcome = async (authenticate: Authenticate, key: Key) =>
  Promise.resolve(authenticate(await bearer(key))).then(
    token => token!.profile.subject,
    error => error.code,
  );

describe("the issuer's keys", () => {
  test('are discovered and fetched once, however many tokens arrive at once', async () => {
    const authenticate = authenticateWith();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcome(authenticate, first)));
    expect(outcomes).toEqual(Array(20).fill('ann'));
    expect(issuer.state.fetches).toEqual({ discovery: 1, keys: 1 });
  });

  test('are fetched from the configured address without discovery', async () => {
    expect(await outcome(authenticateWith({ keys: { uri: issuer.keysUri } }), first)).toBe('ann');
    expect(issuer.state.fetches).toEqual({ discovery: 0, keys: 1 });
  });

  test('are not fetched before the first token', async () => {
    expect(await authenticateWith()(undefined)).toBeNull();
    expect(issuer.state.fetches).toEqual({ discovery: 0, keys: 0 });
  });

  test('may be rotated: a new key is accepted once the cool-down is over', async () => {
    const authenticate = authenticateWith({ cooldown: 0 });
    expect(await outcome(authenticate, first)).toBe('ann');
    const second = await createKey('ES256', 'second');
    issuer.state.keys = [first, second];
    expect(await outcome(authenticate, second)).toBe('ann');
    expect(await outcome(authenticate, first)).toBe('ann');
  });

  test('may be withdrawn: a token of a withdrawn key is refused as soon as the keys are fetched again', async () => {
    const authenticate = authenticateWith({ cooldown: 0 });
    expect(await outcome(authenticate, first)).toBe('ann');
    const second = await createKey('ES256', 'second');
    issuer.state.keys = [second];
    expect(await outcome(authenticate, second)).toBe('ann');
    expect(await outcome(authenticate, first)).toBe('UNAUTHENTICATED');
  });

  test('are not fetched again within the cool-down, however many tokens name an unknown key', async () => {
    const authenticate = authenticateWith();
    expect(await outcome(authenticate, first)).toBe('ann');
    const strangers = await Promise.all(Array.from({ length: 50 }, (_, i) => createKey('ES256', `stranger-${i}`)));
    for (const stranger of strangers) expect(await outcome(authenticate, stranger)).toBe('UNAVAILABLE');
    expect(issuer.state.fetches.keys).toBe(1);
    expect(await outcome(authenticate, first)).toBe('ann');
  });

  test('make an unknown kid UNAVAILABLE during the cool-down, and UNAUTHENTICATED once they were fetched', async () => {
    const authenticate = authenticateWith({ cooldown: 300 });
    expect(await outcome(authenticate, first)).toBe('ann');
    const stranger = await createKey('ES256', 'stranger');
    const error = await Promise.resolve(authenticate(await bearer(stranger))).catch(failure => failure);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', details: { retryAfter: 1 } });
    await new Promise(resolve => setTimeout(resolve, 350));
    expect(await outcome(authenticate, stranger)).toBe('UNAUTHENTICATED');
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, (key: Key) => Key]>([
    ['without a kid',      key => ({ ...key, jwk: { ...key.jwk, kid: undefined } as never })],
    ['with the same kid',  key => ({ ...key, jwk: { ...key.jwk, kid: 'first' } })],
  ])('are each tried when two match, %s', async (_what, published) => {
    const [second, stranger] = [await createKey('ES256', 'second'), await createKey('ES256', 'stranger')];
    issuer.state.keys = [published(first), published(second)];
    const authenticate = authenticateWith();
    for (const [key, expected] of [[first, 'ann'], [second, 'ann'], [stranger, 'UNAUTHENTICATED']] as const) {
      const token = await signed(key, issuer.claims(), { kid: published(key).jwk.kid });
      expect(await Promise.resolve(authenticate(`Bearer ${token}`)).then(got => got!.profile.subject, error => error.code)).toBe(expected);
    }
  });

  test('are kept when the fetched set is empty: known keys still work', async () => {
    const authenticate = authenticateWith({ cooldown: 0 });
    expect(await outcome(authenticate, first)).toBe('ann');
    issuer.state.answer = '{"keys": []}';
    const second = await createKey('ES256', 'second');
    expect(await outcome(authenticate, second)).toBe('UNAVAILABLE');
    expect(await outcome(authenticate, first)).toBe('ann');
    expect(await outcome(authenticateWith(), first)).toBe('UNAVAILABLE');
  });
});

describe('an unreliable issuer', () => {
  test.each<[string, () => void]>([
    ['is down', () => Object.assign(issuer.state, { down: true })],
    ['redirects its keys elsewhere', () => Object.assign(issuer.state, { redirect: true })],
    ['returns no JSON', () => Object.assign(issuer.state, { answer: '<html>' })],
    ['returns no keys', () => Object.assign(issuer.state, { answer: '{"nothing":true}' })],
    ['names another issuer in its discovery document', () => Object.assign(issuer.state, { claimedIssuer: 'https://evil.example' })],
  ])('and %s is UNAVAILABLE, and works again once it has recovered', async (_what, spoil) => {
    const authenticate = authenticateWith({ cooldown: 0 });
    spoil();
    expect(await outcome(authenticate, first)).toBe('UNAVAILABLE');
    Object.assign(issuer.state, { down: false, redirect: false, answer: undefined, claimedIssuer: undefined });
    expect(await outcome(authenticate, first)).toBe('ann');
  });

  test('is not followed to an unencrypted key address when it is encrypted itself', async () => {
    const answer = JSON.stringify({ issuer: 'https://issuer.example', jwks_uri: issuer.keysUri });
    const asked: string[] = [];
    const { fetch } = globalThis;
    globalThis.fetch = async url => {
      asked.push(String(url));
      return new Response(answer);
    };
    try {
      const claims = { ...issuer.claims(), iss: 'https://issuer.example' };
      const authenticate = authenticateWith({ issuer: 'https://issuer.example' });
      await expect(authenticate(`Bearer ${await signed(first, claims)}`)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    } finally {
      globalThis.fetch = fetch;
    }
    expect(asked).toEqual(['https://issuer.example/.well-known/openid-configuration']);
  });

  test('is not asked for its discovery document again at once', async () => {
    issuer.state.claimedIssuer = 'https://evil.example';
    const authenticate = authenticateWith();
    for (let times = 0; times < 5; times += 1) expect(await outcome(authenticate, first)).toBe('UNAVAILABLE');
    expect(issuer.state.fetches.discovery).toBe(1);
  });

  test('does not affect a token of a cached key', async () => {
    const authenticate = authenticateWith();
    await outcome(authenticate, first);
    issuer.state.down = true;
    expect(await outcome(authenticate, first)).toBe('ann');
  });

  test('is a 503 over HTTP with Retry-After, and is logged with the reason', async () => {
    const database = await createDatabase();
    const gateway = await serve({ databaseUrl: database.runtimeUrl, tokens: options({ cooldown: 0 }) });
    try {
      issuer.state.down = true;
      const token = await signed(first, issuer.claims());
      const headers = { 'x-request-id': 'issuer-down' };
      const { status, headers: answered, errors } = await gateway.ask('{ plans { code } }', { token, headers });
      expect({ status, retry: answered.get('retry-after'), code: errors[0]!.extensions }).toEqual({
        status: 503,
        retry: '1',
        code: { code: 'UNAVAILABLE', retryAfter: 1, requestId: 'issuer-down' },
      });
      expect(gateway.lines().find(line => line.requestId === 'issuer-down' && line.err)).toMatchObject({ level: 40 });
      issuer.state.down = false;
      expect((await gateway.ask('{ viewer { name } }', { token })).data).toEqual({ viewer: { name: 'ann' } });
    } finally {
      await gateway.stop();
      await database.drop();
    }
  });
});
