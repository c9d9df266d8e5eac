import { badInput } from '../core/errors.ts';
import type { ObjectFacts } from '../core/services.ts';
import { line } from '../core/text.ts';

/** The largest object, bytes: a store accepts no more in one request. */
export const LARGEST = 5n * 1024n ** 3n;

/** The longest name, code points. */
const NAME = 255;

/**
 * An object's name in its stored form: a valid file name.
 *
 * @throws {GatewayError} BAD_USER_INPUT for an invalid name.
 */
export function objectName(text: string): string {
  const name = line(text, 'The name', NAME);
  if (/^\.{1,2}$|[/\\]/.test(name)) throw badInput('The name must be a file name, without / and \\.');
  return name;
}

const PART = '[a-z0-9][a-z0-9!#$&^_.+-]{0,62}';
const MEDIA_TYPE = new RegExp(`^${PART}/${PART}$`);

/**
 * Validates the announced facts of an object (SPEC M1).
 *
 * @throws {GatewayError} BAD_USER_INPUT for an invalid size, media type or checksum.
 */
export function objectFacts(input: { readonly size: bigint; readonly mediaType: string; readonly sha256: string }): ObjectFacts {
  const { size } = input;
  if (size > LARGEST) throw badInput('An object has at most 5 GiB.', { limit: String(LARGEST), actual: String(size) });
  const mediaType = input.mediaType.trim().toLowerCase();
  if (!MEDIA_TYPE.test(mediaType)) throw badInput('A media type has two parts and no parameters, such as text/csv.');
  if (!/^[0-9a-f]{64}$/i.test(input.sha256)) throw badInput('A SHA-256 checksum is 64 hexadecimal digits.');
  return { size, mediaType, sha256: Uint8Array.from(Buffer.from(input.sha256, 'hex')) };
}
