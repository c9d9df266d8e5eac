import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { ReadClient, Transaction } from '../../database/index.ts';
import { badInput, GatewayError } from './errors.ts';
import { daysAfter } from './services.ts';

/** A caller's idempotency key and the fingerprint of the request that it was sent with. */
export type IdempotencyKey = { readonly hash: Uint8Array; readonly fingerprint: Uint8Array; readonly secret: string };

/** How long an answer is stored, days. */
const RETENTION_DAYS = 1;

const KEY = /^[\x21-\x7e]{16,128}$/;
const sha256 = (...parts: readonly string[]) => Uint8Array.from(createHash('sha256').update(JSON.stringify(parts)).digest());

/**
 * Derives the stored form of a key from the caller and the request.
 *
 * @param part the response name of the mutation, where one key was sent for a whole request.
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

/** Serializes a value with sorted properties. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner) => {
    if (typeof inner === 'bigint') return String(inner);
    return inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner;
  });

/**
 * The id of the tenant that `createTenant` creates with a key: the same key gives the same id, so
 * that a retry finds the stored answer in that tenant.
 */
export function foundingId({ hash }: IdempotencyKey): string {
  const hex = Buffer.from(sha256('tenant', Buffer.from(hash).toString('hex'))).toString('hex');
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}

/** The stored answer of a key. */
export type KeptAnswer = { readonly fingerprint: Uint8Array; readonly answer: Uint8Array; readonly expiresAt: Date };

/** Reads the stored answer of a key in the bound tenant, expired ones too. */
export const keptAnswer = (db: ReadClient, key: IdempotencyKey): Promise<KeptAnswer | null> =>
  db.idempotencyKey.findFirst({
    where: { keyHash: key.hash as Uint8Array<ArrayBuffer> },
    select: { fingerprint: true, answer: true, expiresAt: true },
  });

/**
 * The stored answer of a key, or null for a key that is new or has expired.
 *
 * @throws {GatewayError} IDEMPOTENCY_KEY_REUSED when the key was sent with another request.
 */
export function earlierAnswer(kept: KeptAnswer | null, key: IdempotencyKey, now: Date): object | null {
  if (!kept || kept.expiresAt <= now) return null;
  if (!Buffer.from(kept.fingerprint).equals(key.fingerprint))
    throw new GatewayError('IDEMPOTENCY_KEY_REUSED', 'This idempotency key was used for another request. Use a new key.');
  return unseal(kept.answer, key);
}

/**
 * Stores an answer under its key in the command's transaction. Nothing waits for the statements
 * before COMMIT.
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

// An answer may hold a secret that is shown once, such as a confirmation code. It is encrypted with
// the idempotency key, which the database doesn't have.
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
  return JSON.parse(Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()]).toString(), reviveDates);
}

/** Revives dates: by convention, properties whose names end in `At`. */
const reviveDates = (name: string, value: unknown) => (name.endsWith('At') && typeof value === 'string' ? new Date(value) : value);
