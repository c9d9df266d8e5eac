import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** An API key's tenant and row id. */
export type KeyName = { readonly tenantId: string; readonly id: string };

/** The beginning of every key. */
export const KEY_PREFIX = 'ipto_';
const ID_BYTES = 16;
const SECRET_BYTES = 32;

/**
 * Length of a key's visible prefix: `ipto_` and 12 characters, which encode the first 9 bytes of
 * its id (SPEC K1).
 */
export const SHOWN = KEY_PREFIX.length + 12;

const bytesOf = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex');
const uuidOf = (bytes: Buffer) => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/**
 * The stored hash of a key. The secret has 256 random bits, so no salt is needed; the context
 * prefix separates it from other hashes.
 */
const hashOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(createHash('sha256').update('ipto api key\0').update(bytes).digest());

/**
 * Creates a key's secret: the text that is shown once and the hash that is stored. The text
 * contains the tenant's id, so that the key is looked up within that tenant.
 */
export function newSecret({ tenantId, id }: KeyName): { text: string; hash: Uint8Array<ArrayBuffer> } {
  const bytes = Buffer.concat([bytesOf(id), bytesOf(tenantId), randomBytes(SECRET_BYTES)]);
  return { text: KEY_PREFIX + bytes.toString('base64url'), hash: hashOf(bytes) };
}

/** A key as a request sent it: the row that it names, and its hash. */
export type SentKey = KeyName & { readonly hash: Uint8Array };

/** Parses a key; null for a malformed one. */
export function readKey(text: string): SentKey | null {
  if (!text.startsWith(KEY_PREFIX)) return null;
  const bytes = Buffer.from(text.slice(KEY_PREFIX.length), 'base64url');
  if (bytes.length !== 2 * ID_BYTES + SECRET_BYTES || KEY_PREFIX + bytes.toString('base64url') !== text) return null;
  return { id: uuidOf(bytes.subarray(0, ID_BYTES)), tenantId: uuidOf(bytes.subarray(ID_BYTES, 2 * ID_BYTES)), hash: hashOf(bytes) };
}

/** The visible prefix of a key (SPEC K1). */
export const prefixOf = (id: string): string => `${KEY_PREFIX}${bytesOf(id).toString('base64url')}`.slice(0, SHOWN);

/** Compares two hashes in constant time. */
export const isHash = (hash: Uint8Array, stored: Uint8Array): boolean => timingSafeEqual(hash, stored);
