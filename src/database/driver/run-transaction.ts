import { isConflict } from './failure.ts';
import type { ConnectionPool } from './pool.ts';
import type { Prelude } from './statement.ts';
import type { StatementObserver } from './statistics.ts';
import { Transaction } from './transaction.ts';

/** How a transaction is run. */
export type TransactionOptions = {
  /** How long it may be open, ms. */
  readonly timeout: number;
  /** Runs it at most so many times; 1 for work with effects outside of the database. */
  readonly tries?: number;
  readonly observer?: StatementObserver | undefined;
};

const MAX_TRIES = 3;

/**
 * Runs `work` in one transaction, which commits when it returns and rolls back when it throws. It
 * is run again when PostgreSQL ended it because of others (a deadlock, a serialization failure) or
 * when a prepared statement was stale: nothing was kept then.
 */
export async function inTransaction<T>(
  pool: ConnectionPool,
  prelude: Prelude,
  work: (transaction: Transaction) => Promise<T>,
  { timeout, tries = MAX_TRIES, observer }: TransactionOptions,
): Promise<T> {
  let usesNames = tries > 1;
  for (let left = tries; ; left -= 1) {
    const naming = usesNames && pool.naming;
    const transaction = new Transaction(pool, prelude, { timeout, naming, observer });
    try {
      const result = await work(transaction);
      await transaction.commit();
      return result;
    } catch (error) {
      const { failure } = transaction;
      const isStale = naming && pool.canRunUnnamed(failure);
      if (isStale) usesNames = false;
      if (left <= 1 || !(isStale || isConflict(failure))) throw error;
    } finally {
      await transaction.end();
    }
  }
}
