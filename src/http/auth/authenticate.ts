import { errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Profile } from '../../database/queries/person.ts';
import { canonicalAddress } from '../../domain/core/email.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import { tokenName } from '../../domain/core/text.ts';
import { issuerKeys, type KeyOptions } from './issuer-keys.ts';
import { createTokenCache } from './token-cache.ts';

/** Whose tokens count, and how they are read. */
export type TokenOptions = KeyOptions & {
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly tenantClaim: string;
  readonly staffClaim: string;
  /** How far clocks may be apart, seconds. */
  readonly clockSkew: number;
  /** How many verified tokens are remembered at most; 10,000 without. */
  readonly remembered?: number;
};

/**
 * What a verified token says: who somebody is, and which tenant they chose. Never what they may do
 * there.
 */
export type Token = { readonly profile: Profile; readonly staff: boolean; readonly tenant: string | null };

/** Verifies the `Authorization` header of a request; null where there is none. */
export type Authenticate = (authorization: string | undefined) => Token | null | Promise<Token>;

/** Text that PostgreSQL can hold. */
const text = z.string().refine(value => value.isWellFormed() && !value.includes('\0'));

const Claims = z.object({
  sub: text.min(1).max(255),
  email: text.optional().catch(undefined),
  email_verified: z.boolean().optional().catch(undefined),
});

/**
 * Made once for a server: it remembers the issuer's keys, and the tokens that it verified by them.
 */
export function createAuthenticate(options: TokenOptions): Authenticate {
  const keys = issuerKeys(options);
  const { issuer, audience, clockSkew, remembered: atMost } = options;
  const checks = { issuer, audience, clockTolerance: clockSkew, algorithms: [...options.algorithms], requiredClaims: ['exp', 'sub'] };
  const verify = async (authorization: string) => {
    const jwt = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+) *$/i.exec(authorization)?.[1];
    if (!jwt) throw invalid('Send `Authorization: Bearer <token>` with a signed JWT or an API key, or nothing.');
    const { payload } = await jwtVerify(jwt, keys.find, checks).catch(explain);
    return { token: tokenOf(payload, options), exp: payload.exp!, nbf: payload.nbf ?? 0 };
  };
  const verified = createTokenCache(verify, { keysInForce: keys.inForce, clockSkew, atMost });
  return authorization => (authorization === undefined ? null : verified(authorization));
}

function tokenOf(payload: JWTPayload, { issuer, tenantClaim, staffClaim }: TokenOptions): Token {
  const { success, data } = Claims.safeParse(payload);
  if (!success) throw invalid('The token does not say who it is for (`sub`).');
  const tenant = payload[tenantClaim] ?? null;
  if (tenant !== null && typeof tenant !== 'string') throw invalid(`The token's claim \`${tenantClaim}\` is not a text.`);
  const email = data.email === undefined ? null : canonicalAddress(data.email);
  const name = tokenName([payload.name, payload.preferred_username, email, data.sub]) ?? 'Unnamed';
  const profile = Object.freeze({ issuer, subject: data.sub, name, email, emailVerified: email !== null && data.email_verified === true });
  return Object.freeze({ profile, staff: payload[staffClaim] === true, tenant });
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
