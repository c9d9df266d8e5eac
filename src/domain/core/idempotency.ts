import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { ReadClient, Transaction } from '../../database/index.ts';
import { badInput, GatewayError } from './errors.ts';
import { daysAfter } from './services.ts';

/** A caller's key for one request, and the request that it came with. */
export type IdempotencyKey = { readonly hash: Uint8Array; readonly fingerprint: Uint8Array; readonly secret: string };

/** How long a key is remembered, days. */
export const RETENTION_DAYS = 1;

const KEY = /^[\x21-\x7e]{16,128}$/;
const sha256 = (...parts: readonly string[]) => Uint8Array.from(createHash('sha256').update(JSON.stringify(parts)).digest());

/**
 * A key as a client sent it, bound to who sent it and to what.
 *
 * @param part which of a request's mutations it is for, where one key came for all of them.
 * @throws {GatewayError} BAD_USER_INPUT unless it is 16 to 128 visible ASCII characters.
 */
export function idempotencyKey(
  text: string,
  caller: string,
  request: readonly [mutation: string, input: object],
  part: string | null = null,
): IdempotencyKey {
  if (!KEY.test(text)) throw badInput('An idempotency key is 16 to 128 visible ASCII characters, such as a UUID.');
  return { hash: part === null ? sha256(caller, text) : sha256(caller, text, part), fingerprint: sha256(canonical(request)), secret: text };
}

/** A value as one text, whatever the order in which its properties were written. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner) => {
    if (typeof inner === 'bigint') return String(inner);
    return inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner;
  });

/**
 * The id that a tenant is founded under when its founder sends a key: the same again for the same
 * key, so that what it did is found there.
 */
export function foundingId({ hash }: IdempotencyKey): string {
  const hex = Buffer.from(sha256('tenant', Buffer.from(hash).toString('hex'))).toString('hex');
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}

/** An answer that is kept under a key, for the request that it came with, until it expires. */
export type KeptAnswer = { readonly fingerprint: Uint8Array; readonly answer: Uint8Array; readonly expiresAt: Date };

/** What is kept under a key in the bound tenant, be it expired. */
export const keptAnswer = (db: ReadClient, key: IdempotencyKey): Promise<KeptAnswer | null> =>
  db.idempotencyKey.findFirst({
    where: { keyHash: key.hash as Uint8Array<ArrayBuffer> },
    select: { fingerprint: true, answer: true, expiresAt: true },
  });

/**
 * What a key did earlier in the bound tenant, as it was answered then, or null for a key that is
 * new at a moment.
 *
 * @throws {GatewayError} IDEMPOTENCY_KEY_REUSED when it came with another request.
 */
export function earlierAnswer(kept: KeptAnswer | null, key: IdempotencyKey, now: Date): object | null {
  if (!kept || kept.expiresAt <= now) return null;
  if (!Buffer.from(kept.fingerprint).equals(key.fingerprint))
    throw new GatewayError('IDEMPOTENCY_KEY_REUSED', 'This idempotency key came with another request before. Use a new one.');
  return unseal(kept.answer, key);
}

/**
 * Keeps an answer under its key, in the transaction that it tells of: nothing waits for it before
 * COMMIT does.
 */
export function keepAnswer({ db, enqueueWrite }: Transaction, key: IdempotencyKey, answer: object, now: Date): void {
  const keyHash = key.hash as Uint8Array<ArrayBuffer>;
  const data = {
    keyHash,
    fingerprint: key.fingerprint as Uint8Array<ArrayBuffer>,
    answer: seal(answer, key),
    createdAt: now,
    expiresAt: daysAfter(now, RETENTION_DAYS),
  };
  enqueueWrite(db.idempotencyKey.deleteMany({ where: { keyHash, expiresAt: { lte: now } } }));
  enqueueWrite(db.idempotencyKey.createMany({ data }));
}

// An answer may hold a secret that is shown once, such as a confirmation code. It is sealed with
// the key, which the database doesn't have.
const ALGORITHM = 'aes-256-gcm';
const [NONCE, TAG] = [12, 16];
const sealing = ({ secret, hash }: IdempotencyKey) => Buffer.from(hkdfSync('sha256', secret, hash, 'ipto idempotent answer', 32));

function seal(answer: object, key: IdempotencyKey): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(ALGORITHM, sealing(key), nonce);
  const sealed = [nonce, cipher.update(JSON.stringify(answer)), cipher.final(), cipher.getAuthTag()];
  return Uint8Array.from(Buffer.concat(sealed));
}

function unseal(sealed: Uint8Array, key: IdempotencyKey): object {
  const decipher = createDecipheriv(ALGORITHM, sealing(key), sealed.subarray(0, NONCE));
  decipher.setAuthTag(sealed.subarray(-TAG));
  return JSON.parse(Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()]).toString(), moments);
}

/** JSON has no moments: by the house's names, what ends in `At` is one. */
const moments = (name: string, value: unknown) => (name.endsWith('At') && typeof value === 'string' ? new Date(value) : value);
