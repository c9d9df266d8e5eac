import { type ExecutionResult, execute, type GraphQLError } from 'graphql';
import { RefusedField } from '../../access/refused-field.ts';
import type { Executor } from '../../executor/executor.ts';
import type { PreparedOperation } from '../../executor/prepared-operation.ts';
import type { Context } from '../../graphql/core/context.ts';
import type { OptimisticContext } from '../auth/optimistic-context.ts';
import type { AnyPayment, PaidText } from '../budget/payment.ts';
import type { RequestBudget } from '../budget/request-budget.ts';
import type { Served } from '../server/route.ts';
import { isClosedTo } from './closed-schema.ts';
import { priceOf } from './complexity.ts';
import { type ErrorForm, publicErrors } from './errors.ts';
import { tallyOf } from './result-tally.ts';

/** How a request is executed: by which executor, for which response, and at whose cost. */
export type Execution = { readonly executor: Executor; readonly served: Served; readonly budget: RequestBudget };

/**
 * Executes an operation under an optimistic context. Returns null if the database didn't confirm
 * the context, the executor has no plan for the operation, or the budget seems to be used up: then
 * nothing was changed, and nothing of the result may be used.
 */
export async function executeOptimistically(
  { executor, served, budget }: Execution,
  operation: PreparedOperation,
  { context, holds }: OptimisticContext,
): Promise<PaidText | null> {
  const price = isClosedTo(operation.document, context) ? null : priceOf(operation, context);
  if (!price) return null;
  const taken = budget.take(context, price);
  const payment = taken instanceof Promise ? await taken : taken;
  if (!payment) return null;
  try {
    const answer = await executor.answer(operation, context, payment.tally, served.record);
    // An error recurs under the confirmed context.
    if (!answer || !(await holds().catch(() => false))) return null;
    served.record.execution = 'optimistic';
    return paidText(answer, payment, served, context);
  } finally {
    payment.cancel();
  }
}

/**
 * Executes an operation under a confirmed context: by its query plan, or by GraphQL.js. Returns
 * null for what yoga must refuse; then nothing was executed.
 *
 * @throws {GatewayError} RATE_LIMITED, COST_TOO_HIGH.
 */
export async function executeConfirmed(
  { executor, served, budget }: Execution,
  operation: PreparedOperation,
  contextValue: Context,
): Promise<PaidText | null> {
  const price = isClosedTo(operation.document, contextValue) ? null : priceOf(operation, contextValue);
  if (!price) return null;
  const payment = await budget.charge(contextValue, price);
  served.record.forgetErrors();
  try {
    const answer =
      (await executor.answer(operation, contextValue, payment.tally, served.record)) ?? (await execute({ contextValue, ...operation }));
    if (typeof answer !== 'string' && !('data' in answer)) return null; // A variable doesn't fit.
    served.record.execution = 'confirmed';
    return paidText(answer, payment, served, contextValue);
  } finally {
    payment.cancel();
  }
}

function paidText(answer: string | ExecutionResult, payment: AnyPayment, served: Served, context: ErrorForm): PaidText {
  const text = serialize(answer, served, context);
  const paid = typeof answer === 'string' || !payment.tally ? payment.settle(text) : payment.settle(text, tallyOf(answer));
  served.record.charged = payment.charged;
  return paid;
}

function serialize(answer: string | ExecutionResult, served: Served, context: ErrorForm): string {
  if (typeof answer === 'string') return answer;
  const { data, errors } = answer;
  const list = errors && `"errors":[${publicErrors(errors, served, context).map(serializeError).join()}],`;
  return `{${list ?? ''}"data":${JSON.stringify(data)}}`;
}

const serializeError = (error: GraphQLError): string => (error instanceof RefusedField ? error.serialized : JSON.stringify(error));
