import { line } from '../core/text.ts';

/** The longest tag, code points; the database checks it too. */
const LIMIT = 32;

/**
 * A tag in its stored form: lower case, trimmed and in NFC, so that the same word is the same tag
 * in listings and searches (SPEC M1, M2).
 *
 * @throws {GatewayError} BAD_USER_INPUT for an invalid tag.
 */
export const tagOf = (text: string): string => line(text.normalize('NFC').toLowerCase(), 'A tag', LIMIT);
