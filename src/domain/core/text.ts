import { badInput } from './errors.ts';

/**
 * Lines of text as they are stored: in one Unicode form, with line feeds between them.
 *
 * @throws {GatewayError} BAD_USER_INPUT when it is too long, or holds control characters other than
 * line feeds and tabs.
 */
export function prose(text: string, what: string, limit: number): string {
  const trimmed = text.normalize('NFC').replace(/\r\n?/g, '\n').trim();
  const actual = [...trimmed].length;
  if (actual > limit) throw badInput(`${what} is longer than ${limit} characters.`, { limit, actual });
  if (/[^\P{Cc}\n\t]/u.test(trimmed)) throw badInput(`${what} holds control characters.`);
  return trimmed;
}
