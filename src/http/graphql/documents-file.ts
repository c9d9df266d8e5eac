import { readFile } from 'node:fs/promises';
import { type GraphQLSchema, parse, validate } from 'graphql';
import { type Manifest, readManifest } from '../../domain/trusted-document/manifest.ts';

/** The file of the operator's documents can't be used; the message is a sentence for them. */
export class DocumentsFileError extends Error {
  override name = 'DocumentsFileError';
}

/**
 * Reads the operator's trusted documents from a file such as `persisted-documents.json`.
 *
 * @throws {DocumentsFileError} for a file that can't be read, and for a document whose id isn't its
 * SHA-256.
 */
export async function readDocumentsFile(path: string): Promise<Manifest> {
  try {
    const documents: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof documents !== 'object' || documents === null || Array.isArray(documents)) throw new Error('It holds no JSON object.');
    return readManifest(documents);
  } catch (error) {
    throw new DocumentsFileError(`TRUSTED_DOCUMENTS_FILE is wrong: ${path} can't be used. ${(error as Error).message}`);
  }
}

/** @throws {DocumentsFileError} naming the first document that doesn't fit the schema. */
export function checkDocuments(schema: GraphQLSchema, documents: Manifest): void {
  for (const [hash, text] of documents) {
    const fault = faultOf(schema, text);
    if (fault !== null)
      throw new DocumentsFileError(`The document sha256:${hash} of TRUSTED_DOCUMENTS_FILE does not fit the schema: ${fault}`);
  }
}

function faultOf(schema: GraphQLSchema, text: string): string | null {
  try {
    return validate(schema, parse(text))[0]?.message ?? null;
  } catch (error) {
    return (error as Error).message;
  }
}
