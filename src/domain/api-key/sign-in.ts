import { isPermission, type Permission } from '../../access/policy.ts';
import type { Query } from '../../database/index.ts';
import { findKey, type KeyFound, keyFound, noteUse, type SigningKey } from '../../database/queries/api-key.ts';
import { GatewayError } from '../core/errors.ts';
import { isHash, type KeyName, readKey } from './secret.ts';

/** A key whose secret was proven. */
export type ProvenKey = SigningKey & KeyName;

/**
 * One answer for whatever is no key, is unknown, has another secret, was revoked, has expired, or
 * is a deleted tenant's: whoever guesses learns nothing.
 */
export const invalidKey = () => new GatewayError('UNAUTHENTICATED', 'The API key is not valid.');

/** Whether a key lives at a moment: it was not revoked, and has not expired. */
export const isLive = ({ revokedAt, expiresAt }: Pick<SigningKey, 'revokedAt' | 'expiresAt'>, now: Date): boolean =>
  revokedAt === null && (expiresAt === null || expiresAt > now);

/**
 * The key whose text somebody sent, proven by its secret or by the one before it, while that still
 * works (SPEC K1).
 *
 * @throws {GatewayError} UNAUTHENTICATED.
 */
export async function provenKey(query: Query, text: string, now: Date): Promise<ProvenKey> {
  const sent = readKey(text);
  if (!sent) throw invalidKey();
  const { hash, tenantId, id } = sent;
  const found = await findKey(query, sent);
  if (!isProven(hash, found, now)) throw invalidKey();
  const key = keyFound(found);
  if (!isLive(key, now) || key.status === 'deleted') throw invalidKey();
  return { ...key, tenantId, id };
}

/** Both hashes are compared, whatever comes of the first. */
function isProven(hash: Uint8Array, found: KeyFound, now: Date): boolean {
  const [isPresent, isEarlier] = [isHash(hash, found.hash), isHash(hash, found.earlierHash)];
  return isPresent || (isEarlier && found.earlierUntil !== null && found.earlierUntil > now.getTime());
}

/** The permissions that a key's scopes name; what is none any more counts for nothing. */
export const scopesOf = (scopes: readonly string[]): readonly Permission[] => scopes.filter(isPermission);

/** How often the use of a key is noted, ms. */
const NOTED = 60_000;
const noting = new Set<string>();

/** Notes the use of a key, once a minute, beside the request: it neither waits nor fails for it. */
export function noteUsed(query: Query, { tenantId, id, lastUsedAt }: ProvenKey, now: Date): void {
  if (noting.has(id) || (lastUsedAt && now.getTime() - lastUsedAt.getTime() < NOTED)) return;
  noting.add(id);
  noteUse(query, { tenantId, id }, now)
    .catch(() => {}) // the next use notes it
    .finally(() => noting.delete(id));
}
