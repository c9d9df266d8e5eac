import type { IncomingMessage, ServerResponse } from 'node:http';
import { execute, type GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { GatewayError } from '../../domain/core/errors.ts';
import { createExecutor, type Executor } from '../../executor/executor.ts';
import type { Context } from '../../graphql/core/context.ts';
import { optimisticContext } from '../auth/optimistic-context.ts';
import { type ContextOptions, checkSingle, credentialsOf, requestContext } from '../auth/request-context.ts';
import { AUDIT_EXPORT, exportAudit } from '../routes/audit-export.ts';
import { answerCors } from '../server/cors.ts';
import { createDocuments } from './documents.ts';
import { type Served, useErrors } from './errors.ts';
import { createFastPath } from './fast-path.ts';
import { LIMITS, useLimits } from './limits.ts';
import { isAnswerable, useParameters } from './parameters.ts';

/** Where GraphQL is served. */
export const ENDPOINT = '/graphql';

/** What a request asks for, without its query string. */
export const pathOf = ({ url }: IncomingMessage): string | undefined => url?.split('?', 1)[0];

/** Whether a path is the gateway's to answer. */
export const isServed = (path: string | undefined): boolean => path === ENDPOINT || path === AUDIT_EXPORT;

export type GatewayOptions = ContextOptions & {
  readonly schema: GraphQLSchema;
  /** What answers queries without GraphQL.js; its own when left out. */
  readonly plans?: Executor;
  /** The origins whose pages may call from a browser. */
  readonly corsOrigins: readonly string[];
};

/**
 * Answers a GraphQL request, or an export. Throws {@link GatewayError} for one that is refused
 * whole, before GraphQL runs.
 */
export type Gateway = (request: IncomingMessage, response: ServerResponse, served: Served) => Promise<void>;

/**
 * GraphQL over HTTP: yoga, or a shorter way for what is plain, with who asks and for which tenant
 * settled before a document is parsed.
 */
export function createGateway({ schema, plans = createExecutor(schema), corsOrigins, ...options }: GatewayOptions): Gateway {
  const documents = createDocuments();
  const yoga = createYoga<Served & { gateway: Context }>({
    schema,
    graphqlEndpoint: ENDPOINT,
    context: ({ gateway }) => gateway,
    plugins: [...useLimits(documents), useParameters(), useErrors(), useOrder()],
    maxRequestBodySize: LIMITS.bodyBytes,
    parserAndValidationCache: { documentCache: documents.parsed, errorCache: documents.failed },
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    batching: false,
    maskedErrors: false,
    logging: false,
  });
  const fastPath = createFastPath(schema, documents, plans);
  return async (request, response, served) => {
    if (answerCors(corsOrigins, request, response)) return;
    if (pathOf(request) === AUDIT_EXPORT) return exportAudit(request, response, served, options);
    if (request.method !== 'GET' && request.method !== 'POST') {
      response.setHeader('allow', 'GET, POST');
      throw new GatewayError('METHOD_NOT_ALLOWED', 'GraphQL takes GET and POST.');
    }
    checkSingle(request);
    if (!isAnswerable(request.headers.accept))
      throw new GatewayError('NOT_ACCEPTABLE', 'Accept `application/graphql-response+json` or `application/json`.');
    const credentials = await credentialsOf(request, served.requestId, options);
    const optimistic = credentials.key === null ? optimisticContext(options.database, credentials.token, credentials.input) : null;
    if (optimistic && (await fastPath.answerOptimistically(request, response, optimistic))) return;
    const gateway = await requestContext(credentials, options);
    if (!(await fastPath.answer(request, response, served, gateway))) await yoga(request, response, { ...served, gateway });
  };
}

/**
 * GraphQL.js executes: it answers fields in the order in which they were asked for, where yoga's
 * own executor goes by completion.
 */
const useOrder = (): Plugin => ({
  onExecute: ({ setExecuteFn }) => setExecuteFn(execute),
});
