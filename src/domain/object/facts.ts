import { badInput } from '../core/errors.ts';
import type { ObjectFacts } from '../core/services.ts';
import { line } from '../tenant/name.ts';

/** The largest object, bytes: what a store takes in one request. */
export const LARGEST = 5n * 1024n ** 3n;

/** The longest name, characters. */
const NAME = 255;

/** What turns the direction of text around, so that a file seems to be of another kind. */
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/**
 * An object's name as it is stored: one that a file can have.
 *
 * @throws {GatewayError} BAD_USER_INPUT when it is empty, too long, or holds what no file name
 * should.
 */
export function objectName(text: string): string {
  const name = line(text, 'The name', NAME);
  if (!name) throw badInput('The name is empty.');
  if (/^\.{1,2}$|[/\\]/.test(name) || TURNING.test(name)) throw badInput('The name is not one that a file can have.');
  return name;
}

const PART = '[a-z0-9][a-z0-9!#$&^_.+-]{0,62}';
const MEDIA_TYPE = new RegExp(`^${PART}/${PART}$`);

/**
 * What an object is announced as (SPEC M1).
 *
 * @throws {GatewayError} BAD_USER_INPUT for a size, a media type or a checksum that can't be one.
 */
export function objectFacts(input: { readonly size: bigint; readonly mediaType: string; readonly sha256: string }): ObjectFacts {
  const { size } = input;
  if (size > LARGEST) throw badInput('An object is of 5 GiB at most.', { limit: String(LARGEST), actual: String(size) });
  const mediaType = input.mediaType.trim().toLowerCase();
  if (!MEDIA_TYPE.test(mediaType)) throw badInput('A media type has two parts and no parameters, such as text/csv.');
  if (!/^[0-9a-f]{64}$/i.test(input.sha256)) throw badInput('A SHA-256 checksum is 64 hexadecimal digits.');
  return { size, mediaType, sha256: Uint8Array.from(Buffer.from(input.sha256, 'hex')) };
}
