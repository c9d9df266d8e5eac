import { type ExecutionArgs, type FieldNode, type GraphQLError, type GraphQLSchema, getArgumentValues } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { badInput } from '../../domain/core/errors.ts';
import { collectFields, fragmentsOf } from '../../executor/collect.ts';
import { PreparedOperation } from '../../executor/prepared-operation.ts';
import { Unsupported } from '../../executor/unsupported.ts';
import { isCleanText } from './clean-text.ts';
import { limitErrors, priceOf } from './complexity.ts';
import type { YogaRequest } from './yoga-request.ts';

/**
 * Checks and charges a subscription like any operation, but doesn't run it: it is left in
 * `subscription` of the request, for the server to open a stream.
 */
export const useSubscription: Plugin<object, YogaRequest> = {
  onSubscribe: async ({ args, setResultAndStopExecution }) => {
    const request = args.contextValue as unknown as YogaRequest;
    const errors = await prepare(args, request);
    setResultAndStopExecution(errors.length ? { errors } : { data: null });
  },
};

async function prepare(args: ExecutionArgs, request: YogaRequest): Promise<readonly GraphQLError[]> {
  const { schema, document, variableValues } = args;
  const limits = limitErrors({ ...args, contextValue: request.context });
  if (limits.length) return limits;
  if (!isCleanText(document, variableValues)) throw badInput('A text holds a NUL character or half of a surrogate pair.');
  const operation = PreparedOperation.of(schema, args)!;
  request.record.operation = operation;
  const { coerced, errors } = operation.variables;
  if (!coerced) return errors;
  const node = rootField(schema, operation);
  const field = schema.getSubscriptionType()!.getFields()[node.name.value]!;
  const { after } = getArgumentValues(field, node, coerced) as { after?: string | null };
  try {
    request.paid.by = await request.budget.charge(request.context, priceOf(operation, request.context)!);
  } catch (error) {
    request.paid.refusal = error;
    throw error;
  }
  request.paid.subscription = { operation, field, after: after ?? null };
  return [];
}

/** The one field that a subscription selects: validation lets no other through. */
function rootField(schema: GraphQLSchema, { operation, document }: PreparedOperation): FieldNode {
  try {
    const [nodes] = collectFields({ schema, fragments: fragmentsOf(document) }, schema.getSubscriptionType()!, [operation]).values();
    return nodes![0]!;
  } catch (error) {
    if (error instanceof Unsupported) throw badInput('The one field of a subscription takes no directive.');
    throw error;
  }
}
