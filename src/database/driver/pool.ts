import type pg from 'pg';
import { BasePool, type BasePoolOptions } from './base-pool.ts';
import { isBroken, isUnknownStatement } from './failure.ts';
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
  /** Shares a connection with other quick reads (pipelined-reads.ts). */
  readonly quick?: boolean;
};

/**
 * The connection pool, with single statements. A name stands for a text, so the worst that a pooler
 * in between can do is not to know one: the statement has not run then, is run again without its
 * name, and names are used no more.
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

  /** Has all statements go without names from now on. */
  disableNamedStatements(): void {
    this.#naming = false;
  }

  /** One statement, with its prelude, in a transaction of its own. */
  async query(statement: Statement, prelude?: Prelude): Promise<pg.QueryResult> {
    const { naming } = this;
    const connection = await this.acquire();
    const { results, error } = await connection.run(prelude ? [{ ...prelude, isSilent: true }, statement] : [statement], naming);
    this.release(connection, error && isBroken(error) ? error : undefined);
    if (!error) return results.at(-1)!;
    if (!naming || !isUnknownStatement(error)) throw error;
    this.disableNamedStatements();
    return await this.query(statement, prelude);
  }

  /** One read, with its prelude, in a transaction of its own. */
  async read<Row = string | null>(statement: ReadStatement, { prelude, quick = false }: ReadOptions = {}): Promise<ReadResult<Row>> {
    const once = (naming: boolean) =>
      new Promise<ReadResult<Row>>((resolve, reject) => {
        const settle = (error: Error | null, result: ReadResult<unknown>) => (error ? reject(error) : resolve(result as ReadResult<Row>));
        const readQuery = new ReadQuery(statement, prelude, naming, settle);
        if (quick) this.#pipelinedReads.take(readQuery);
        else void this.#runAlone(readQuery);
      });
    const { naming } = this;
    try {
      return await once(naming);
    } catch (error) {
      if (!naming || !isUnknownStatement(error)) throw error;
      this.disableNamedStatements();
      return await once(false);
    }
  }

  async #runAlone(readQuery: ReadQuery): Promise<void> {
    const connection = await this.acquire().catch(error => readQuery.fail(error));
    if (!connection) return;
    readQuery.onSettled = error => this.release(connection, error && isBroken(error) ? error : undefined);
    connection.read(readQuery);
  }
}
