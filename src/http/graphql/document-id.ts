import { GatewayError } from '../../domain/core/errors.ts';
import { isDocumentHash } from '../../domain/trusted-document/hash.ts';
import type { DocumentId } from '../../executor/prepared-operation.ts';

type Parameters = { readonly query?: unknown; readonly documentId?: unknown; readonly extensions?: unknown };

const PREFIX = 'sha256:';

/**
 * The document that a request names by `documentId` (GraphQL over HTTP, appendix "Persisted
 * Documents"), or by Apollo Client's `extensions.persistedQuery`; null for a request with its text.
 *
 * @throws {GatewayError} BAD_REQUEST; PERSISTED_QUERY_NOT_SUPPORTED.
 */
export function documentIdIn({ query, documentId, extensions }: Parameters): DocumentId | null {
  if (documentId != null) {
    const hash = typeof documentId === 'string' && documentId.startsWith(PREFIX) ? documentId.slice(PREFIX.length) : '';
    if (!isDocumentHash(hash))
      throw new GatewayError(
        'BAD_REQUEST',
        '`documentId` is `sha256:` and the SHA-256 of the document, 64 hexadecimal digits in lower case.',
      );
    if (query != null) throw new GatewayError('BAD_REQUEST', 'Send `query` or `documentId`, not both.');
    return { hash, isPersistedQuery: false };
  }
  const persisted = query == null && isObject(extensions) ? extensions.persistedQuery : undefined;
  if (persisted === undefined) return null;
  if (isObject(persisted) && persisted.version === 1 && typeof persisted.sha256Hash === 'string' && isDocumentHash(persisted.sha256Hash))
    return { hash: persisted.sha256Hash, isPersistedQuery: true };
  throw persistedQueryNotSupported();
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Clients that send a hash alone send the text with their next requests after this message. */
const persistedQueryNotSupported = () => new GatewayError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');

/**
 * The error for a document that isn't registered where the request acts: one that another tenant
 * has, or nobody.
 *
 * @param hasDocuments whether documents may have been registered there.
 */
export function unknownDocument({ isPersistedQuery }: DocumentId, hasDocuments: boolean): GatewayError {
  if (!isPersistedQuery) return new GatewayError('DOCUMENT_NOT_FOUND', 'No document with this `documentId` is registered for you.');
  // The client sends the text of this document next; without documents, of all from now on.
  return hasDocuments ? new GatewayError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound') : persistedQueryNotSupported();
}

/**
 * The parameters of a request, with a text in place of its id. An id that is null counts as none.
 */
export function withText(parameters: object, text: string | null): object {
  const { documentId, ...rest } = parameters as Parameters;
  if (text !== null) return { ...rest, query: text };
  return 'documentId' in parameters && documentId == null ? rest : parameters;
}
