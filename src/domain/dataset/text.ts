import { badInput } from '../core/errors.ts';
import { prose } from '../core/text.ts';
import { line } from '../tenant/name.ts';

/** The longest name and description, characters. */
const [NAME, DESCRIPTION] = [120, 4_000];

/**
 * A dataset's name as it is stored.
 *
 * @throws {GatewayError} BAD_USER_INPUT when it is empty, too long, or holds control characters.
 */
export function datasetName(text: string): string {
  const name = line(text, 'The name', NAME);
  if (!name) throw badInput('The name is empty.');
  return name;
}

/** @throws {GatewayError} BAD_USER_INPUT when it is too long, or holds control characters. */
export const datasetDescription = (text: string): string => prose(text, 'The description', DESCRIPTION);
