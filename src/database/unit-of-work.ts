import { v7 as uuid } from 'uuid';
import type { PiggybackQuery } from './driver/piggyback-query.ts';
import { poolTarget, transactionTarget } from './driver/prisma-adapter.ts';
import type { Enqueue, Query } from './driver/query.ts';
import type { ReadResult, ReadStatement } from './driver/read-query.ts';
import { inTransaction } from './driver/run-transaction.ts';
import type { Transaction as DriverTransaction } from './driver/transaction.ts';
import { isByKey, runOperation } from './run-operation.ts';
import { EXACT_TYPES, type Source } from './source.ts';
import type { ReadClient, TenantClient } from './sql/data-model.ts';
import { UnsupportedQuery } from './sql/draft.ts';
import { parseRows } from './sql/engine.ts';
import type { JsonRead } from './sql/json-shape.ts';
import { type Binding, bindingPrelude, withPiggyback } from './tenancy/binding.ts';
import { boundModels } from './tenancy/bound-models.ts';

/**
 * A transaction of one binding. Statements that are issued together, without awaiting each other's
 * results, go to the database in one round trip, in that order.
 */
export type Transaction = {
  readonly db: TenantClient;
  /** Runs one hand-written statement (`queries/`). */
  readonly query: Query;
  /** The same without a result: it goes with the next statement, or with COMMIT. */
  readonly enqueue: Enqueue;
  /** Takes a write whose result nobody awaits; if it fails, so does the transaction. */
  enqueueWrite(write: Promise<unknown>): void;
  /**
   * Confirms an optimistic context, by the caller's access as read under the tenant lock. Throws if
   * it differs, before anything is written. Absent where the context is confirmed already.
   */
  readonly confirm?: (current: CurrentTenantAccess | null) => void;
};

/** What a caller's permissions in a tenant depend on. */
export type CurrentTenantAccess = {
  readonly tenantId: string;
  readonly status: string;
  readonly features: readonly string[];
  readonly roles: readonly string[];
};

export type TransactionOptions = {
  /** Runs the work a single time, because it has effects outside of the database. */
  readonly once?: boolean;
  /** The transaction checks, under the tenant lock, that the request's context still holds. */
  readonly confirms?: true;
};

/** Reads of a request, as its binding. */
export type ReadWork = {
  readonly binding: Binding;
  readonly db: ReadClient;
  /** Runs one hand-written statement (`queries/`). */
  readonly query: Query;
  /**
   * Answers a read as JSON text, or null where there is no row.
   *
   * @throws {UnsupportedQuery} for a read that only rows can answer.
   */
  json(read: JsonRead): Promise<string | null>;
};

/**
 * Work under an optimistic context, which the database hasn't confirmed: reads, whose result waits
 * for the confirmation, and a transaction that confirms the context itself.
 */
export type UnconfirmedWork = ReadWork & {
  /** Whether a transaction has confirmed the context. Then others may run as well. */
  isConfirmed(): boolean;
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options: TransactionOptions & { readonly confirms: true }): Promise<T>;
};

/** What a request may do with the database, all of it as one binding. */
export type UnitOfWork = ReadWork & {
  /**
   * Runs `work` in one transaction, which commits when it returns and rolls back when it throws. It
   * is run again, unless `once`, when PostgreSQL ends it because of others, such as in a deadlock.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** The unit of work of a tenant that is yet to be founded, under a new id: for sign-up. */
  founding(tenantId?: string): UnitOfWork & { readonly binding: { readonly tenantId: string } };
  /** The same person in another tenant: for staff, who name it, and for those it invited. */
  within(tenantId: string): UnitOfWork;
};

/** How long a transaction may be open, ms. */
const TRANSACTION_TIMEOUT_MS = 15_000;

/** A unit of work of a binding. Its first read takes the piggyback query along. */
export function unitOfWork(source: Source, binding: Binding, piggyback?: PiggybackQuery): UnitOfWork {
  const { pool, prisma, names } = source;
  const prelude = bindingPrelude(binding);
  const read = async <Row = string | null>(statement: ReadStatement, quick = false): Promise<ReadResult<Row>> => {
    if (!piggyback?.take()) return await pool.read<Row>(statement, { prelude, quick });
    try {
      return await pool.read<Row>(statement, { prelude: withPiggyback(prelude, piggyback), quick });
    } catch (error) {
      piggyback.fail(error);
      throw error;
    }
  };
  const readText = async (statement: ReadStatement) => (await read(statement, true)).rows[0]!;
  const runnerOf = (quick: boolean) => ({
    prisma,
    target: () => poolTarget(pool, prelude, TRANSACTION_TIMEOUT_MS),
    engine: source.engine?.({ run: async ({ text, values }) => parseRows(await read({ text, values, name: names.of(text) }, quick)) }),
  });
  const openModels = () => {
    const [runner, byKeyRunner] = [runnerOf(false), runnerOf(true)];
    return boundModels(binding, (model, operation, scoped) =>
      runOperation(isByKey(operation) ? byKeyRunner : runner, model, operation, scoped),
    );
  };
  let models: TenantClient | undefined; // Most requests read JSON and need none.
  return {
    binding,
    get db() {
      models ??= openModels();
      return models;
    },
    query: async <Row>(text: string, values: readonly unknown[]) =>
      (await read<Row>({ text, values, name: names.of(text), types: EXACT_TYPES })).rows,
    founding: (tenantId = uuid()) => unitOfWork(source, { tenantId, personId: null }) as ReturnType<UnitOfWork['founding']>,
    within: tenantId => unitOfWork(source, { ...binding, tenantId }),
    json: async jsonRead => {
      if (!source.json) throw new UnsupportedQuery('operation');
      return await source.json(jsonRead, binding, readText);
    },
    transaction: (work, { once = false } = {}) =>
      inTransaction(pool, prelude, transaction => work(transactionOf(source, binding, transaction)), {
        timeout: TRANSACTION_TIMEOUT_MS,
        ...(once && { tries: 1 }),
      }),
  };
}

function transactionOf({ prisma, names, engine }: Source, binding: Binding, transaction: DriverTransaction): Transaction {
  const statement = (text: string, values: readonly unknown[]) => ({ text, values, name: names.of(text) });
  const runner = {
    prisma,
    target: () => transactionTarget(transaction),
    runSteps: <T>(work: () => Promise<T>) => transaction.runExclusive(work),
    engine: engine?.({
      run: async ({ text, values }) => parseRows(await transaction.query({ ...statement(text, values), isText: true })),
      inTransaction: true,
    }),
  };
  return {
    db: boundModels(binding, (model, operation, scoped) => runOperation(runner, model, operation, scoped)),
    query: async <Row>(text: string, values: readonly unknown[]) =>
      (await transaction.query({ ...statement(text, values), types: EXACT_TYPES })).rows as Row[],
    enqueue: (text, values) => transaction.enqueue({ ...statement(text, values), isSilent: true }),
    enqueueWrite: write => void write.catch(() => {}),
  };
}
