import { badInput } from './errors.ts';

/**
 * An e-mail address as it is stored.
 *
 * @throws {GatewayError} BAD_USER_INPUT when it isn't one.
 */
export function emailAddress(text: string, what = 'The e-mail address'): string {
  if (text.length > 254 || !/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(text)) throw badInput(`${what} is not one.`);
  return text;
}

/** An address as it is compared: providers tell upper from lower case in theory alone. */
export const comparable = (address: string): string => address.normalize('NFC').toLowerCase();

/**
 * An address as a comparison takes it that tells no upper from lower case: for Prisma that is a
 * pattern, in which it is to stand for itself.
 */
export const literally = (address: string): string => address.replace(/[\\%_]/g, '\\$&');
