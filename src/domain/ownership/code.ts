import { randomInt, timingSafeEqual } from 'node:crypto';
import { hashOf } from '../invitation/secret.ts';

/** Letters and digits that can't be confused (Crockford's base 32). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 12;

/** A new confirmation code, of 60 random bits: `7K3M-9QXA-2B4D`. */
export const newTransferCode = (): string =>
  Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)])
    .join('')
    .replace(/(.{4})(?=.)/g, '$1-');

/** The stored hash of a code. Case, hyphens and spaces are ignored. */
export const transferCodeHash = (code: string): Uint8Array<ArrayBuffer> => hashOf(Buffer.from(code.toUpperCase().replace(/[\s-]/g, '')));

/** Compares a code with a stored hash in constant time. */
export const isTransferCode = (code: string, hash: Uint8Array): boolean => timingSafeEqual(transferCodeHash(code), hash);
