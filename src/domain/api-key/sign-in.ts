import { isPermission, type Permission } from '../../access/policy.ts';
import type { Database, Query } from '../../database/index.ts';
import { findKey, type KeyFound, keyFound, noteUse, type SigningKey } from '../../database/queries/api-key.ts';
import { GatewayError } from '../core/errors.ts';
import { isHash, type KeyName, readKey } from './secret.ts';

/** A key whose secret was verified. */
export type ProvenKey = SigningKey & KeyName;

/**
 * One error for every invalid key (malformed, unknown, wrong secret, revoked, expired, of a deleted
 * tenant), so that a guess reveals nothing.
 */
export const invalidKey = () => new GatewayError('UNAUTHENTICATED', 'The API key is not valid.');

/** Whether a key is neither revoked nor expired at a moment. */
export const isLive = ({ revokedAt, expiresAt }: Pick<SigningKey, 'revokedAt' | 'expiresAt'>, now: Date): boolean =>
  revokedAt === null && (expiresAt === null || expiresAt > now);

/**
 * Finds the key that a request sent and verifies its secret: the current one, or the previous one
 * while it still works (SPEC K1).
 *
 * @throws {GatewayError} UNAUTHENTICATED.
 */
export async function provenKey(bind: Database['bind'], text: string, now: Date): Promise<ProvenKey> {
  const sent = readKey(text);
  if (!sent) throw invalidKey();
  const { hash, tenantId, id } = sent;
  const found = await findKey(bind, sent);
  if (!isProven(hash, found, now)) throw invalidKey();
  const key = keyFound(found);
  if (!isLive(key, now) || key.status === 'deleted') throw invalidKey();
  return { ...key, tenantId, id };
}

/** Compares both hashes always, for constant time. */
function isProven(hash: Uint8Array, found: KeyFound, now: Date): boolean {
  const [isPresent, isEarlier] = [isHash(hash, found.hash), isHash(hash, found.earlierHash)];
  return isPresent || (isEarlier && found.earlierUntil !== null && found.earlierUntil > now.getTime());
}

/** The permissions that a key's scopes name; scopes that no longer exist are ignored. */
export const scopesOf = (scopes: readonly string[]): readonly Permission[] => scopes.filter(isPermission);

/** How often a key's last use is written, ms. */
const NOTE_INTERVAL_MS = 60_000;
const noting = new Set<string>();

/** Writes a key's last use at most once a minute. The request neither waits for it nor fails. */
export function noteUsed(query: Query, { id, lastUsedAt }: ProvenKey, now: Date): void {
  if (noting.has(id) || (lastUsedAt && now.getTime() - lastUsedAt.getTime() < NOTE_INTERVAL_MS)) return;
  noting.add(id);
  noteUse(query, { id }, now)
    .catch(() => {}) // the next use writes it
    .finally(() => noting.delete(id));
}
