import { execute, type GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Context } from '../../graphql/core/context.ts';
import type { MediaType } from '../server/negotiate.ts';
import type { Served } from '../server/route.ts';
import type { Documents } from './documents.ts';
import { useErrors } from './errors.ts';
import { useLimits } from './limits.ts';
import type { GraphqlResponse } from './write.ts';

/** A request for yoga: read, with its parameters parsed and its context built. */
export type YogaRequest = Served & {
  readonly method: string;
  readonly mediaType: MediaType;
  readonly parameters: object;
  readonly context: Context;
};

export type Yoga = ReturnType<typeof createYogaServer>;

/** Yoga, with the gateway's limits and its form of errors. */
export const createYogaServer = (schema: GraphQLSchema, documents: Documents) =>
  createYoga<YogaRequest>({
    schema,
    graphqlEndpoint: '/',
    context: ({ context }) => context,
    plugins: [useParsedParameters, ...useLimits(documents), useErrors(), useGraphqlJs],
    parserAndValidationCache: { documentCache: documents.parsed, errorCache: documents.failed },
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    batching: false,
    maskedErrors: false,
    logging: false,
  });

/**
 * Makes the function that answers what isn't in the caches: yoga parses, validates, checks the
 * limits, executes, and formats every error.
 */
export const createYogaHandler =
  (yoga: Yoga) =>
  async (request: YogaRequest): Promise<GraphqlResponse> => {
    const { method, mediaType } = request;
    const response = await yoga.fetch(new yoga.fetchAPI.Request('http://gateway/', { method, headers: { accept: mediaType } }), request);
    const allow = response.headers.get('allow');
    return { mediaType, status: response.status, ...(allow && { headers: { allow } }), text: await response.text() };
  };

/** Our own reading of the request takes the place of yoga's. */
const useParsedParameters: Plugin<object, YogaRequest> = {
  onRequestParse: ({ serverContext, setRequestParser }) => setRequestParser(() => serverContext.parameters),
};

/**
 * GraphQL.js answers fields in the order of the document; yoga's own executor in that of
 * completion.
 */
const useGraphqlJs: Plugin = { onExecute: ({ setExecuteFn }) => setExecuteFn(execute) };
