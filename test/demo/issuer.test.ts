import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DemoError, type Home, openHome, reset } from '../../src/demo/home.ts';
import { type Issuer, openIssuer } from '../../src/demo/issuer.ts';
import { findPersona } from '../../src/demo/personas.ts';

let home: Home;

beforeEach(async () => {
  home = await openHome(await mkdtemp(join(tmpdir(), 'ipto-home-')));
});

afterEach(() => rm(home.directory, { recursive: true }));

async function claimsOf(issuer: Issuer, token: string) {
  const options = { issuer: 'urn:ipto:demo', audience: 'ipto-gateway', algorithms: ['ES256'] };
  return (await jwtVerify(token, createLocalJWKSet(issuer.jwks), options)).payload;
}

describe("a token of the demo's issuer", () => {
  test('identifies a persona, without permissions', async () => {
    const issuer = await openIssuer(home);
    const persona = findPersona('owner@northwind.example');
    const claims = await claimsOf(issuer, await issuer.sign({ persona: persona!, expiresIn: 3600 }));
    expect(claims).toEqual({
      iss: 'urn:ipto:demo',
      aud: 'ipto-gateway',
      sub: 'owner@northwind.example',
      iat: expect.any(Number),
      exp: claims.iat! + 3600,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Nora Lindqvist',
      email: 'owner@northwind.example',
      email_verified: true,
    });
  });

  test('is the same for a persona given by e-mail address', async () => {
    const issuer = await openIssuer(home);
    const claims = await claimsOf(issuer, await issuer.sign({ email: 'Owner@northwind.example', expiresIn: 60 }));
    expect(claims).toMatchObject({ sub: 'owner@northwind.example', name: 'Nora Lindqvist' });
  });

  test('names the tenant when one is given', async () => {
    const issuer = await openIssuer(home);
    const claims = await claimsOf(issuer, await issuer.sign({ email: 'sam@people.example', tenant: 'contoso', expiresIn: 60 }));
    expect(claims).toMatchObject({ sub: 'sam@people.example', tenant: 'contoso' });
  });

  test('has the staff claim for staff only, not for similar addresses', async () => {
    const issuer = await openIssuer(home);
    expect(await claimsOf(issuer, await issuer.sign({ email: 'staff@ipto.example', expiresIn: 60 }))).toHaveProperty('ipto_staff', true);
    for (const email of ['staff2@ipto.example', 'staff@ipto.example.org', 'admin@northwind.example']) {
      expect(await claimsOf(issuer, await issuer.sign({ email, expiresIn: 60 }))).not.toHaveProperty('ipto_staff');
    }
  });

  test('is issued for unknown people too, with a verified address and a name made from it', async () => {
    const issuer = await openIssuer(home);
    const claims = await claimsOf(issuer, await issuer.sign({ email: 'ada.lovelace@example.org', expiresIn: 60 }));
    expect(claims).toMatchObject({ sub: 'ada.lovelace@example.org', name: 'Ada Lovelace', email_verified: true });
  });

  test('is refused once it has expired', async () => {
    const issuer = await openIssuer(home);
    const token = await issuer.sign({ email: 'ada@example.org', expiresIn: -1 });
    await expect(claimsOf(issuer, token)).rejects.toThrow('"exp" claim timestamp check failed');
  });

  test('never repeats its id', async () => {
    const issuer = await openIssuer(home);
    const tokens = await Promise.all([1, 2, 3].map(() => issuer.sign({ email: 'ada@example.org', expiresIn: 60 })));
    expect(new Set((await Promise.all(tokens.map(token => claimsOf(issuer, token)))).map(claims => claims.jti)).size).toBe(3);
  });
});

describe("the issuer's key", () => {
  test('is stored, readable by its owner only, so that a later run accepts earlier tokens', async () => {
    const token = await (await openIssuer(home)).sign({ email: 'ada@example.org', expiresIn: 60 });
    expect(await claimsOf(await openIssuer(home), token)).toMatchObject({ sub: 'ada@example.org' });
    expect((await stat(home.issuerKey)).mode & 0o777).toBe(0o600);
  });

  test('publishes only its public half, under the id that tokens name', async () => {
    const issuer = await openIssuer(home);
    const [key] = issuer.jwks.keys;
    expect(Object.keys(key!).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    const header = decodeProtectedHeader(await issuer.sign({ email: 'ada@example.org', expiresIn: 60 }));
    expect(header).toEqual({ alg: 'ES256', kid: key!.kid, typ: 'JWT' });
  });

  test('is the same for all that create it at once', async () => {
    const issuers = await Promise.all(Array.from({ length: 20 }, () => openIssuer(home)));
    expect(new Set(issuers.map(issuer => JSON.stringify(issuer.jwks))).size).toBe(1);
    expect(await readdir(home.directory)).toEqual(['issuer-key.json']);
  });

  test('differs between two data folders', async () => {
    const other = await openHome(join(home.directory, 'other'));
    const token = await (await openIssuer(other)).sign({ email: 'ada@example.org', expiresIn: 60 });
    await expect(claimsOf(await openIssuer(home), token)).rejects.toThrow('no applicable key found');
  });

  test.each(['', '{}', '{"kty":"EC"}', 'not json'])('is refused with one sentence when its file contains %j', async text => {
    await writeFile(home.issuerKey, text);
    const refused = `The file ${home.issuerKey} is not a key of the demo. Remove it; the next run creates another.`;
    await expect(openIssuer(home)).rejects.toThrow(new DemoError(refused));
  });

  test('is deleted by a reset, which keeps files that are not the demo’s', async () => {
    const before = (await openIssuer(home)).jwks;
    await writeFile(join(home.directory, 'mine.txt'), 'keep');
    await reset(home);
    expect(await readdir(home.directory)).toEqual(['mine.txt']);
    expect((await openIssuer(home)).jwks).not.toEqual(before);
  });
});
