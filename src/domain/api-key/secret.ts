import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a key's text names: its tenant and its row. */
export type KeyName = { readonly tenantId: string; readonly id: string };

/** How every key begins. */
export const KEY_PREFIX = 'ipto_';
const ID_BYTES = 16;
const SECRET_BYTES = 32;

/**
 * How many of a key's first characters are shown: `ipto_` and 12 more, which are the first 9 bytes
 * of its id (SPEC K1).
 */
export const SHOWN = KEY_PREFIX.length + 12;

const bytesOf = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex');
const uuidOf = (bytes: Buffer) => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/**
 * The hash that is kept of a key: of 256 random bits, so that no salt is needed, and of what they
 * are for, so that it stands for nothing else.
 */
const hashOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(createHash('sha256').update('ipto api key\0').update(bytes).digest());

/**
 * A new secret of a key: the text that is told once, and the hash that is kept. It carries its
 * tenant (DESIGN, Isolation).
 */
export function newSecret({ tenantId, id }: KeyName): { text: string; hash: Uint8Array<ArrayBuffer> } {
  const bytes = Buffer.concat([bytesOf(id), bytesOf(tenantId), randomBytes(SECRET_BYTES)]);
  return { text: KEY_PREFIX + bytes.toString('base64url'), hash: hashOf(bytes) };
}

/**
 * What a key's text says that it is, and the hash that it would have; null for what can't be a key.
 */
export function readKey(text: string): (KeyName & { readonly hash: Uint8Array }) | null {
  if (!text.startsWith(KEY_PREFIX)) return null;
  const bytes = Buffer.from(text.slice(KEY_PREFIX.length), 'base64url');
  if (bytes.length !== 2 * ID_BYTES + SECRET_BYTES || KEY_PREFIX + bytes.toString('base64url') !== text) return null;
  return { id: uuidOf(bytes.subarray(0, ID_BYTES)), tenantId: uuidOf(bytes.subarray(ID_BYTES, 2 * ID_BYTES)), hash: hashOf(bytes) };
}

/** The first characters of a key, by which it is told from others (SPEC K1). */
export const prefixOf = (id: string): string => `${KEY_PREFIX}${bytesOf(id).toString('base64url')}`.slice(0, SHOWN);

/** Whether two hashes are the same, in a time that tells nothing. */
export const isHash = (hash: Uint8Array, kept: Uint8Array): boolean => timingSafeEqual(hash, kept);
