import type pg from 'pg';
import { BasePool, type BasePoolOptions } from './base-pool.ts';
import { isBroken, staleStatement } from './failure.ts';
import type { PiggybackQuery } from './piggyback-query.ts';
import { PipelinedReads } from './pipelined-reads.ts';
import { ReadQuery, type ReadResult, type ReadStatement } from './read-query.ts';
import type { Prelude, Statement } from './statement.ts';

export type PoolOptions = BasePoolOptions & {
  /** Whether statements that have a name are prepared, once a connection. */
  readonly naming?: boolean | undefined;
};

/** How a read is run. */
export type ReadOptions = {
  readonly prelude?: Prelude | undefined;
  /** The query whose result is the last column of the prelude. */
  readonly piggyback?: PiggybackQuery | undefined;
  /** Shares a connection with other quick reads (pipelined-reads.ts). */
  readonly quick?: boolean;
};

/**
 * The connection pool, with single statements. A name stands for a text, so the worst that can
 * happen to one is that the server doesn't know it, or that its tables changed: the statement has
 * not run then, and is run again without its name.
 */
export class ConnectionPool extends BasePool {
  #naming: boolean;
  readonly #pipelinedReads = new PipelinedReads(this);

  constructor({ naming = false, ...options }: PoolOptions) {
    super(options);
    this.#naming = naming;
  }

  /** Whether statements are prepared under names. */
  get naming(): boolean {
    return this.#naming;
  }

  /**
   * Whether what failed may succeed without names, because a prepared statement was stale. Where
   * the server doesn't know names, they are used no more.
   */
  canRunUnnamed(error: unknown): boolean {
    const stale = staleStatement(error);
    if (stale === 'unknown') this.#naming = false;
    return stale !== null;
  }

  /** One statement, with its prelude, in a transaction of its own. */
  query(statement: Statement, prelude?: Prelude): Promise<pg.QueryResult> {
    const { naming } = this;
    return this.#query(statement, prelude, naming).catch(error => {
      if (!naming || !this.canRunUnnamed(error)) throw error;
      return this.#query(statement, prelude, false);
    });
  }

  async #query(statement: Statement, prelude: Prelude | undefined, naming: boolean): Promise<pg.QueryResult> {
    const connection = await this.acquire();
    const { results, error } = await connection.run(prelude ? [{ ...prelude, isSilent: true }, statement] : [statement], naming);
    this.release(connection, error && isBroken(error) ? error : undefined);
    if (error) throw error;
    return results.at(-1)!;
  }

  /** One read, with its prelude, in a transaction of its own. */
  read<Row = string | null>(statement: ReadStatement, { prelude, piggyback, quick = false }: ReadOptions = {}): Promise<ReadResult<Row>> {
    return new Promise((resolve, reject) => {
      const run = (naming: boolean) => {
        const readQuery = new ReadQuery(statement, prelude, piggyback, naming, (error, result) => {
          if (!error) resolve(result as ReadResult<Row>);
          else if (naming && this.canRunUnnamed(error)) run(false);
          else reject(error);
        });
        if (quick) this.#pipelinedReads.take(readQuery);
        else void this.#runAlone(readQuery);
      };
      run(this.naming);
    });
  }

  async #runAlone(readQuery: ReadQuery): Promise<void> {
    const connection = await this.acquire().catch(error => readQuery.fail(error));
    if (!connection) return;
    readQuery.onSettled = error => this.release(connection, error && isBroken(error) ? error : undefined);
    connection.read(readQuery);
  }
}
