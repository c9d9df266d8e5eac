import { badInput } from '../core/errors.ts';
import { documentHash, isDocumentHash } from './hash.ts';

/** The longest text of a document, characters: longer documents aren't cached. */
export const DOCUMENT_LENGTH = 20_000;

/** Documents by their hashes. */
export type Manifest = ReadonlyMap<string, string>;

const SETTING =
  "Set `persistedDocuments: { hashAlgorithm: 'sha256' }` in the preset `client` of GraphQL Code Generator, and generate again.";

/**
 * Reads `persisted-documents.json` as the client preset of GraphQL Code Generator writes it: texts
 * by their hashes. A hash may begin with `sha256:`. Each is computed again: a document must never
 * be known by the hash of another.
 *
 * @throws {GatewayError} BAD_USER_INPUT for what isn't such a file, and for other hashes.
 */
export function readManifest(documents: object): Manifest {
  const manifest = new Map<string, string>();
  for (const [id, text] of Object.entries(documents)) {
    if (typeof text !== 'string') throw badInput('`documents` must be an object with the text of each document by its hash.');
    const hash = id.replace(/^sha256:/, '');
    if (!isDocumentHash(hash)) throw badInput(`\`${shown(id)}\` is not a SHA-256. ${SETTING}`);
    if (!text.isWellFormed() || text.includes('\0')) throw badInput('A document holds a NUL character or half of a surrogate pair.');
    if (text.length > DOCUMENT_LENGTH)
      throw badInput(`The document \`${hash}\` is longer than ${DOCUMENT_LENGTH} characters.`, {
        limit: DOCUMENT_LENGTH,
        actual: text.length,
      });
    if (documentHash(text) !== hash) throw badInput(`\`${hash}\` is not the SHA-256 of its document. ${SETTING}`);
    manifest.set(hash, text);
  }
  return manifest;
}

/** The beginning of an id, without what a terminal or a log would interpret. */
const shown = (id: string): string => id.slice(0, 80).replace(/[^\x20-\x7e]|`/g, '?');
