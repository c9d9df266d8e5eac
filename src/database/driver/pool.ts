import type pg from 'pg';
import { BasePool, type BasePoolOptions } from './base-pool.ts';
import type { Outcome } from './batch.ts';
import { type Caller, CallerLeftError } from './caller.ts';
import type { Connection } from './connection.ts';
import { isBroken, staleStatement } from './failure.ts';
import type { PiggybackQuery } from './piggyback-query.ts';
import { PipelinedReads } from './pipelined-reads.ts';
import { ReadQuery, type ReadResult, type ReadStatement } from './read-query.ts';
import type { Prelude, Statement } from './statement.ts';
import type { StatementObserver } from './statistics.ts';

export type PoolOptions = BasePoolOptions & {
  /** Whether statements that have a name are prepared, once a connection. */
  readonly naming?: boolean | undefined;
};

/** How statements are run. */
export type RunOptions = {
  /** Whether statements that have a name are prepared. */
  readonly naming: boolean;
  readonly observer?: StatementObserver | undefined;
};

/** How a read is run. */
export type ReadOptions = {
  readonly prelude?: Prelude | undefined;
  /** The query whose result is the last column of the prelude. */
  readonly piggyback?: PiggybackQuery | undefined;
  /** Shares a connection with other quick reads (pipelined-reads.ts). */
  readonly quick?: boolean;
  readonly observer?: StatementObserver | undefined;
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

  /** Connections with pipelined reads in flight, and those reads. */
  get pipelines(): PipelinedReads['inFlight'] {
    return this.#pipelinedReads.inFlight;
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
  query(statement: Statement, prelude?: Prelude, observer?: StatementObserver): Promise<pg.QueryResult> {
    const { naming } = this;
    return this.#query(statement, prelude, { naming, observer }).catch(error => {
      if (!naming || !this.canRunUnnamed(error)) throw error;
      return this.#query(statement, prelude, { naming: false, observer });
    });
  }

  async #query(statement: Statement, prelude: Prelude | undefined, options: RunOptions): Promise<pg.QueryResult> {
    const { caller } = options.observer ?? {};
    const connection = await this.#acquireFor(caller, prelude?.owner);
    const first = prelude ? [{ ...prelude, isSilent: true }] : [];
    caller?.began(connection);
    const { results, error } = await this.run(connection, first, [statement], options);
    caller?.ended(connection);
    this.release(connection, error && isBroken(error) ? error : undefined);
    if (error) throw error;
    return results.at(-1)!;
  }

  /** One read, with its prelude, in a transaction of its own. */
  read<Row = string | null>(
    statement: ReadStatement,
    { prelude, piggyback, quick = false, observer }: ReadOptions = {},
  ): Promise<ReadResult<Row>> {
    return new Promise((resolve, reject) => {
      if (observer?.caller?.hasLeft) return reject(new CallerLeftError('the caller left'));
      const run = (naming: boolean) => {
        const readQuery = new ReadQuery(statement, prelude, piggyback, naming, (error, result) => {
          if (readQuery.sentAt) this.#observed(statement, readQuery.sentAt, performance.now(), error, observer);
          if (!error) resolve(result as ReadResult<Row>);
          else if (naming && this.canRunUnnamed(error)) run(false);
          else reject(error);
        });
        readQuery.caller = observer?.caller;
        const owner = prelude?.owner ?? null;
        if (quick) this.#pipelinedReads.take(readQuery, owner);
        else void this.#runAlone(readQuery, owner);
      };
      run(this.naming);
    });
  }

  /**
   * Runs statements under one Sync, after `first` ones that are neither counted nor reported. Each
   * lasts from the end of the one before it.
   */
  async run(
    connection: Connection,
    first: readonly Statement[],
    statements: readonly Statement[],
    { naming, observer }: RunOptions,
  ): Promise<Outcome> {
    const outcome = await connection.run([...first, ...statements], naming);
    const { error, sentAt, endedAt } = outcome;
    for (let at = first.length; at < endedAt.length; at += 1) {
      const failure = at === endedAt.length - 1 ? error : null;
      this.#observed(statements[at - first.length]!, endedAt[at - 1] ?? sentAt, endedAt[at]!, failure, observer);
    }
    return outcome;
  }

  #observed({ text }: Pick<Statement, 'text'>, sentAt: number, endedAt: number, error: Error | null, observer?: StatementObserver): void {
    this.statistics.statement(text, sentAt, endedAt, error);
    observer?.statement(text, sentAt, endedAt, error);
  }

  async #runAlone(readQuery: ReadQuery, owner: string | null): Promise<void> {
    const { caller } = readQuery;
    const connection = await this.#acquireFor(caller, owner).catch(error => readQuery.fail(error));
    if (!connection) return;
    caller?.began(connection);
    readQuery.onSettled = error => {
      caller?.ended(connection);
      this.release(connection, error && isBroken(error) ? error : undefined);
    };
    connection.read(readQuery);
  }

  /** @throws {CallerLeftError} if the caller left, before or while it waited. */
  async #acquireFor(caller: Caller | undefined, owner: string | null | undefined): Promise<Connection> {
    const connection = await this.acquire(owner);
    if (!caller?.hasLeft) return connection;
    this.release(connection);
    throw new CallerLeftError('the caller left');
  }
}
