import { badInput } from './errors.ts';

/**
 * The policy for text from people and from tokens (SPEC X1). Text is stored in NFC and trimmed.
 * Control characters, lone surrogates and direction overrides are refused; joiners, direction marks
 * and variation selectors stay, because Arabic, Hebrew and emoji need them. Lengths count code
 * points of the stored form. See docs/decisions/0030-text.md.
 */
const CONTROL = String.raw`\p{Cc}\p{Cs}`;
const DIRECTION_OVERRIDE = String.raw`\u202a-\u202e\u2066-\u2069`;
const LINE_BREAK = String.raw`\u2028\u2029`;

const FORBIDDEN_IN_LINE = new RegExp(`[${CONTROL}${DIRECTION_OVERRIDE}${LINE_BREAK}]`, 'gu');
const FORBIDDEN_IN_PROSE = new RegExp(`(?![\\n\\t])[${CONTROL}${DIRECTION_OVERRIDE}]`, 'gu');

/**
 * Text that shows nothing. Interlinear annotation marks, the Braille blank and the musical null
 * notehead are invisible too, although Unicode doesn't list them as ignorable.
 */
const INVISIBLE = new RegExp(String.raw`^[\p{White_Space}\p{Default_Ignorable_Code_Point}${CONTROL}\ufff9-\ufffb\u2800\u{1d159}]*$`, 'u');

/** Whether a text shows nothing: it is empty or has invisible characters only. */
export const isBlank = (text: string): boolean => INVISIBLE.test(text);

/** Text in the Unicode form in which it is stored, and trimmed. */
export const normalized = (text: string): string => text.normalize('NFC').trim();

/** The length of a text in code points. */
export const lengthOf = (text: string): number => [...text].length;

/**
 * One line of text in its stored form: a name, title, tag or reason.
 *
 * @throws {GatewayError} BAD_USER_INPUT when it is blank, longer than `limit` code points, or has
 * forbidden characters.
 */
export function line(text: string, what: string, limit: number): string {
  const stored = normalized(text);
  if (isBlank(stored)) throw badInput(`${what} is empty.`);
  return checked(stored, what, limit, FORBIDDEN_IN_LINE);
}

/**
 * Text of several lines in its stored form, with line feeds between them. Blank text is stored as
 * an empty text.
 *
 * @throws {GatewayError} BAD_USER_INPUT when it is longer than `limit` code points or has forbidden
 * characters.
 */
export function prose(text: string, what: string, limit: number): string {
  const stored = normalized(text.replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n'));
  return checked(isBlank(stored) ? '' : stored, what, limit, FORBIDDEN_IN_PROSE);
}

/**
 * A search text in the form of the stored text that it is compared with; null for a blank one,
 * which searches for nothing. Forbidden characters can't be in stored text and count as spaces.
 *
 * @throws {GatewayError} BAD_USER_INPUT when it is longer than `limit` code points.
 */
export function searchText(text: string, what: string, limit: number): string | null {
  const search = cleaned(text);
  return isBlank(search) ? null : withinLimit(search, what, limit);
}

/** The longest name that is taken from a token, code points. */
export const TOKEN_NAME_LIMIT = 255;

/**
 * The first claim that is a name, cleaned and cut to {@link TOKEN_NAME_LIMIT} instead of refused:
 * its owner can't correct it here. A blank claim counts as missing.
 */
export function tokenName(claims: readonly unknown[]): string | null {
  for (const claim of claims) {
    if (typeof claim !== 'string') continue;
    const name = [...cleaned(claim)].slice(0, TOKEN_NAME_LIMIT).join('').trim();
    if (!isBlank(name)) return name;
  }
  return null;
}

/**
 * Text from users inside our own text (SPEC X2): in quotation marks, on one line, with nothing that
 * a mail program turns into a link.
 */
export function quoted(text: string): string {
  const oneLine = cleaned(text)
    .replace(/\s+/gu, ' ')
    .replace(/[\u201c\u201d"]/gu, "'")
    .replace(/:(?=\/)/gu, '[:]')
    .replace(/[.\u3002\uff0e\uff61](?=[\p{L}\p{N}])/gu, '[.]')
    .replace(/@(?=\S)/gu, '[at]');
  return `\u201c${oneLine}\u201d`;
}

const cleaned = (text: string): string => normalized(text.replace(FORBIDDEN_IN_LINE, ' '));

function checked(stored: string, what: string, limit: number, forbidden: RegExp): string {
  withinLimit(stored, what, limit);
  if (stored.search(forbidden) >= 0) throw badInput(`${what} contains control characters or direction overrides. Remove them.`);
  return stored;
}

function withinLimit(text: string, what: string, limit: number): string {
  const actual = lengthOf(text);
  if (actual > limit) throw badInput(`${what} is longer than ${limit} characters.`, { limit, actual });
  return text;
}
