/** A hash in hexadecimal digits, and a UUID: the only paths in a store. */
const KEY = /^[0-9a-f]{64}\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PREFIX = /^[0-9a-f]{64}$/;

/** Whether a text is a key. */
export const isKey = (text: string): boolean => KEY.test(text);

/** @throws {TypeError} if it isn't the first part of a key, which is a bug of the calling code. */
export function checkPrefix(prefix: string): string {
  if (!PREFIX.test(prefix)) throw new TypeError('a prefix is the first part of a key');
  return prefix;
}

/** @throws {TypeError} if it isn't a key, which is a bug of the calling code. */
export function checkKey(key: string): string {
  if (!isKey(key)) throw new TypeError('a key has two parts, a hash and a UUID');
  return key;
}
