import { createRemoteJWKSet, jwtVerify } from 'jose';
import { OIDC_AUDIENCE, OIDC_ISSUER, OIDC_JWKS_URI, TOKEN_CACHE } from './settings.mjs';

const keys = createRemoteJWKSet(new URL(OIDC_JWKS_URI));
const checks = { issuer: OIDC_ISSUER, audience: OIDC_AUDIENCE, algorithms: ['ES256'], requiredClaims: ['exp', 'sub'] };
const verified = new Map();

/**
 * The claims of a request's token, or null if it is invalid. A verified token is cached until it
 * expires, like fast-jwt's `cache`.
 */
export async function claimsOf(authorization) {
  const known = verified.get(authorization);
  if (known && known.exp > Date.now() / 1000) return known;
  if (!authorization?.startsWith('Bearer ')) return null;
  try {
    const { payload } = await jwtVerify(authorization.slice(7), keys, checks);
    if (!TOKEN_CACHE) return payload;
    if (verified.size >= 10_000) verified.clear();
    verified.set(authorization, payload);
    return payload;
  } catch {
    return null;
  }
}
