import { execute, type GraphQLField } from 'graphql';
import type { Permission } from '../../access/policy.ts';
import { policyOf } from '../../access/policy-plugin.ts';
import { refusalExtensions } from '../../access/refusal-payload.ts';
import type { ReadableDatabase } from '../../database/index.ts';
import { ERRORS, GatewayError } from '../../domain/core/errors.ts';
import { RefusedError } from '../../domain/core/recheck.ts';
import type { PreparedOperation } from '../../executor/prepared-operation.ts';
import type { Context } from '../../graphql/core/context.ts';
import { refusedFor } from '../../graphql/core/refusal.ts';
import type { Price } from '../budget/payment.ts';
import type { RequestBudget } from '../budget/request-budget.ts';
import { priceOf } from '../graphql/complexity.ts';
import { publicErrors } from '../graphql/errors.ts';
import { tallyOf } from '../graphql/result-tally.ts';
import type { Served } from '../server/route.ts';
import type { EventStream } from './event-stream.ts';
import type { LiveCounts } from './live-counts.ts';

/** Reads the context of a caller, as the database says it now. */
export type ReadContext = (database: ReadableDatabase) => Promise<Context>;

export type StreamOptions = {
  readonly operation: PreparedOperation;
  readonly field: GraphQLField<unknown, Context>;
  /**
   * Verifies what the request of the subscription sent once more, without the database.
   *
   * @throws {GatewayError} UNAUTHENTICATED, UNAVAILABLE.
   */
  readonly authenticate: () => Promise<ReadContext>;
  readonly served: Served;
  readonly connection: EventStream;
  /** What events are charged to. */
  readonly budget: RequestBudget;
  readonly counts: LiveCounts;
  /** Called with how many ms an event waits for the budget. */
  readonly onDelay: (ms: number) => void;
};

/** An open subscription of one caller. */
export class Stream {
  readonly #options: StreamOptions;
  /** The cursor of the last event that was sent, for the closing message. */
  #lastId: string | null = null;
  /** What the client was told of its budget last. */
  #delay: string | null = null;

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  get field(): GraphQLField<unknown, Context> {
    return this.#options.field;
  }

  get connection(): EventStream {
    return this.#options.connection;
  }

  /** Verifies the caller again; ends the stream, and returns null, if that fails. */
  async authenticate(): Promise<ReadContext | null> {
    return await this.#orEnd(this.#options.authenticate);
  }

  /** The caller's context, if they may still subscribe; otherwise ends the stream. */
  async authorize(read: ReadContext, database: ReadableDatabase): Promise<Context | null> {
    return await this.#orEnd(async () => {
      const context = await read(database);
      const refusal = refusedSubscription(this.field, context);
      if (refusal) throw refusal;
      return context;
    });
  }

  /**
   * Executes the operation for an event, sends its result, and charges the caller's budget as for
   * any operation (SPEC G7).
   *
   * @returns false if too few points are left in this minute: the event waits, and nothing is lost.
   * @throws {GatewayError} COST_TOO_HIGH where waiting wouldn't help: the plan changed meanwhile.
   */
  async deliver(rootValue: object, context: Context, id: string): Promise<boolean> {
    const { operation, served, budget, counts } = this.#options;
    const price = priceOf(operation, context)!;
    const payment = await budget.take(context, price);
    if (!payment) {
      await this.#wait(context, price);
      return false;
    }
    try {
      // A context of its own for each event: scope-auth caches what it checked by the context.
      const result = await execute({ ...operation, contextValue: { ...context }, rootValue });
      const { data, errors } = result;
      const text = JSON.stringify({ data, ...(errors && { errors: publicErrors(errors, served, context) }) });
      this.connection.next(payment.settle(text, payment.tally && tallyOf(result)).text, id);
    } finally {
      payment.cancel();
    }
    served.record.addCharge(payment.charged);
    counts.sent += 1;
    this.#lastId = id;
    return true;
  }

  async #wait(context: Context, price: Price): Promise<void> {
    const { budget, counts, onDelay } = this.#options;
    const { limit, resetAt } = budget.rateLimit(context);
    // Throws COST_TOO_HIGH.
    if (limit !== null && price.cost > limit) await budget.charge(context, price);
    const until = `RATE_LIMITED until ${resetAt.toISOString()}`;
    if (until !== this.#delay) {
      this.#delay = until;
      counts.delayed += 1;
      this.connection.comment(until);
    }
    onDelay(resetAt.getTime() - context.services.clock.now().getTime());
  }

  /** Ends the stream, which a client may resume if the reason can pass. */
  end(error: unknown): void {
    if (!this.connection.isOpen) return;
    const { log, requestId } = this.#options.served;
    if (!(error instanceof GatewayError) || (ERRORS[error.code].status ?? 0) >= 500) {
      log.warn({ err: error, requestId }, 'a subscription was interrupted');
      this.connection.interrupt();
      return;
    }
    const extensions = error instanceof RefusedError ? refusalExtensions(error.refusal) : { code: error.code, ...error.details };
    const ending = { message: error.message, extensions: { ...extensions, lastEventId: this.#lastId, requestId } };
    this.connection.next(JSON.stringify({ errors: [ending] }), null);
    this.connection.complete();
  }

  async #orEnd<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      this.end(error);
      return null;
    }
  }
}

/** Why a caller may not subscribe to a field; null if they may. */
export const refusedSubscription = (field: GraphQLField<unknown, Context>, context: Pick<Context, 'grant'>): RefusedError | null =>
  refusedFor(policyOf(field) as Permission, context);
