import { AsyncLocalStorage } from 'node:async_hooks';
import { PrismaPg } from '@prisma/adapter-pg';
import type {
  Transaction as PrismaTransaction,
  SqlDriverAdapter,
  SqlDriverAdapterFactory,
  SqlQueryable,
} from '@prisma/driver-adapter-utils';
import type pg from 'pg';
import type { ConnectionPool } from './pool.ts';
import type { Prelude, Statement } from './statement.ts';
import type { StatementObserver } from './statistics.ts';
import { Transaction } from './transaction.ts';

/** Runs the statements of Prisma. */
export type StatementRunner = { query(statement: Statement): Promise<pg.QueryResult> };

/** Where Prisma's statements go, and its transactions. */
export type PrismaTarget = StatementRunner & { begin(): Promise<NestedTransaction> };
type NestedTransaction = StatementRunner & { commit(): Promise<void>; rollback(): Promise<void> };

/** Each statement in a transaction of its own, with a prelude. */
export const poolTarget = (pool: ConnectionPool, prelude: Prelude, timeout: number, observer?: StatementObserver): PrismaTarget => ({
  query: statement => pool.query(statement, prelude, observer),
  begin: async () => {
    const transaction = new Transaction(pool, prelude, { timeout, naming: pool.naming, observer });
    return {
      query: statement => transaction.query(statement),
      commit: () => transaction.commit().finally(() => transaction.end()),
      rollback: () => transaction.end(),
    };
  },
});

/** Every statement in a transaction that is open; Prisma's transactions are savepoints in it. */
export function transactionTarget(transaction: Pick<Transaction, 'query'>): PrismaTarget {
  const query = (statement: Statement) => transaction.query(statement);
  const run = async (text: string) => void (await query({ text, isSilent: true }));
  const begin = async () => {
    await run('SAVEPOINT nested');
    const commit = () => run('RELEASE SAVEPOINT nested');
    const rollback = () => run('ROLLBACK TO SAVEPOINT nested').then(commit);
    return { query, commit, rollback };
  };
  return { query, begin };
}

const targets = new AsyncLocalStorage<PrismaTarget>();

/**
 * Runs `work` with Prisma's statements going to `target`. Nothing that Prisma passes to a driver
 * says for whom a statement is, so an AsyncLocalStorage carries that: the only one.
 */
export const runPrismaOn = <T>(target: PrismaTarget, work: () => Promise<T>): Promise<T> => targets.run(target, async () => await work());

/** @throws for a statement that Prisma issues outside of {@link runPrismaOn}. */
export function currentTarget(): PrismaTarget {
  const target = targets.getStore();
  if (!target) throw new Error('Prisma may only run statements within runPrismaOn');
  return target;
}

/**
 * Prisma's driver. The conversion of values, types and errors is that of {@link PrismaPg}, which
 * runs each statement on the client it is given: here, the target in force.
 */
export class PrismaAdapter implements SqlDriverAdapterFactory {
  readonly provider = 'postgres';
  readonly adapterName = 'ipto-gateway';

  async connect(): Promise<SqlDriverAdapter> {
    const stock = await new PrismaPg({}).connect(); // connects with its first statement: never
    const on = (client: StatementRunner): SqlQueryable => Object.create(stock, { client: { value: client } });
    const queryable = on({ query: statement => currentTarget().query(statement) });
    return {
      ...operationsOf(queryable),
      executeScript: async () => {
        throw new Error('scripts are not supported');
      },
      startTransaction: async isolationLevel => {
        if (isolationLevel) throw new Error('isolation levels are not supported');
        const nested = await currentTarget().begin();
        return transactionOf(on(nested), nested);
      },
      getConnectionInfo: () => stock.getConnectionInfo(),
      dispose: () => stock.dispose(),
    };
  }
}

const operationsOf = (queryable: SqlQueryable): SqlQueryable => ({
  provider: queryable.provider,
  adapterName: queryable.adapterName,
  queryRaw: query => queryable.queryRaw(query),
  executeRaw: query => queryable.executeRaw(query),
});

/** With a phantom query Prisma calls `commit` and `rollback` in place of sending COMMIT itself. */
const transactionOf = (queryable: SqlQueryable, { commit, rollback }: NestedTransaction): PrismaTransaction => ({
  ...operationsOf(queryable),
  options: { usePhantomQuery: true },
  commit,
  rollback,
});
