import { isPermission, type Permission } from '../../access/policy.ts';
import type { Database, Query, TextQuery } from '../../database/index.ts';
import { type KeyFound, keyFound, keyStatement, noteUse, type SigningKey, signingKey } from '../../database/queries/api-key.ts';
import { GatewayError } from '../core/errors.ts';
import { isHash, type KeyName, readKey, type SentKey } from './secret.ts';

/** A key whose secret was verified; both work before the moment `until`, ms since 1970. */
export type ProvenKey = SigningKey & KeyName & { readonly until: number };

/**
 * One error for every invalid key (malformed, unknown, wrong secret, revoked, expired, of a deleted
 * tenant), so that a guess reveals nothing.
 */
export const invalidKey = () => new GatewayError('UNAUTHENTICATED', 'The API key is not valid.');

/** Whether a key is neither revoked nor expired at a moment. */
export const isLive = ({ revokedAt, expiresAt }: Pick<SigningKey, 'revokedAt' | 'expiresAt'>, now: Date): boolean =>
  revokedAt === null && (expiresAt === null || expiresAt > now);

/** A key that was looked up: the query, the database's answer, and what it proves. */
export type LookUp = {
  readonly sent: SentKey;
  readonly statement: TextQuery;
  readonly result: string;
  readonly key: ProvenKey;
};

/**
 * Finds the key that a request sent and verifies its secret: the current one, or the previous one
 * while it still works (SPEC K1).
 *
 * @throws {GatewayError} UNAUTHENTICATED.
 */
export async function provenKey(queryText: Database['queryText'], text: string, now: Date): Promise<LookUp> {
  const sent = readKey(text);
  if (!sent) throw invalidKey();
  const { tenantId, id, hash } = sent;
  const statement = keyStatement(sent);
  const result = (await queryText(statement, { tenantId, personId: null }))!;
  const found = keyFound(result);
  const secretUntil = provenUntil(hash, found);
  if (secretUntil <= now.getTime()) throw invalidKey();
  const key = signingKey(found);
  if (!isLive(key, now) || key.status === 'deleted') throw invalidKey();
  const until = Math.min(secretUntil, key.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY);
  return { sent, statement, result, key: { ...key, tenantId, id, until } };
}

/**
 * Until when a secret works, ms since 1970; 0 for a wrong one. Compares both hashes always, for
 * constant time.
 */
function provenUntil(hash: Uint8Array, { hash: present, earlierHash, earlierUntil }: KeyFound): number {
  const [isPresent, isEarlier] = [isHash(hash, present), isHash(hash, earlierHash)];
  if (isPresent) return Number.POSITIVE_INFINITY;
  return isEarlier && earlierUntil !== null ? earlierUntil : 0;
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
