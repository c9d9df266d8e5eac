import { badInput } from '../core/errors.ts';

/** The longest display name, characters. */
export const NAME_LIMIT = 120;

/**
 * A display name as it is stored: trimmed, and in one Unicode form, so that the same name typed
 * twice is the same text.
 *
 * @throws {GatewayError} BAD_USER_INPUT when it is empty, too long, or holds control characters.
 */
export function tenantName(text: string): string {
  const name = line(text, 'The name', NAME_LIMIT);
  if (!name) throw badInput('The name is empty.');
  return name;
}

/**
 * One line of text as it is stored.
 *
 * @throws {GatewayError} BAD_USER_INPUT when it is too long, or holds control characters.
 */
export function line(text: string, what: string, limit: number): string {
  const trimmed = text.normalize('NFC').trim();
  const actual = [...trimmed].length;
  if (actual > limit) throw badInput(`${what} is longer than ${limit} characters.`, { limit, actual });
  if (/[\p{Cc}\u2028\u2029]/u.test(trimmed)) throw badInput(`${what} holds control characters.`);
  return trimmed;
}

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/**
 * A slug as it is asked for.
 *
 * @throws {GatewayError} BAD_USER_INPUT when it isn't 3 to 32 of a-z, 0-9 and single hyphens.
 */
export function tenantSlug(text: string): string {
  if (!SLUG.test(text) || text.length < 3 || text.length > 32)
    throw badInput('A slug is 3 to 32 of a-z, 0-9 and single hyphens between them.');
  return text;
}

/**
 * A slug suggested by a name: `Café Zürich GmbH` → `cafe-zurich-gmbh`.
 *
 * @throws {GatewayError} BAD_USER_INPUT when the name has too little of the alphabet for one.
 */
export function suggestSlug(name: string): string {
  const words =
    name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  const slug = words.join('-').slice(0, 32).replace(/-$/, '');
  if (slug.length < 3) throw badInput('No slug can be made from this name: choose one.');
  return slug;
}
