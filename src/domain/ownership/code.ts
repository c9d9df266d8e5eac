import { randomInt, timingSafeEqual } from 'node:crypto';
import { hashOf } from '../invitation/secret.ts';

/** Letters and digits that nobody takes for one another (Crockford's base 32). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 12;

/** A new confirmation code, of 60 random bits: `7K3M-9QXA-2B4D`. */
export const newTransferCode = (): string =>
  Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)])
    .join('')
    .replace(/(.{4})(?=.)/g, '$1-');

/** The hash that is kept of a code. Case, hyphens and spaces count for nothing. */
export const transferCodeHash = (code: string): Uint8Array<ArrayBuffer> => hashOf(Buffer.from(code.toUpperCase().replace(/[\s-]/g, '')));

/** Whether a code is the one whose hash is kept, in a time that tells nothing. */
export const isTransferCode = (code: string, hash: Uint8Array): boolean => timingSafeEqual(transferCodeHash(code), hash);
