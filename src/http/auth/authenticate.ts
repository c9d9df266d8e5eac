import { errors, type JWTPayload, type JWTVerifyOptions, type JWTVerifyResult, jwtVerify } from 'jose';
import * as z from 'zod';
import type { Profile } from '../../database/queries/person.ts';
import { canonicalAddress } from '../../domain/core/email.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import { tokenName } from '../../domain/core/text.ts';
import { type IssuerKeys, issuerKeys, type KeyOptions, KeysUnavailable } from './issuer-keys.ts';
import type { Token } from './token.ts';
import { createTokenCache } from './token-cache.ts';

/** Which tokens are accepted, and how their claims are read. */
export type TokenOptions = KeyOptions & {
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly tenantClaim: string;
  readonly staffClaim: string;
  /** How far clocks may be apart, seconds. */
  readonly clockSkew: number;
  /** How many verified tokens are cached; 10,000 if left out. */
  readonly maxCachedTokens?: number;
};

/** Verifies an `Authorization` header; null for a request without one. */
export type Authenticate = (authorization: string | undefined) => Token | null | Promise<Token>;

/**
 * One for each server: it caches the issuer's keys and verified tokens.
 *
 * @param onVerified is called with each token that is verified, not with those from the cache.
 */
export function createAuthenticate(options: TokenOptions, onVerified: (profile: Profile) => void = () => {}): Authenticate {
  const keys = issuerKeys(options);
  const { issuer, audience, clockSkew, maxCachedTokens } = options;
  const checks = { issuer, audience, clockTolerance: clockSkew, algorithms: [...options.algorithms], requiredClaims: ['exp', 'sub'] };
  const verify = async (jwt: string) => {
    checkIsCanonical(jwt);
    const { payload, protectedHeader } = await verifySignature(jwt, keys, checks).catch(error => explain(error, issuer));
    checkIsAccessToken(payload, protectedHeader.typ);
    const token = tokenOf(payload, options);
    onVerified(token.profile);
    return { token, exp: payload.exp!, nbf: payload.nbf ?? 0 };
  };
  const verified = createTokenCache(verify, { keysInForce: keys.inForce, clockSkew, maxEntries: maxCachedTokens });
  return authorization => (authorization === undefined ? null : verified(jwtIn(authorization)));
}

const SCHEME = /^Bearer /i;

/** The token of an `Authorization` header; '' for another scheme. */
const jwtIn = (authorization: string): string => (SCHEME.test(authorization) ? authorization.slice('Bearer '.length).trim() : '');

/**
 * Refuses what is no signed token, and one whose base64url has bits that it doesn't need: decoders
 * drop them, so that the token would have many texts.
 */
function checkIsCanonical(jwt: string): void {
  if (!/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(jwt))
    throw invalid('Send `Authorization: Bearer <token>` with a signed JWT or an API key, or nothing.');
  if (!jwt.split('.').every(part => Buffer.from(part, 'base64url').toString('base64url') === part))
    throw invalid('The token is not valid.', 'its base64url is not canonical');
}

/** Verifies with the key of the token; with each, if several match (no `kid`, or one for two). */
async function verifySignature(jwt: string, keys: IssuerKeys, checks: JWTVerifyOptions): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(jwt, keys.find, checks);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return await jwtVerify(jwt, key, checks);
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** The types of access tokens: JWT by common use, at+jwt by RFC 9068; none by many providers. */
const ACCESS_TOKEN_TYPES: readonly unknown[] = [undefined, 'jwt', 'at+jwt', 'application/at+jwt'];

/**
 * Refuses tokens that an issuer signs for another purpose (RFC 8725, 3.11): log-out tokens, proofs
 * of possession, and tokens bound to a key that we don't check.
 */
function checkIsAccessToken(payload: JWTPayload, typ: string | undefined): void {
  if (!ACCESS_TOKEN_TYPES.includes(typ?.toLowerCase())) throw invalid(`The token's type (\`typ\`) is not that of an access token.`);
  if (payload.events !== undefined) throw invalid('The token reports an event (`events`); it is not an access token.');
  if (payload.cnf !== undefined) throw invalid('The token is bound to a key (`cnf`), which is not supported; request a bearer token.');
}

/** Text that PostgreSQL can hold. */
const text = z.string().refine(value => value.isWellFormed() && !value.includes('\0'));

const Claims = z.object({
  sub: text.min(1).max(255),
  email: text.optional().catch(undefined),
  email_verified: z.boolean().optional().catch(undefined),
});

function tokenOf(payload: JWTPayload, { issuer, tenantClaim, staffClaim }: TokenOptions): Token {
  const { success, data } = Claims.safeParse(payload);
  if (!success) throw invalid('The token does not name its subject (`sub`).');
  const tenant = payload[tenantClaim] ?? null;
  if (tenant !== null && typeof tenant !== 'string') throw invalid(`The token's claim \`${tenantClaim}\` is not a text.`);
  const email = data.email === undefined ? null : canonicalAddress(data.email);
  const ownName = tokenName([payload.name, payload.preferred_username]);
  const profile: Profile = Object.freeze({
    issuer,
    subject: data.sub,
    name: ownName ?? tokenName([email, data.sub]) ?? 'Unnamed',
    isNamed: ownName !== null,
    email,
    emailVerified: email !== null && data.email_verified === true,
    issuedAt: payload.iat === undefined ? null : momentOf(payload.iat),
  });
  return Object.freeze({ profile, staff: payload[staffClaim] === true, tenant });
}

/** When a token was issued; a time to come counts as now, so that it can't outlast later tokens. */
const momentOf = (iat: number): Date => new Date(Math.max(0, Math.min(iat * 1000, Date.now())));

/** @param reason for the log alone; it must not contain the token. */
const invalid = (message: string, reason?: string) =>
  new GatewayError('UNAUTHENTICATED', message, {}, reason === undefined ? undefined : { cause: new Error(reason) });

/** Turns jose's errors into ours, whose messages don't help to forge a token. */
function explain(error: unknown, issuer: string): never {
  if (error instanceof errors.JWTExpired) throw invalid('The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed)
    throw invalid(`The token's claim \`${error.claim}\` does not fit.`, mismatchOf(error, issuer));
  if (error instanceof KeysUnavailable || isOutage(error)) {
    const retryAfter = error instanceof KeysUnavailable ? error.retryAfter : 1;
    throw new GatewayError('UNAVAILABLE', "The identity provider's keys can't be read. Try again.", { retryAfter }, { cause: error });
  }
  throw invalid('The token is not valid.', (error as Error).message);
}

const mismatchOf = ({ claim, message, payload }: errors.JWTClaimValidationFailed, issuer: string): string =>
  claim === 'iss' ? `the token's issuer is ${JSON.stringify(payload.iss)}; OIDC_ISSUER is ${JSON.stringify(issuer)}` : message;

/** Whether the keys could not be read: no response, a status other than 200, or no key set. */
const isOutage = (error: unknown) =>
  !(error instanceof errors.JOSEError) ||
  error instanceof errors.JWKSTimeout ||
  error instanceof errors.JWKSInvalid ||
  error.code === errors.JOSEError.code;
