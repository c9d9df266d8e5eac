import type { GraphQLSchema } from 'graphql';
import { WithPosition } from '../../database/index.ts';
import { createExecutor, type Executor } from '../../executor/executor.ts';
import { optimisticContext } from '../auth/optimistic-context.ts';
import { type ContextOptions, credentialsOf, requestContext } from '../auth/request-context.ts';
import { RequestBudget } from '../budget/request-budget.ts';
import type { ReadContext } from '../live/stream.ts';
import type { Streams } from '../live/streams.ts';
import type { RequestQueue } from '../server/request-queue.ts';
import type { Handler } from '../server/route.ts';
import type { NoteDeprecatedUse } from './deprecated-use.ts';
import { documentIdIn, withText } from './document-id.ts';
import type { Documents } from './documents.ts';
import { executeConfirmed, executeOptimistically, type ReadOnStandby } from './execute.ts';
import { checkSlug, tenantSlug, tenantSlugOf } from './operation-tenant.ts';
import { parseBody, parseQueryString } from './parameters.ts';
import { createPrepare } from './prepare.ts';
import { checkHead, readBody } from './read.ts';
import { cacheable } from './shared-answer.ts';
import { mayReadOnStandby } from './standby-reads.ts';
import type { TrustedDocuments } from './trusted-documents.ts';
import { writeResponse } from './write.ts';
import { createYogaHandler, type Yoga } from './yoga.ts';

export type GraphqlOptions = ContextOptions & {
  readonly schema: GraphQLSchema;
  /** Answers operations by query plans; one without special settings if left out. */
  readonly executor?: Executor;
  /** For the body of a request, seconds. */
  readonly bodyTimeout?: number | undefined;
  /** Undefined where the schema has no deprecated part. */
  readonly noteDeprecatedUse?: NoteDeprecatedUse | undefined;
  readonly documents: Documents;
  readonly trusted: TrustedDocuments;
  readonly yoga: Yoga;
  readonly live: Streams;
  /** In front of the connections to the database. */
  readonly queue: RequestQueue;
};

/**
 * GraphQL over HTTP: read → prepare → authorize → execute → write. An operation that `prepare`
 * finds in its caches is executed here; anything else, and whatever has to be refused, is yoga's.
 *
 * @throws {GatewayError} for a request that is refused before GraphQL runs.
 */
export function createGraphqlHandler(options: GraphqlOptions): Handler {
  const { schema, executor = createExecutor(schema), bodyTimeout, documents, trusted, noteDeprecatedUse, live, queue } = options;
  const prepare = createPrepare(schema, documents, trusted.textOf);
  const runYoga = createYogaHandler(options.yoga);

  return async (request, response, served) => {
    const { record } = served;
    record.isOperation = true;
    const { mediaType, isStreamed } = checkHead(request);
    const body = request.method === 'POST' ? await readBody(request, bodyTimeout) : '';
    if (body === null) return; // The client left.
    record.read();
    const method = request.method!;
    let operation = method === 'POST' ? prepare(body) : null;
    record.prepared(operation);
    const database = options.database.observedBy(record);

    const budget = new RequestBudget(options.budget, request, response);
    const execution = { executor, queue, served, response, budget };

    const sent = await credentialsOf(request, served.requestId, options, budget);
    const parametersOf = () => (method === 'POST' ? parseBody(body) : parseQueryString(request.url!));
    const id = operation ? (operation.documentId ?? null) : documentIdIn(parametersOf());
    // A tenant's document is found in the tenant that the request names otherwise.
    const isOfTenant = id !== null && !trusted.isOperators(id.hash);
    const slugIn = (text: string | null) =>
      operation ? tenantSlug(operation) : tenantSlugOf(schema, documents, withText(parametersOf(), text));
    const slug = isOfTenant ? undefined : slugIn(id && trusted.textOf(id.hash)!);
    const credentials = slug === undefined ? sent : { ...sent, input: { ...sent.input, slug } };
    const positioned = operation && database.standbys && mayReadOnStandby(operation) ? new WithPosition(database) : null;
    // No transaction confirms an API key: a command reads it first.
    if (operation && !positioned && (credentials.key === null || operation.operation.operation === 'query')) {
      const optimistic = optimisticContext(database, credentials);
      if (optimistic) record.authorized(optimistic.context.grant);
      const isTrusted = optimistic && trusted.isKnown(operation, optimistic.context);
      const paid = isTrusted && (await executeOptimistically(execution, operation, optimistic));
      if (paid) {
        if (id) record.document = 'trusted';
        noteDeprecatedUse?.(operation, optimistic.context);
        return writeResponse(response, { mediaType, isStreamed, ...paid });
      }
    }

    // Nobody knows yet who it is, and nobody else can send the same credentials.
    const owner = request.headers.authorization ?? '';
    const context = await queue.run(owner, response, () => requestContext(credentials, { database: positioned ?? database }));
    record.authorized(context.grant);
    const text = await trusted.check(id, () => operation?.document.loc?.source.body ?? parametersOf(), context, served.log);
    if (id) record.document = 'trusted';
    if (isOfTenant) {
      operation ??= method === 'POST' ? prepare(body) : null;
      checkSlug(slugIn(text), context);
    }
    const readOnStandby: ReadOnStandby | null =
      positioned && context.grant.tenantAccess ? (...read) => database.readOnStandby(positioned.position, ...read) : null;
    const paid = operation && (await executeConfirmed(execution, operation, context, readOnStandby));
    if (operation && paid) {
      noteDeprecatedUse?.(operation, context);
      return writeResponse(response, { mediaType, isStreamed, ...paid });
    }

    const parameters = withText(parametersOf(), text);
    const input = { ...served, method, mediaType, parameters, context, budget, noteDeprecatedUse };
    const answer = await queue.run(budget.owner(context), response, () => runYoga(input));
    const { subscription } = answer;
    if (subscription) {
      const authenticate = async (): Promise<ReadContext> => {
        const again = await credentialsOf(request, served.requestId, options, budget);
        return within => requestContext(again, { database: within });
      };
      return await live.open({ request, response, served, subscription, context, authenticate, budget });
    }
    const isCacheable = id && method === 'GET';
    const sendable = isCacheable ? cacheable(request, answer, documents.operation(schema, parameters), !isOfTenant) : answer;
    writeResponse(response, { isStreamed, ...sendable });
  };
}
