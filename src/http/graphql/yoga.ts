import { type ExecutionArgs, execute, type GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { PreparedOperation } from '../../executor/prepared-operation.ts';
import { NO_PAYMENT } from '../budget/payment.ts';
import { useClosedSchema } from './closed-schema.ts';
import { priceOf } from './complexity.ts';
import type { Documents } from './documents.ts';
import { useErrors } from './errors.ts';
import { useLimits } from './limits.ts';
import { tallyOf } from './result-tally.ts';
import { useSubscription } from './subscription.ts';
import type { GraphqlResponse } from './write.ts';
import type { Subscription, YogaRequest } from './yoga-request.ts';

export type Yoga = ReturnType<typeof createYogaServer>;

/** Yoga, with the gateway's limits and its form of errors. */
export const createYogaServer = (schema: GraphQLSchema, documents: Documents) =>
  createYoga<YogaRequest>({
    schema,
    graphqlEndpoint: '/',
    context: ({ context }) => context,
    plugins: [useParsedParameters, useClosedSchema, ...useLimits(documents), useErrors(), useExecution, useSubscription],
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
 *
 * @throws {GatewayError} RATE_LIMITED, COST_TOO_HIGH.
 */
export const createYogaHandler =
  (yoga: Yoga) =>
  async (input: Omit<YogaRequest, 'paid'>): Promise<GraphqlResponse & { readonly subscription?: Subscription | undefined }> => {
    const { method, mediaType } = input;
    const request: YogaRequest = { ...input, paid: {} };
    const response = await yoga.fetch(new yoga.fetchAPI.Request('http://gateway/', { method, headers: { accept: mediaType } }), request);
    const allow = response.headers.get('allow');
    const { by: payment = NO_PAYMENT, tally, refusal, subscription } = request.paid;
    if (refusal) throw refusal;
    const { text, headers } = payment.settle(await response.text(), tally);
    input.record.charged = payment.charged;
    return { mediaType, status: response.status, headers: allow ? { allow, ...headers } : headers, text, subscription };
  };

/** Our own reading of the request takes the place of yoga's. */
const useParsedParameters: Plugin<object, YogaRequest> = {
  onRequestParse: ({ serverContext, setRequestParser }) => setRequestParser(() => serverContext.parameters),
};

/**
 * Charges an operation and executes it by GraphQL.js, which answers fields in the order of the
 * document; yoga's own executor does in that of completion.
 */
const useExecution: Plugin<object, YogaRequest> = { onExecute: ({ setExecuteFn }) => setExecuteFn(chargeAndExecute) };

async function chargeAndExecute(args: ExecutionArgs) {
  const { context, budget, paid, record, noteDeprecatedUse } = args.contextValue as YogaRequest;
  const operation = PreparedOperation.of(args.schema, args);
  record.operation = operation;
  const price = operation && priceOf(operation, context);
  // Null: the variables are invalid, and GraphQL.js executes nothing.
  if (price)
    try {
      paid.by = await budget.charge(context, price);
    } catch (error) {
      paid.refusal = error;
      throw error;
    }
  record.execution = 'yoga';
  const result = await execute(args);
  paid.tally = tallyOf(result);
  if (price) noteDeprecatedUse?.(operation, context);
  return result;
}
