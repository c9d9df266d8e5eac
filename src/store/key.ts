/**
 * The two parts of a key: hexadecimal digits of a hash, and a UUID. Nothing else is ever a path in
 * a store.
 */
const KEY = /^[0-9a-f]{64}\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PREFIX = /^[0-9a-f]{64}$/;

/** Whether a text is a key of the store. */
export const isKey = (text: string): boolean => KEY.test(text);

/** @throws {TypeError} for what isn't the first part of a key: a bug of the caller's. */
export function checkPrefix(prefix: string): string {
  if (!PREFIX.test(prefix)) throw new TypeError('a prefix is the first part of a key');
  return prefix;
}

/** @throws {TypeError} for what is no key: a bug of the caller's. */
export function checkKey(key: string): string {
  if (!isKey(key)) throw new TypeError('a key has two parts, a hash and a UUID');
  return key;
}
