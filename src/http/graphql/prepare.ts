import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { PreparedOperation } from '../../executor/prepared-operation.ts';
import { isCleanText } from './clean-text.ts';
import { documentIdIn, withText } from './document-id.ts';
import type { Documents } from './documents.ts';
import { areParameters, parseBody } from './parameters.ts';

/** Bodies that are cached, and the letters that one of them and all of them may have. */
const BODIES = { max: 1_000, maxEntrySize: 8_000, maxSize: 1_000_000 } as const;

/**
 * Makes the function that finds the operation of a body in the caches. It returns null where yoga
 * must parse and validate the document, or refuse the request. A document by its id has the
 * operation of its text; whether the caller may send it is checked later.
 *
 * @param textOf finds the text of a document by its hash.
 * @throws {GatewayError} BAD_REQUEST for a body that isn't a JSON object, or a wrong id.
 */
export function createPrepare(
  schema: GraphQLSchema,
  documents: Documents,
  textOf: (hash: string) => string | undefined,
): (body: string) => PreparedOperation | null {
  /**
   * Queries. Key: the body as sent, thus document or hash, operation name and variables. What is
   * stored depends on nothing else: neither on the caller nor on the tenant.
   */
  const queries = new LRUCache<string, PreparedOperation>({ ...BODIES, sizeCalculation: (_operation, body) => body.length + 1 });

  function fromDocuments(body: string): PreparedOperation | null {
    const sent = parseBody(body);
    const id = documentIdIn(sent);
    const parameters = withText(sent, (id && textOf(id.hash)) ?? null);
    if (!areParameters(parameters)) return null;
    const { query, operationName, variables } = parameters;
    const document = documents.validated(query);
    const operation = document && PreparedOperation.of(schema, { document, operationName, variableValues: variables });
    if (!operation || operation.operation.operation === 'subscription' || !isCleanText(document, variables)) return null;
    if (id) operation.documentId = id;
    return operation;
  }

  return body => {
    const cached = queries.get(body);
    if (cached) return cached;
    const operation = fromDocuments(body);
    if (operation?.operation.operation === 'query') queries.set(body, operation);
    return operation;
  };
}
