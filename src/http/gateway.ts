import type { IncomingMessage, ServerResponse } from 'node:http';
import { execute, type GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Database } from '../database/client.ts';
import { GatewayError } from '../domain/errors.ts';
import type { Context } from '../graphql/context.ts';
import type { Authenticate } from './authenticate.ts';
import { answerCors } from './cors.ts';
import { type Served, useErrors } from './errors.ts';
import { LIMITS, useLimits } from './limits.ts';
import { isAnswerable, useParameters } from './parameters.ts';
import { tenantContext } from './tenant-context.ts';

/** Where GraphQL is served. */
export const ENDPOINT = '/graphql';

export type GatewayOptions = {
  readonly schema: GraphQLSchema;
  readonly database: Database;
  readonly authenticate: Authenticate;
  /** The origins whose pages may call from a browser. */
  readonly corsOrigins: readonly string[];
};

/** Answers a GraphQL request. Throws {@link GatewayError} for one that is refused whole, before GraphQL runs. */
export type Gateway = (request: IncomingMessage, response: ServerResponse, served: Served) => Promise<void>;

/** Headers that decide who asks and where: each must stand once. */
const SINGLE = ['authorization', 'x-tenant-id'];

/** GraphQL over HTTP: yoga, with who asks and for which tenant settled before it parses a document. */
export function createGateway({ schema, database, authenticate, corsOrigins }: GatewayOptions): Gateway {
  const yoga = createYoga<Served & { gateway: Context }>({
    schema,
    graphqlEndpoint: ENDPOINT,
    context: ({ gateway }) => gateway,
    plugins: [...useLimits(), useParameters(), useErrors(), useOrder()],
    maxRequestBodySize: LIMITS.bodyBytes,
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    batching: false,
    maskedErrors: false,
    logging: false,
  });
  return async (request, response, served) => {
    if (answerCors(corsOrigins, request, response)) return;
    if (request.method !== 'GET' && request.method !== 'POST') {
      response.setHeader('allow', 'GET, POST');
      throw new GatewayError('METHOD_NOT_ALLOWED', 'GraphQL takes GET and POST.');
    }
    const gateway = await context(request, served);
    await yoga(request, response, { ...served, gateway });
  };

  async function context(request: IncomingMessage, { requestId }: Served): Promise<Context> {
    for (const name of SINGLE)
      if ((request.headersDistinct[name]?.length ?? 0) > 1)
        throw new GatewayError('BAD_REQUEST', `The header ${name} stands more than once.`);
    if (!isAnswerable(request.headers.accept))
      throw new GatewayError('NOT_ACCEPTABLE', 'Accept `application/graphql-response+json` or `application/json`.');
    const token = await authenticate(request.headers.authorization);
    return tenantContext(database, token, request.headersDistinct['x-tenant-id']?.[0], requestId);
  }
}

/** GraphQL.js executes: it answers fields in the order in which they were asked for, where yoga's own executor goes by completion. */
const useOrder = (): Plugin => ({
  onExecute: ({ setExecuteFn }) => setExecuteFn(execute),
});
