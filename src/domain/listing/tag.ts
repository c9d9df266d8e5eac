import { badInput } from '../core/errors.ts';
import { line } from '../tenant/name.ts';

/** The longest tag, characters; the database holds it too. */
const LONGEST = 32;

/**
 * A tag as it is stored, and as it is looked for (SPEC M1, M2): in lower case, trimmed, and in one
 * Unicode form, so that the same word is the same tag.
 *
 * @throws {GatewayError} BAD_USER_INPUT when it is empty, too long, or holds control characters.
 */
export function tagOf(text: string): string {
  const tag = line(text.toLowerCase(), 'A tag', LONGEST);
  if (!tag) throw badInput('A tag is empty.');
  return tag;
}
