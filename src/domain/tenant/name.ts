import { badInput } from '../core/errors.ts';
import { line } from '../core/text.ts';
import { isReservedSlug } from './reserved-slugs.ts';

/** The longest display name, code points. */
export const NAME_LIMIT = 120;

/** @throws {GatewayError} BAD_USER_INPUT for an invalid display name. */
export const tenantName = (text: string): string => line(text, 'The name', NAME_LIMIT);

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const [SHORTEST, LONGEST] = [3, 32];

/**
 * Checks the slug of a new tenant.
 *
 * @throws {GatewayError} BAD_USER_INPUT unless it has 3 to 32 characters of a-z, 0-9 and single
 * hyphens and isn't reserved.
 */
export function tenantSlug(text: string): string {
  if (!SLUG.test(text) || text.length < SHORTEST || text.length > LONGEST)
    throw badInput('A slug is 3 to 32 of a-z, 0-9 and single hyphens between them.');
  if (isReservedSlug(text)) throw badInput(`The slug ${text} is reserved. Choose another one.`, { field: 'slug' });
  return text;
}

/** Added to a suggestion that is reserved. */
const SUFFIX = '-org';

/**
 * Suggests a slug for a name: `Café Zürich GmbH` → `cafe-zurich-gmbh`. A reserved word gets a
 * suffix: `Admin` → `admin-org`.
 *
 * @throws {GatewayError} BAD_USER_INPUT when the name has too few letters of the alphabet, or only
 * a reserved slug would fit.
 */
export function suggestSlug(name: string): string {
  const words =
    name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  const slug = words.join('-').slice(0, LONGEST).replace(/-$/, '');
  const suggestion = isReservedSlug(slug) ? slug + SUFFIX : slug;
  if (suggestion.length < SHORTEST || suggestion.length > LONGEST || isReservedSlug(suggestion))
    throw badInput('No slug can be made from this name. Choose one.', { field: 'slug' });
  return suggestion;
}
