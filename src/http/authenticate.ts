import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Profile } from '../database/crossings.ts';
import { GatewayError } from '../domain/errors.ts';

/** Whose tokens count, and how they are read. */
export type TokenOptions = {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly tenantClaim: string;
  readonly staffClaim: string;
  /** How far clocks may be apart, seconds. */
  readonly clockSkew: number;
  /** The issuer's keys: where they are published, or the keys themselves. Without, the issuer's discovery document says where. */
  readonly keys?: { readonly uri: string } | JSONWebKeySet | undefined;
  /** How long published keys aren't asked for again when a token names one that isn't among them, ms; 30 s without. */
  readonly cooldown?: number;
};

/** What a verified token says: who somebody is, and which tenant they chose. Never what they may do there. */
export type Token = { readonly profile: Profile; readonly staff: boolean; readonly tenant: string | null };

/** Verifies the `Authorization` header of a request; null where there is none. */
export type Authenticate = (authorization: string | undefined) => Promise<Token | null>;

/** Text that PostgreSQL can hold. */
const text = z.string().refine(value => value.isWellFormed() && !value.includes('\0'));

const Claims = z.object({
  sub: text.min(1).max(255),
  name: text.max(255).optional().catch(undefined),
  preferred_username: text.max(255).optional().catch(undefined),
  email: text.max(254).optional().catch(undefined),
  email_verified: z.boolean().optional().catch(undefined),
});

/** Made once for a server: keys are cached, fetched again when an unknown one appears, and no more than once in a cool-down. */
export function createAuthenticate(options: TokenOptions): Authenticate {
  const keys = keySet(options);
  const { issuer, audience, clockSkew: clockTolerance } = options;
  const checks = { issuer, audience, clockTolerance, algorithms: [...options.algorithms], requiredClaims: ['exp', 'sub'] };
  return async authorization => {
    if (authorization === undefined) return null;
    const jwt = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+) *$/i.exec(authorization)?.[1];
    if (!jwt) throw invalid('Send `Authorization: Bearer <token>` with a signed JWT or an API key, or nothing.');
    const { payload } = await jwtVerify(jwt, keys, checks).catch(explain);
    return tokenOf(payload, options);
  };
}

function tokenOf(payload: JWTPayload, { issuer, tenantClaim, staffClaim }: TokenOptions): Token {
  const { success, data } = Claims.safeParse(payload);
  if (!success) throw invalid('The token does not say who it is for (`sub`).');
  const tenant = payload[tenantClaim] ?? null;
  if (tenant !== null && typeof tenant !== 'string') throw invalid(`The token's claim \`${tenantClaim}\` is not a text.`);
  const email = data.email ?? null;
  const name = data.name ?? data.preferred_username ?? email ?? data.sub;
  const profile = { issuer, subject: data.sub, name, email, emailVerified: email !== null && data.email_verified === true };
  return { profile, staff: payload[staffClaim] === true, tenant };
}

const invalid = (message: string) => new GatewayError('UNAUTHENTICATED', message);

/** Why a token was refused, without what would help to forge one. */
function explain(error: unknown): never {
  if (error instanceof errors.JWTExpired) throw invalid('The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed) throw invalid(`The token's claim \`${error.claim}\` does not fit.`);
  if (isOutage(error)) throw new GatewayError('UNAVAILABLE', "The identity provider's keys can't be read just now.", {}, { cause: error });
  throw invalid('The token is not valid.');
}

/** Whether keys could not be had at all: no answer, another than 200, or one that holds no keys. */
const isOutage = (error: unknown) =>
  !(error instanceof errors.JOSEError) ||
  error instanceof errors.JWKSTimeout ||
  error instanceof errors.JWKSInvalid ||
  error.code === errors.JOSEError.code;

function keySet({ keys, issuer, cooldown = 30_000 }: TokenOptions): JWTVerifyGetKey {
  if (keys && 'keys' in keys) return createLocalJWKSet(keys);
  if (keys) return remote(keys.uri, cooldown);
  let discovered: Promise<JWTVerifyGetKey> | undefined;
  return async (header, token) => {
    discovered ??= discover(issuer, cooldown);
    discovered.catch(() => {
      discovered = undefined;
    });
    return (await discovered)(header, token);
  };
}

const remote = (uri: string, cooldownDuration: number) =>
  createRemoteJWKSet(new URL(uri), { cooldownDuration, cacheMaxAge: 600_000, timeoutDuration: 5_000 });

/** Where an issuer publishes its keys (OpenID Connect Discovery 1.0, section 4). */
async function discover(issuer: string, cooldown: number): Promise<JWTVerifyGetKey> {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(5_000),
    redirect: 'error',
  });
  const keysUri = z.url({ protocol: issuer.startsWith('https:') ? /^https$/ : /^https?$/ });
  const document = z.object({ issuer: z.literal(issuer), jwks_uri: keysUri }).parse(await response.json());
  return remote(document.jwks_uri, cooldown);
}
