import { searchText } from '../../domain/core/text.ts';

/** The longest search text of a filter, code points. */
const LIMIT = 200;

/**
 * A condition that a text contains another, ignoring case; null for a blank search text, which
 * filters nothing. The search text is normalized like stored text (SPEC X1), and LIKE's special
 * characters are escaped.
 *
 * @throws {GatewayError} BAD_USER_INPUT when the search text is too long.
 */
export function containing(search: string | null | undefined) {
  const text = search ? searchText(search, 'The search text', LIMIT) : null;
  return text === null ? null : { contains: text.replace(/[\\%_]/g, character => `\\${character}`), mode: 'insensitive' as const };
}
