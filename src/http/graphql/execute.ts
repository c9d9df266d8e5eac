import type { ServerResponse } from 'node:http';
import { type ExecutionResult, execute, type GraphQLError } from 'graphql';
import { RefusedField } from '../../access/refused-field.ts';
import type { Binding, UnitOfWork } from '../../database/index.ts';
import type { Executor } from '../../executor/executor.ts';
import type { PreparedOperation } from '../../executor/prepared-operation.ts';
import type { Context } from '../../graphql/core/context.ts';
import type { OptimisticContext } from '../auth/optimistic-context.ts';
import type { AnyPayment, PaidText } from '../budget/payment.ts';
import type { RequestBudget } from '../budget/request-budget.ts';
import type { RequestQueue } from '../server/request-queue.ts';
import type { Served } from '../server/route.ts';
import { isClosedTo } from './closed-schema.ts';
import { priceOf } from './complexity.ts';
import { type ErrorForm, publicErrors } from './errors.ts';
import { tallyOf } from './result-tally.ts';

/** How a request is executed: by which executor, when, for which response, and at whose cost. */
export type Execution = {
  readonly executor: Executor;
  readonly queue: RequestQueue;
  readonly served: Served;
  readonly response: ServerResponse;
  readonly budget: RequestBudget;
};

/**
 * Executes an operation under an optimistic context. Returns null if the database didn't confirm
 * the context, the executor has no plan for the operation, or the budget seems to be used up: then
 * nothing was changed, and nothing of the result may be used.
 *
 * @throws {GatewayError} OVERLOADED.
 */
export async function executeOptimistically(
  { executor, queue, served, response, budget }: Execution,
  operation: PreparedOperation,
  { context, holds }: OptimisticContext,
): Promise<PaidText | null> {
  const price = isClosedTo(operation.document, context) ? null : priceOf(operation, context);
  if (!price) return null;
  const taken = budget.take(context, price);
  const payment = taken instanceof Promise ? await taken : taken;
  if (!payment) return null;
  const owner = budget.owner(context);
  try {
    const turn = queue.enter(owner, response);
    if (turn) await turn;
    try {
      const answer = await executor.answer(operation, context, payment.tally, served.record);
      // An error recurs under the confirmed context.
      if (!answer || !(await holds().catch(() => false))) return null;
      served.record.execution = 'optimistic';
      return paidText(answer, payment, served, context);
    } finally {
      queue.leave(owner);
    }
  } finally {
    payment.cancel();
  }
}

/**
 * Runs reads in one snapshot of a standby that is not behind the primary. Null: none was, and
 * nothing of what was read may be used.
 */
export type ReadOnStandby = <T>(binding: Binding, read: (work: UnitOfWork) => Promise<T>) => Promise<{ readonly result: T } | null>;

/**
 * Executes an operation under a confirmed context: by its query plan, or by GraphQL.js; on a
 * standby if one is given and isn't behind. Returns null for what yoga must refuse; then nothing
 * was executed.
 *
 * @throws {GatewayError} RATE_LIMITED, COST_TOO_HIGH, OVERLOADED.
 */
export async function executeConfirmed(
  { executor, queue, served, response, budget }: Execution,
  operation: PreparedOperation,
  contextValue: Context,
  readOnStandby: ReadOnStandby | null = null,
): Promise<PaidText | null> {
  const price = isClosedTo(operation.document, contextValue) ? null : priceOf(operation, contextValue);
  if (!price) return null;
  const payment = await budget.charge(contextValue, price);
  served.record.forgetErrors();
  const answer = async (context: Context) =>
    (await executor.answer(operation, context, payment.tally, served.record)) ?? (await execute({ contextValue: context, ...operation }));
  try {
    const answered = await queue.run(budget.owner(contextValue), response, async () => {
      const read = await readOnStandby?.(contextValue.work.binding, work => answer({ ...contextValue, work }));
      if (read) return read.result;
      if (readOnStandby) {
        payment.tally?.clear();
        served.record.forgetErrors();
      }
      return await answer(contextValue);
    });
    // Without data: a variable doesn't fit.
    if (typeof answered !== 'string' && !('data' in answered)) return null;
    served.record.execution = 'confirmed';
    return paidText(answered, payment, served, contextValue);
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
