import { createHmac } from 'node:crypto';
import { exportSPKI, importJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../../support/database.ts';
import { post, raw } from '../server/raw.ts';
import { type Served, serve } from '../server/serve.ts';
import { AUDIENCE, createKey, inSeconds, type Key, type LoopbackIssuer, signed, startIssuer } from './oidc.ts';

const SKEW = 30;

const database = useDatabase();
let issuer: LoopbackIssuer;
let gateway: Served;
let [rs, es, ed]: Key[] = [];
let stranger: Key;
let unlisted: Key;

beforeAll(async () => {
  issuer = await startIssuer();
  const { person, tenant } = fixtures(database);
  const ann = await person('ann', issuer.issuer);
  await database.sql("UPDATE person SET subject = 'ann' WHERE id = $1", [ann.id]);
  await tenant('north', ann);
  [rs, es, ed] = [await createKey('RS256'), await createKey('ES256'), await createKey('EdDSA')];
  stranger = await createKey('ES256');
  unlisted = await createKey('ES384');
  issuer.state.keys = [rs!, es!, ed!, unlisted];
  const tokens = {
    issuer: issuer.issuer,
    audience: AUDIENCE,
    algorithms: ['RS256', 'ES256', 'EdDSA'],
    tenantClaim: 'tenant',
    staffClaim: 'ipto_staff',
    clockSkew: SKEW,
  };
  gateway = await serve({ databaseUrl: database.runtimeUrl, tokens });
});
afterAll(async () => {
  await gateway?.stop();
  await issuer?.close();
});

const WHO = '{ viewer { principal name email emailVerified membership { slug } } }';
const who = (token: string) => gateway.ask(WHO, { token });

describe('a valid token', () => {
  test.each(['RS256', 'ES256', 'EdDSA'])('signed by %s identifies the user', async alg => {
    const key = [rs!, es!, ed!].find(known => known.alg === alg)!;
    const token = await signed(key, issuer.claims({ name: 'Ann', email: 'ann@people.example', email_verified: true }));
    const { status, data, errors } = await who(token);
    expect({ status, errors, viewer: data.viewer }).toEqual({
      status: 200,
      errors: [],
      viewer: { principal: 'USER', name: 'Ann', email: 'ann@people.example', emailVerified: true, membership: { slug: 'north' } },
    });
  });

  const withClaims = (claims: Record<string, unknown>) => async () => signed(es!, issuer.claims(claims));
  test.each<[string, () => Promise<string>, object]>([
    ['with the audience among others', withClaims({ aud: ['other', AUDIENCE] }), { principal: 'USER' }],
    ['that expired within the clock skew', withClaims({ exp: inSeconds(-SKEW + 20) }), { principal: 'USER' }],
    ['that begins within the clock skew', withClaims({ nbf: inSeconds(SKEW - 20) }), { principal: 'USER' }],
    ['with a sub of 255 characters', withClaims({ sub: 's'.repeat(255) }), { principal: 'USER', name: 's'.repeat(255) }],
    ['without a kid, where one key has its algorithm', () => signed(es!, issuer.claims(), { kid: undefined }), { principal: 'USER' }],
    [
      'with a name and an address that are not strings',
      withClaims({ name: 7, email: [] }),
      { principal: 'USER', name: 'ann', email: null },
    ],
    ['with a NUL in the name', withClaims({ name: 'a\0b' }), { principal: 'USER', name: 'a b' }],
    ['whose email_verified is a string', withClaims({ email: 'ann@people.example', email_verified: 'true' }), { emailVerified: false }],
    ...['JWT', 'jwt', 'at+jwt', 'application/at+jwt'].map(
      typ =>
        [`of typ ${typ}`, () => signed(es!, issuer.claims(), { typ }), { principal: 'USER' }] as [string, () => Promise<string>, object],
    ),
    ['with the staff claim', withClaims({ sub: 'dana', ipto_staff: true }), { principal: 'STAFF', membership: null }],
    ['with a staff claim that is a string', withClaims({ ipto_staff: 'true' }), { principal: 'USER' }],
    ['with a tenant claim', withClaims({ tenant: 'north' }), { membership: { slug: 'north' } }],
    ['with a tenant claim that is null', withClaims({ tenant: null }), { membership: { slug: 'north' } }],
    ['with a roles claim, which is ignored', withClaims({ sub: 'bob', roles: ['owner'], tenant_role: 'owner' }), { membership: null }],
  ])('%s is accepted', async (_what, make, viewer) => {
    const { status, data, errors } = await who(await make());
    expect({ status, errors }).toEqual({ status: 200, errors: [] });
    expect(data.viewer).toMatchObject(viewer);
  });

  test('is accepted with any case of the scheme', async () => {
    const token = await signed(es!, issuer.claims());
    for (const scheme of ['bearer', 'BEARER', 'Bearer '])
      expect((await gateway.ask(WHO, { headers: { authorization: `${scheme} ${token}` } })).data.viewer.principal).toBe('USER');
  });

  test('is optional: without a token the caller is anonymous', async () => {
    expect((await gateway.ask(WHO)).data.viewer).toMatchObject({ principal: 'NOBODY', membership: null });
  });
});

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

/**
 * HS256 with what everybody can read as the secret: the mistake of a verifier that lets the token
 * choose.
 */
async function signedWithThePublicKey(): Promise<string> {
  const secret = await exportSPKI((await importJWK({ ...rs!.jwk, ext: true }, 'RS256')) as CryptoKey);
  const body = `${encoded({ alg: 'HS256', kid: 'RS256' })}.${encoded(issuer.claims())}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

const bearer = (make: () => Promise<string>) => async () => `Bearer ${await make()}`;
const claiming = (claims: Record<string, unknown>) => bearer(() => signed(es!, issuer.claims(claims)));
const good = () => signed(es!, issuer.claims());

describe('an invalid token is 401 before GraphQL runs:', () => {
  test.each<[string, () => Promise<string>, RegExp]>([
    ['a signature by another key', bearer(() => signed(stranger, issuer.claims())), /not valid/],
    ['a kid of a key of another algorithm', bearer(() => signed(es!, issuer.claims(), { kid: 'RS256' })), /not valid/],
    ['alg none', bearer(async () => `${encoded({ alg: 'none' })}.${encoded(issuer.claims())}.`), /Send/],
    ['alg none with a signature', bearer(async () => `${encoded({ alg: 'none' })}.${encoded(issuer.claims())}.AAAA`), /not valid/],
    ['HS256 with the public key as its secret', bearer(signedWithThePublicKey), /not valid/],
    ['an algorithm outside the list', bearer(async () => signed(await createKey('ES384', 'ES256'), issuer.claims())), /not valid/],
    ['an unknown critical header', bearer(() => signed(es!, issuer.claims(), { crit: ['x-test'], 'x-test': 1 })), /not valid/],
    ['an algorithm outside the list, by a published key', bearer(() => signed(unlisted, issuer.claims())), /not valid/],
    ...['logout+jwt', 'dpop+jwt', 'secevent+jwt', 'id+jwt', 'x'].map(
      typ => [`typ ${typ}`, bearer(() => signed(es!, issuer.claims(), { typ })), /`typ`/] as [string, () => Promise<string>, RegExp],
    ),
    ['a log-out event', claiming({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }), /`events`/],
    ['a token bound to a key (cnf)', claiming({ cnf: { jkt: 'x' } }), /`cnf`/],
    ['another issuer', claiming({ iss: 'https://elsewhere.example' }), /`iss`/],
    ['no issuer', claiming({ iss: undefined }), /`iss`/],
    ['another audience', claiming({ aud: 'somebody-else' }), /`aud`/],
    ['no audience', claiming({ aud: undefined }), /`aud`/],
    ['an exp in the past', claiming({ exp: inSeconds(-SKEW - 20) }), /expired/],
    ['an exp that is a string', claiming({ exp: 'tomorrow' as never }), /`exp`/],
    ['no exp', claiming({ exp: undefined }), /`exp`/],
    ['an nbf in the future', claiming({ nbf: inSeconds(SKEW + 20) }), /`nbf`/],
    ['no sub', claiming({ sub: undefined }), /`sub`/],
    ['an empty sub', claiming({ sub: '' }), /`sub`/],
    ['a sub of 256 characters', claiming({ sub: 's'.repeat(256) }), /`sub`/],
    ['a sub with a NUL', claiming({ sub: 'a\0b' }), /`sub`/],
    ['a sub that is a number', claiming({ sub: 7 as never }), /`sub`/],
    ['a tenant claim that is a number', claiming({ tenant: 7 }), /`tenant`/],
    ['a tenant claim that is a list', claiming({ tenant: ['north'] }), /`tenant`/],
    ['a token cut short', bearer(async () => (await good()).slice(0, -10)), /not valid/],
    ['a token without its signature', bearer(async () => (await good()).split('.').slice(0, 2).join('.')), /Send/],
    ['a token with a fourth part', bearer(async () => `${await good()}.AAAA`), /Send/],
    [
      'modified claims',
      bearer(async () => (await good()).replace(/\.[^.]+\./, `.${encoded(issuer.claims({ sub: 'eve' }))}.`)),
      /not valid/,
    ],
    ['two tokens', async () => `Bearer ${await good()}, Bearer ${await good()}`, /Send/],
    ['garbage', async () => 'Bearer garbage', /Send/],
    ['parts that are not JSON', async () => 'Bearer Z2FyYmFnZQ.Z2FyYmFnZQ.Z2FyYmFnZQ', /not valid/],
    ['the Basic scheme', async () => 'Basic YW5uOmNhbmFyeQ==', /Send/],
    ['a scheme without credentials', async () => 'Bearer', /Send/],
    ['an empty header', async () => '', /Send/],
  ])('%s', async (_what, make, message) => {
    const authorization = await make();
    const before = gateway.text().length;
    // it needs nothing, and yet doesn't run
    const body = JSON.stringify({ query: '{ plans { code } }' });
    const answer = await raw(gateway.url, post(body, `authorization: ${authorization}`, 'x-request-id: bad-token'), body);
    expect(answer.status).toBe(401);
    expect(answer.head).toMatch(/^www-authenticate: Bearer error="invalid_token"\r?$/m);
    expect(answer.head).toMatch(/^x-request-id: bad-token\r?$/m);
    const { errors, ...rest } = JSON.parse(/\{.*\}/.exec(answer.body)![0]);
    expect({ errors, rest }).toEqual({
      errors: [{ message: expect.stringMatching(message), extensions: { code: 'UNAUTHENTICATED', requestId: 'bad-token' } }],
      rest: {},
    });
    const output = answer.head + answer.body + gateway.text().slice(before);
    for (const part of authorization.split(/[ .,]+/).filter(text => text.length > 6)) expect(output).not.toContain(part);
  });

  test('whatever the operation', async () => {
    const { status, data } = await gateway.ask('this is not GraphQL', { token: 'a.b.c' });
    expect([status, data]).toEqual([401, undefined]);
  });
});
