import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export const AUDIENCE = 'ipto-oidc-test';

export type Key = { readonly alg: string; readonly kid: string; readonly jwk: JWK; readonly privateKey: CryptoKey };

export async function createKey(alg: string, kid: string = alg): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), alg, kid, use: 'sig' } };
}

/** Seconds since 1970, now and then some. */
export const inSeconds = (offset: number) => Math.floor(Date.now() / 1000) + offset;

/** Signs a token with exactly the given header and claims. */
export const signed = (key: Key, claims: JWTPayload, header: Record<string, unknown> = {}) =>
  new SignJWT(claims).setProtectedHeader({ alg: key.alg, kid: key.kid, ...header }).sign(key.privateKey, { crit: { 'x-test': true } });

/**
 * An OpenID Connect issuer on this machine: its discovery document and its keys, both as a test
 * wants them.
 */
export async function startIssuer() {
  const state = {
    keys: [] as Key[],
    /** What the discovery document says of the issuer, where it lies. */
    claimedIssuer: undefined as string | undefined,
    down: false,
    redirect: false,
    answer: undefined as string | undefined,
    fetches: { discovery: 0, keys: 0 },
    /** The `traceparent` headers of requests that had one. */
    traceparents: [] as string[],
  };
  const send = (response: ServerResponse, body: unknown) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body));
  const server = createServer((request, response) => {
    const isDiscovery = request.url === '/.well-known/openid-configuration';
    state.fetches[isDiscovery ? 'discovery' : 'keys'] += 1;
    const { traceparent } = request.headers;
    if (traceparent) state.traceparents.push(String(traceparent));
    if (state.down) return void response.writeHead(500).end();
    if (isDiscovery) return void send(response, { issuer: state.claimedIssuer ?? issuer, jwks_uri: `${issuer}/keys` });
    if (state.redirect && request.url === '/keys') return void response.writeHead(302, { location: '/elsewhere' }).end();
    send(response, state.answer ?? { keys: state.keys.map(({ jwk }) => jwk) });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    state,
    keysUri: `${issuer}/keys`,
    /** The claims of a token that is good for an hour. */
    claims: (claims: JWTPayload = {}): JWTPayload => ({
      iss: issuer,
      aud: AUDIENCE,
      sub: 'ann',
      exp: inSeconds(3600),
      ...claims,
    }),
    close: () => {
      server.closeAllConnections();
      return new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}

export type LoopbackIssuer = Awaited<ReturnType<typeof startIssuer>>;
