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
import { publicErrors } from '../graphql/errors.ts';
import type { Served } from '../server/route.ts';
import type { EventStream } from './event-stream.ts';

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
};

/** An open subscription of one caller. */
export class Stream {
  readonly #options: StreamOptions;
  /** The cursor of the last event that was sent, for the closing message. */
  #lastId: string | null = null;

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

  /** Executes the operation for an event, and sends its result. */
  async deliver(rootValue: object, context: Context, id: string): Promise<void> {
    const { operation, served } = this.#options;
    // A context of its own for each event: scope-auth caches what it checked by the context.
    const { data, errors } = await execute({ ...operation, contextValue: { ...context }, rootValue });
    this.connection.next({ data, ...(errors && { errors: publicErrors(errors, served, context) }) }, id);
    this.#lastId = id;
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
    this.connection.next({ errors: [ending] }, null);
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
