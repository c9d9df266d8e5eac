import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet, type JWTVerifyGetKey, jwksCache } from 'jose';
import { z } from 'zod';

/** Where an issuer's keys come from. */
export type KeyOptions = {
  readonly issuer: string;
  /**
   * The issuer's keys: where they are published, or the keys themselves. Without, the issuer's
   * discovery document says where.
   */
  readonly keys?: { readonly uri: string } | JSONWebKeySet | undefined;
  /**
   * How long published keys aren't asked for again when a token names one that isn't among them,
   * ms; 30 s without.
   */
  readonly cooldown?: number;
};

/** An issuer's keys, as far as they are known. */
export type IssuerKeys = {
  /**
   * The key of a token; asks the issuer where its keys aren't known, have grown old, or lack the
   * one that is named.
   */
  readonly find: JWTVerifyGetKey;
  /**
   * The key set that would be looked into now without asking the issuer, or null: another object
   * each time that keys were read.
   */
  readonly inForce: () => object | null;
};

/**
 * How long published keys count without being read again, ms: a key that its issuer withdraws is
 * good for so long at most.
 */
const KEYS_AGE = 600_000;

/**
 * The keys of an issuer: cached, read again when an unknown one is named, and no more than once in
 * a cool-down.
 */
export function issuerKeys({ keys, issuer, cooldown = 30_000 }: KeyOptions): IssuerKeys {
  if (keys && 'keys' in keys) {
    const find = createLocalJWKSet(keys);
    return { find, inForce: () => find };
  }
  return keys ? published(keys.uri, cooldown) : discovered(issuer, cooldown);
}

function published(uri: string, cooldownDuration: number): IssuerKeys {
  const read: { jwks?: JSONWebKeySet; uat?: number } = {};
  const find = createRemoteJWKSet(new URL(uri), {
    cooldownDuration,
    cacheMaxAge: KEYS_AGE,
    timeoutDuration: 5_000,
    [jwksCache]: read as Record<string, never>,
  });
  return { find, inForce: () => (find.fresh && read.jwks) || null };
}

function discovered(issuer: string, cooldown: number): IssuerKeys {
  let known: IssuerKeys | undefined;
  let input: Promise<IssuerKeys> | undefined;
  return {
    find: async (header, token) => {
      input ??= discover(issuer, cooldown);
      input.catch(() => {
        input = undefined;
      });
      known = await input;
      return known.find(header, token);
    },
    inForce: () => known?.inForce() ?? null,
  };
}

/** Where an issuer publishes its keys (OpenID Connect Discovery 1.0, section 4). */
async function discover(issuer: string, cooldown: number): Promise<IssuerKeys> {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(5_000),
    redirect: 'error',
  });
  const keysUri = z.url({ protocol: issuer.startsWith('https:') ? /^https$/ : /^https?$/ });
  const document = z.object({ issuer: z.literal(issuer), jwks_uri: keysUri }).parse(await response.json());
  return published(document.jwks_uri, cooldown);
}
