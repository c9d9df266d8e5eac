import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JSONWebKeySet,
  type JWTHeaderParameters,
  type JWTVerifyGetKey,
  jwksCache,
} from 'jose';
import * as z from 'zod';
import { countedFetch, KeyReads } from './key-reads.ts';
import { isWeak, withoutWeakKeys } from './weak-key.ts';

/** Where an issuer's keys come from. */
export type KeyOptions = {
  readonly issuer: string;
  /** The address of the issuer's keys, or the keys; discovered if left out. */
  readonly keys?: { readonly uri: string } | JSONWebKeySet | undefined;
  /** How long the keys aren't read again for an unknown `kid`, or after a failure, ms; 30 s. */
  readonly cooldown?: number;
  /** Counts the reads. */
  readonly reads?: KeyReads;
  /** Sends requests to the issuer; `fetch` if left out. */
  readonly fetch?: typeof fetch;
};

/** An issuer's keys, cached. */
export type IssuerKeys = {
  /**
   * Finds the key of a token. Reads the keys if they aren't known, are old, or lack the `kid`.
   *
   * @throws {KeysUnavailable} if that isn't possible at the moment.
   */
  readonly find: JWTVerifyGetKey;
  /** The key set that `find` would use without a read, or null. A new object after each read. */
  readonly inForce: () => object | null;
};

/** The keys can't be read now; `retryAfter` in seconds. It isn't the fault of the caller. */
export class KeysUnavailable extends Error {
  override name = 'KeysUnavailable';
  readonly retryAfter: number;

  constructor(message: string, waitMs: number, options?: ErrorOptions) {
    super(message, options);
    this.retryAfter = Math.max(1, Math.ceil(waitMs / 1000));
  }
}

/** After this time keys are read again, ms: a withdrawn key is accepted for as long. */
const MAX_AGE = 600_000;
/** While the issuer fails, known keys are accepted for this time after they were read, ms. */
const MAX_AGE_IN_OUTAGE = 3_600_000;

/** Reads an issuer's keys; for unknown ones at most once in a cool-down. */
export function issuerKeys({ keys, issuer, cooldown = 30_000, reads = new KeyReads(), fetch: send = fetch }: KeyOptions): IssuerKeys {
  if (keys && 'keys' in keys) {
    const find = createLocalJWKSet(withoutWeakKeys(keys));
    return { find, inForce: () => find };
  }
  const counted = countedFetch(send, reads);
  return keys ? published(keys.uri, cooldown, counted) : discovered(issuer, cooldown, counted);
}

function published(uri: string, cooldown: number, send: typeof fetch): IssuerKeys {
  const read: { jwks?: JSONWebKeySet; uat?: number } = {};
  const remote = createRemoteJWKSet(new URL(uri), {
    cooldownDuration: cooldown,
    cacheMaxAge: MAX_AGE,
    timeoutDuration: 5_000,
    [customFetch]: (url, options) => fetchKeys(send, url, options),
    [jwksCache]: read as Record<string, never>,
  });
  let retryAt = 0;
  const known = () => (read.jwks && Date.now() - read.uat! < MAX_AGE_IN_OUTAGE ? read.jwks : null);
  const find: JWTVerifyGetKey = async (header, token) => {
    const keys = known();
    if (keys && Date.now() < retryAt) return await findKnown(keys, header, token, retryAt);
    const wasCoolingDown = remote.coolingDown;
    try {
      return await remote(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) {
        if (wasCoolingDown && isUnknown(header, read.jwks!))
          throw new KeysUnavailable('unknown kid in the cool-down', read.uat! + cooldown - Date.now(), { cause: error });
        throw error;
      }
      if (!keys || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      retryAt = Date.now() + cooldown;
      return await findKnown(keys, header, token, retryAt);
    }
  };
  return { find, inForce: () => (remote.fresh && read.jwks) || null };
}

/** Finds a key while the issuer fails. */
async function findKnown(keys: JSONWebKeySet, header: JWTHeaderParameters, token: Parameters<JWTVerifyGetKey>[1], retryAt: number) {
  if (isUnknown(header, keys)) throw new KeysUnavailable('unknown kid while the keys can’t be read', retryAt - Date.now());
  return await createLocalJWKSet(keys)(header, token);
}

const isUnknown = ({ kid }: JWTHeaderParameters, { keys }: JSONWebKeySet): boolean =>
  kid !== undefined && !keys.some(key => key.kid === kid);

const KeySet = z.looseObject({ keys: z.array(z.looseObject({})) });

/** Reads the keys; a set without a good one is a mistake of the issuer, not a withdrawal of all. */
async function fetchKeys(send: typeof fetch, url: string, options: RequestInit): Promise<Response> {
  const response = await send(url, options);
  if (response.status !== 200) return response;
  const { data } = KeySet.safeParse(await response.json().catch(() => null));
  if (!data) throw new errors.JWKSInvalid('not a key set');
  const keySet = withoutWeakKeys(data as JSONWebKeySet);
  if (keySet.keys.every(isWeak)) throw new errors.JWKSInvalid(data.keys.length ? 'every key is weak' : 'the key set is empty');
  return Response.json(keySet);
}

/**
 * Discovers the address of the keys with the first token; after a failure, not before the cool-down
 * ends.
 */
function discovered(issuer: string, cooldown: number, send: typeof fetch): IssuerKeys {
  let keys: IssuerKeys | undefined;
  let discovering: Promise<IssuerKeys> | undefined;
  let failure: { readonly error: unknown; readonly retryAt: number } | undefined;
  const discoverOnce = async () => {
    try {
      keys = await discover(issuer, cooldown, send);
      return keys;
    } catch (error) {
      failure = { error, retryAt: Date.now() + Math.min(cooldown, MAX_DISCOVERY_WAIT) };
      throw error;
    } finally {
      discovering = undefined;
    }
  };
  return {
    find: async (header, token) => {
      if (!keys && failure && Date.now() < failure.retryAt)
        throw new KeysUnavailable('discovery failed', failure.retryAt - Date.now(), { cause: failure.error });
      if (!keys) discovering ??= discoverOnce();
      return await (keys ?? (await discovering!)).find(header, token);
    },
    inForce: () => keys?.inForce() ?? null,
  };
}

const MAX_DISCOVERY_WAIT = 5_000;

/** Where an issuer describes itself (OpenID Connect Discovery 1.0, section 4). */
export const discoveryUrl = (issuer: string): string => `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;

/**
 * The address of the keys, from an issuer's discovery document.
 *
 * @throws if it isn't such a document, or is another issuer's.
 */
export function parseDiscovery(issuer: string, body: unknown): string {
  const keysUri = z.url({ protocol: issuer.startsWith('https:') ? /^https$/ : /^https?$/ });
  const document = z.object({ issuer: z.string(), jwks_uri: keysUri }).parse(body);
  if (document.issuer !== issuer)
    throw new Error(`the discovery document's issuer is ${JSON.stringify(document.issuer)}; OIDC_ISSUER is ${JSON.stringify(issuer)}`);
  return document.jwks_uri;
}

async function discover(issuer: string, cooldown: number, send: typeof fetch): Promise<IssuerKeys> {
  const response = await send(discoveryUrl(issuer), { signal: AbortSignal.timeout(5_000), redirect: 'error' });
  return published(parseDiscovery(issuer, await response.json()), cooldown, send);
}
