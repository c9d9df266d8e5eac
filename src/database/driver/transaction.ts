import type pg from 'pg';
import type { Outcome } from './batch.ts';
import type { Connection } from './connection.ts';
import { isBroken, TransactionTimeoutError } from './failure.ts';
import type { ConnectionPool, RunOptions } from './pool.ts';
import { command } from './prepared-statements.ts';
import type { Prelude, Statement } from './statement.ts';

type Queued = {
  readonly statement: Statement;
  /** Whether somebody waits for the result: the queue is sent for those alone, or with COMMIT. */
  readonly isAwaited: boolean;
  readonly resolve: (result: pg.QueryResult) => void;
  readonly reject: (error: unknown) => void;
};

const [BEGIN, COMMIT, ROLLBACK] = ['BEGIN', 'COMMIT', 'ROLLBACK'].map(command) as [Statement, Statement, Statement];
const ignore = () => {};

type State = 'idle' | 'open' | 'committing' | 'failed' | 'ended';
const ACCEPTING: readonly State[] = ['idle', 'open'];

export type TransactionSettings = RunOptions & {
  /** How long it may be open, ms. */
  readonly timeout: number;
  readonly begin?: Statement;
};

/**
 * A transaction on one connection. Statements that are issued together, without awaiting each
 * other's results, go out in one batch; BEGIN and the prelude go with the first batch, and COMMIT
 * with the last.
 *
 * | state      | query, enqueue  | commit           | failure | timeout     | end      |
 * |------------|-----------------|------------------|---------|-------------|----------|
 * | idle       | open on query   | committing       | failed  |             | ended    |
 * | open       | queued          | committing       | failed  | failed, end | ROLLBACK |
 * | committing | throws          | throws           | failed  | ignored     | ended    |
 * | failed     | throws failure  | throws failure   |         |             | ROLLBACK |
 * | ended      | throws          | throws           |         |             |          |
 *
 * Idle: nothing was sent, and there is no connection yet; statements that were only enqueued are
 * sent by `commit`, under one Sync, which is a transaction without BEGIN. Failed: a statement or
 * the connection failed, or time was up; nothing is kept, and no later statement runs.
 */
export class Transaction {
  #state: State = 'idle';
  #failure: unknown;
  #queue: Queued[] = [];
  #isFlushScheduled = false;
  #flushing: Promise<void> | null = null;
  #exclusive: Promise<unknown> | null = null;
  #connection: Connection | null = null;
  #broken: Error | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ending: Promise<void> | undefined;

  constructor(
    private readonly pool: Pick<ConnectionPool, 'acquire' | 'release' | 'run'>,
    private readonly prelude: Prelude,
    private readonly settings: TransactionSettings,
  ) {}

  /** Why nothing is kept, if something failed. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Runs one statement, with those that are issued before the current tick ends. */
  query(statement: Statement): Promise<pg.QueryResult> {
    return this.#issue(statement, ACCEPTING);
  }

  /** Queues a statement whose result nobody awaits; if it fails, the transaction fails. */
  enqueue(statement: Statement): void {
    this.#checkState(ACCEPTING);
    this.#queue.push({ statement, isAwaited: false, resolve: ignore, reject: ignore });
  }

  /** Runs `work`, which issues statements step by step, alone among such work. COMMIT waits. */
  async runExclusive<T>(work: () => Promise<T>): Promise<T> {
    const previous = this.#exclusive;
    const result = (async () => {
      await previous;
      return await work();
    })();
    const settled = result.then(ignore, ignore).then(() => {
      if (this.#exclusive === settled) this.#exclusive = null;
    });
    this.#exclusive = settled;
    return await result;
  }

  /** @throws the failure, if nothing is kept. */
  async commit(): Promise<void> {
    while (this.#exclusive) await this.#exclusive;
    this.#checkState(ACCEPTING);
    const hasBegun = this.#state === 'open';
    this.#state = 'committing';
    if (hasBegun) {
      const { command } = await this.#issue(COMMIT, ['committing']);
      if (command !== 'COMMIT') throw new Error('the transaction was rolled back');
    } else if (this.#queue.length) await this.#send([{ ...this.prelude, isSilent: true }]);
    if (this.#failure) throw this.#failure;
  }

  /** Releases the connection, after a rollback of what was not committed. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end() {
    clearTimeout(this.#timer);
    this.#state = 'ended';
    while (this.#flushing) await this.#flushing;
    const connection = this.#connection;
    if (!connection) return;
    if (!this.#broken && connection.isInTransaction) {
      const { error } = await connection.run([ROLLBACK], this.settings.naming);
      if (error) this.#broken = error;
    }
    this.pool.release(connection, this.#broken);
  }

  /** @throws the failure, or an error for a state that isn't listed. */
  #checkState(allowed: readonly State[]) {
    if (this.#failure) throw this.#failure;
    if (!allowed.includes(this.#state)) throw new Error('the transaction is over');
  }

  #issue(statement: Statement, allowed: readonly State[]): Promise<pg.QueryResult> {
    return new Promise((resolve, reject) => {
      this.#checkState(allowed);
      this.#queue.push({ statement, isAwaited: true, resolve, reject });
      this.#scheduleFlush();
    });
  }

  #fail(error: unknown) {
    this.#failure ??= error;
    if (this.#state !== 'ended') this.#state = 'failed';
  }

  #scheduleFlush() {
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    process.nextTick(() => {
      this.#isFlushScheduled = false;
      this.#flush();
    });
  }

  #flush() {
    if (this.#flushing || !this.#queue.some(({ isAwaited }) => isAwaited)) return;
    const first = this.#state === 'idle' ? [this.settings.begin ?? BEGIN, { ...this.prelude, isSilent: true }] : [];
    if (this.#state === 'idle') this.#state = 'open';
    this.#flushing = this.#send(first).finally(() => {
      this.#flushing = null;
      this.#flush();
    });
  }

  /** Sends the queue, after the statements given. */
  async #send(first: readonly Statement[]): Promise<void> {
    const sent = this.#queue.splice(0);
    if (this.#state === 'failed' || this.#state === 'ended') {
      for (const { reject } of sent) reject(this.#failure ?? new Error('the transaction is over'));
      return;
    }
    const { results, error } = await this.#run(
      first,
      sent.map(({ statement }) => statement),
    );
    if (error) this.#fail(error);
    if (error && isBroken(error)) this.#broken = error;
    sent.forEach(({ resolve, reject }, place) => {
      const result = results[first.length + place];
      if (result) resolve(result);
      else reject(error);
    });
  }

  async #run(first: readonly Statement[], statements: readonly Statement[]): Promise<Pick<Outcome, 'results' | 'error'>> {
    const { timeout } = this.settings;
    if (!this.#connection) {
      const acquired = await this.pool.acquire(this.prelude.owner).catch((error: Error) => error);
      if (acquired instanceof Error) return { results: [], error: acquired };
      this.#connection = acquired;
      if (this.#state === 'open') this.#timer = setTimeout(() => this.#expire(timeout), timeout);
    }
    return await this.pool.run(this.#connection, first, statements, this.settings);
  }

  #expire(timeout: number) {
    if (this.#state !== 'open') return;
    this.#fail(new TransactionTimeoutError(`a transaction took longer than ${timeout} ms`));
    void this.end();
  }
}
