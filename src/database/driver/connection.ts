import pg from 'pg';
import { Batch, type Outcome } from './batch.ts';
import { requestCancel, type Session } from './caller.ts';
import { PreparedStatements } from './prepared-statements.ts';
import type { ReadQuery } from './read-query.ts';
import type { Statement } from './statement.ts';

/**
 * A connection of the pool. A prelude goes under the same Sync as its statement, hence in one
 * implicit transaction, and nothing of it outlives that transaction, which makes it safe behind
 * PgBouncer in transaction mode. This relies on the internals of pg's queries: pg is pinned, and
 * test/database/driver/pool.test.ts holds what is needed. The figures are in
 * docs/decisions/0002-isolation.md.
 */
export class Connection extends pg.Client {
  readonly #prepared = new PreparedStatements();
  #isCanceled = false;

  /** One read, which is a transaction of its own. */
  read(readQuery: ReadQuery): void {
    readQuery.prepared = readQuery.usesNames ? this.#prepared : null;
    super.query(readQuery as never);
  }

  /**
   * Statements under one Sync: one round trip and, outside of a transaction, one implicit
   * transaction.
   */
  run(statements: readonly Statement[], usesNames: boolean): Promise<Outcome> {
    return new Promise(resolve => {
      super.query(new Batch(statements, usesNames ? this.#prepared : null, resolve) as never);
    });
  }

  /**
   * Cancels what it runs. It can't be used any more: a cancel that PostgreSQL receives late would
   * end the statement of another caller.
   */
  cancel(): void {
    this.#isCanceled = true;
    requestCancel(this as unknown as Session);
  }

  /** Whether it can still be used. */
  get isOpen(): boolean {
    const { _queryable, _ending } = this as unknown as { readonly _queryable: boolean; readonly _ending: boolean };
    return _queryable && !_ending && !this.#isCanceled;
  }

  /** Whether a transaction is open, failed or not. */
  get isInTransaction(): boolean {
    const status = (this as unknown as { getTransactionStatus(): string | null }).getTransactionStatus();
    return status === 'T' || status === 'E';
  }
}
