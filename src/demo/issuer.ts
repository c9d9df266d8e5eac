import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JSONWebKeySet, type JWK, SignJWT } from 'jose';
import { DemoError, type Home } from './home.ts';
import { findPersona, type Persona } from './personas.ts';

export const DEMO_ISSUER = 'urn:ipto:demo';
export const DEMO_AUDIENCE = 'ipto-gateway';

/**
 * The person that a token is for. `tenant` is a slug or an id; `expiresIn` is in seconds, negative
 * for an expired token.
 */
export type TokenRequest = ({ persona: Persona } | { email: string }) & { tenant?: string; expiresIn: number };

/** The demo's token issuer. `jwks` is its public key. */
export type Issuer = { jwks: JSONWebKeySet; sign(request: TokenRequest): Promise<string> };

/**
 * Opens the issuer of a demo and creates its key (ES256) if it is missing. An e-mail address that
 * is no persona's gets the token of a new person, whose name is derived from the address.
 *
 * @throws DemoError if the key can't be read.
 */
export async function openIssuer(home: Home): Promise<Issuer> {
  const secret = (await readKey(home.issuerKey)) ?? (await createKey(home.issuerKey));
  const { kty, crv, x, y } = secret;
  const point = { kty, crv, x, y } as JWK;
  const header = { alg: 'ES256', kid: await calculateJwkThumbprint(point), typ: 'JWT' };
  const key = await importJWK(secret, 'ES256');
  return {
    jwks: { keys: [{ ...point, alg: header.alg, kid: header.kid, use: 'sig' }] },
    sign: request => new SignJWT(claims(request)).setProtectedHeader(header).sign(key),
  };
}

function claims(request: TokenRequest): Record<string, unknown> {
  const email = ('persona' in request ? request.persona.email : request.email).toLowerCase();
  const persona = 'persona' in request ? request.persona : findPersona(email);
  const now = Math.floor(Date.now() / 1000);
  return {
    ...{ iss: DEMO_ISSUER, aud: DEMO_AUDIENCE, sub: email, iat: now, exp: now + request.expiresIn, jti: randomUUID() },
    ...{ name: persona?.name ?? nameFrom(email), email, email_verified: true },
    ...(persona?.staff ? { ipto_staff: true } : {}),
    ...(request.tenant === undefined ? {} : { tenant: request.tenant }),
  };
}

/** `ada.lovelace@…` is Ada Lovelace. */
function nameFrom(email: string): string {
  const words = email.slice(0, email.lastIndexOf('@')).split(/[._+-]+/);
  return (
    words
      .map(word => word.charAt(0).toUpperCase() + word.slice(1))
      .join(' ')
      .trim() || email
  );
}

async function readKey(file: string): Promise<JWK | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new DemoError(`Can't read the demo's key in ${file} (${error.code}).`);
  });
  if (text === null) return null;
  try {
    const key = JSON.parse(text) as JWK;
    await importJWK(key, 'ES256');
    if (key.d) return key;
  } catch {}
  throw new DemoError(`The file ${file} is not a key of the demo. Remove it; the next run creates another.`);
}

/**
 * Creates a key under another name and links it: if two processes create one at once, both use the
 * key that was linked first.
 */
async function createKey(file: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, `${JSON.stringify(await exportJWK(privateKey))}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw new DemoError(`Can't write the demo's key to ${file} (${error.code}).`);
    });
  } finally {
    await rm(draft, { force: true });
  }
  return (await readKey(file)) ?? createKey(file);
}
