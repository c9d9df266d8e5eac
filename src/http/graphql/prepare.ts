import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { PreparedOperation } from '../../executor/prepared-operation.ts';
import { isCleanText } from './clean-text.ts';
import type { Documents } from './documents.ts';
import { areParameters, parseBody } from './parameters.ts';

/** Bodies that are cached, and the letters that one of them and all of them may have. */
const BODIES = { max: 1_000, maxEntrySize: 8_000, maxSize: 1_000_000 } as const;

/**
 * Makes the function that finds the operation of a body in the caches. It returns null where yoga
 * must parse and validate the document, or refuse the request.
 *
 * @throws {GatewayError} BAD_REQUEST for a body that isn't a JSON object.
 */
export function createPrepare(schema: GraphQLSchema, documents: Documents): (body: string) => PreparedOperation | null {
  /**
   * Queries. Key: the body as sent, thus document, operation name and variables. What is stored
   * depends on nothing else: neither on the caller nor on the tenant.
   */
  const queries = new LRUCache<string, PreparedOperation>({ ...BODIES, sizeCalculation: (_operation, body) => body.length + 1 });

  function fromDocuments(body: string): PreparedOperation | null {
    const parameters = parseBody(body);
    if (!areParameters(parameters)) return null;
    const { query, operationName, variables } = parameters;
    const document = documents.validated(query);
    const operation = document && PreparedOperation.of(schema, { document, operationName, variableValues: variables });
    if (!operation || operation.operation.operation === 'subscription' || !isCleanText(document, variables)) return null;
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
