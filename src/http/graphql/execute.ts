import { type ExecutionResult, execute, type GraphQLError } from 'graphql';
import { RefusedField } from '../../access/refused-field.ts';
import type { Executor } from '../../executor/executor.ts';
import type { PreparedOperation } from '../../executor/prepared-operation.ts';
import type { Context } from '../../graphql/core/context.ts';
import type { OptimisticContext } from '../auth/optimistic-context.ts';
import type { Served } from '../server/route.ts';
import { isWithinLimits } from './complexity.ts';
import { publicErrors } from './errors.ts';

/**
 * Executes an operation under an optimistic context. Returns the response's text, or null if the
 * database didn't confirm the context or the executor has no plan for the operation: then nothing
 * was changed, and nothing of the result may be used.
 */
export async function executeOptimistically(
  executor: Executor,
  operation: PreparedOperation,
  { context, holds }: OptimisticContext,
  served: Served,
): Promise<string | null> {
  if (!isWithinLimits(operation, context)) return null;
  const executing = executor.answer(operation, context);
  // A command confirms its context itself: `holds` asks the database only if it didn't.
  if (operation.operation.operation === 'mutation') await executing;
  const confirming = holds().catch(() => false); // The error recurs under the confirmed context.
  const [answer, isConfirmed] = [await executing, await confirming];
  return isConfirmed && answer ? serialize(answer, served, context) : null;
}

/**
 * Executes an operation under a confirmed context: by its query plan, or by GraphQL.js. Returns the
 * response's text, or null for what yoga must refuse; then nothing was executed.
 */
export async function executeConfirmed(
  executor: Executor,
  operation: PreparedOperation,
  contextValue: Context,
  served: Served,
): Promise<string | null> {
  if (!isWithinLimits(operation, contextValue)) return null;
  const answer = (await executor.answer(operation, contextValue)) ?? (await execute({ contextValue, ...operation }));
  // No data: a variable doesn't fit.
  return typeof answer === 'string' || 'data' in answer ? serialize(answer, served, contextValue) : null;
}

function serialize(answer: string | ExecutionResult, served: Served, context: Pick<Context, 'groupsRefusals'>): string {
  if (typeof answer === 'string') return answer;
  const { data, errors } = answer;
  const list = errors && `"errors":[${publicErrors(errors, served, context).map(serializeError).join()}],`;
  return `{${list ?? ''}"data":${JSON.stringify(data)}}`;
}

const serializeError = (error: GraphQLError): string => (error instanceof RefusedField ? error.serialized : JSON.stringify(error));
