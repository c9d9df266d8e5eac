import { Connection } from './connection.ts';
import { DriverStatistics } from './statistics.ts';

export type BasePoolOptions = {
  readonly connectionString: string;
  /** Connections at most. */
  readonly max?: number | undefined;
  /** How long {@link BasePool.acquire} waits, ms; without it, for ever. */
  readonly connectTimeout?: number | undefined;
  /** How long an unused connection stays open, ms. */
  readonly idleTimeout?: number | undefined;
  readonly applicationName?: string | undefined;
  /** Called with the error of a connection that broke while nobody used it. */
  readonly onIdleError?: ((error: Error) => void) | undefined;
};

/** A new connection costs a process, an authentication, and all its prepared statements. */
const IDLE_TIMEOUT_MS = 60_000;

type Waiter = { readonly since: number; resolve(connection: Connection): void; reject(error: Error): void };
type Idle = { readonly since: number; readonly connection: Connection };

/**
 * A connection pool. A released connection goes to the waiter that waits longest, or else becomes
 * idle; the last one to become idle is used first, so that the others can be closed. Each
 * connection is opening, idle, or in use; together they are never more than `max`.
 */
export class BasePool {
  readonly statistics = new DriverStatistics();
  readonly #waiters: Waiter[] = [];
  /** In the order in which they became idle. */
  readonly #idle: Idle[] = [];
  readonly #inUse = new Set<Connection>();
  readonly #closing = new Set<Promise<void>>();
  #opening = 0;
  #waitTimer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #ended: Promise<void> | undefined;
  #onEmpty: (() => void) | undefined;

  constructor(private readonly options: BasePoolOptions) {}

  get totalCount(): number {
    return this.#opening + this.#idle.length + this.#inUse.size;
  }

  get idleCount(): number {
    return this.#idle.length;
  }

  get waitingCount(): number {
    return this.#waiters.length;
  }

  /**
   * A connection, to be released again.
   *
   * @throws what failed the connecting, or an error that {@link isUnreachable} after the timeout.
   */
  acquire(): Promise<Connection> {
    if (this.#ended) return Promise.reject(new Error('the pool has been closed'));
    const idle = this.#idle.pop();
    if (idle) {
      this.#inUse.add(idle.connection);
      this.statistics.poolWaits.observe(0);
      return Promise.resolve(idle.connection);
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ since: performance.now(), resolve, reject });
      this.#openForWaiters();
      this.#watchWaiters();
    });
  }

  /** Takes a connection back; one that is broken is closed. */
  release(connection: Connection, broken?: Error | undefined): void {
    if (!this.#inUse.has(connection)) throw new Error('a connection was released twice');
    if (broken || !connection.isOpen) {
      this.#close(connection);
      return;
    }
    const next = this.#waiters.shift();
    if (next) {
      this.statistics.poolWaits.observeMs(performance.now() - next.since);
      next.resolve(connection);
    } else if (this.#ended) this.#close(connection);
    else {
      this.#inUse.delete(connection);
      this.#idle.push({ since: performance.now(), connection });
      this.#watchIdle();
    }
  }

  /** Closes all connections, those in use once they are released. Waiters are still served. */
  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end() {
    clearTimeout(this.#idleTimer);
    for (const { connection } of this.#idle.splice(0)) this.#close(connection);
    if (this.totalCount)
      await new Promise<void>(resolve => {
        this.#onEmpty = resolve;
      });
    await Promise.all(this.#closing);
  }

  #openForWaiters() {
    const { max = 10 } = this.options;
    while (this.#opening < this.#waiters.length && this.totalCount < max) void this.#open();
    if (!this.totalCount) this.#onEmpty?.();
  }

  async #open() {
    this.#opening += 1;
    const since = performance.now();
    const { connectionString, connectTimeout = 0, applicationName } = this.options;
    const connection = new Connection({
      connectionString,
      connectionTimeoutMillis: connectTimeout,
      ...(applicationName && { application_name: applicationName }),
    });
    // In use, a connection that breaks fails its statement; without a listener it would end the
    // process.
    connection.on('error', error => this.#onError(connection, error));
    try {
      await connection.connect();
      this.#opening -= 1;
      this.#inUse.add(connection);
      this.release(connection);
    } catch (error) {
      this.#opening -= 1;
      this.#rejectWaiters(error as Error, since);
      this.#openForWaiters();
    }
  }

  #close(connection: Connection) {
    this.#inUse.delete(connection);
    const closed = connection.end().then(() => void this.#closing.delete(closed));
    this.#closing.add(closed);
    this.#openForWaiters();
  }

  #onError(connection: Connection, error: Error) {
    const at = this.#idle.findIndex(idle => idle.connection === connection);
    if (at < 0) return;
    this.#idle.splice(at, 1);
    this.#close(connection);
    this.options.onIdleError?.(error);
  }

  /** Rejects those who have waited since a moment, or longer. */
  #rejectWaiters(error: Error, since: number) {
    while (this.#waiters[0] && this.#waiters[0].since <= since) {
      this.statistics.failedWaits += 1;
      this.#waiters.shift()!.reject(error);
    }
  }

  /** One timer for all who wait, set for the one who waits longest. */
  #watchWaiters() {
    const { connectTimeout } = this.options;
    const [first] = this.#waiters;
    if (!connectTimeout || !first || this.#waitTimer) return;
    this.#waitTimer = setTimeout(
      () => {
        this.#waitTimer = undefined;
        this.#rejectWaiters(new Error('timeout exceeded when trying to connect'), performance.now() - connectTimeout);
        this.#watchWaiters();
      },
      Math.ceil(first.since + connectTimeout - performance.now()),
    ).unref();
  }

  /** One timer for all idle connections, set for the one that is idle longest. */
  #watchIdle() {
    const { idleTimeout = IDLE_TIMEOUT_MS } = this.options;
    const [first] = this.#idle;
    if (!first || this.#idleTimer) return;
    this.#idleTimer = setTimeout(
      () => {
        this.#idleTimer = undefined;
        const since = performance.now() - idleTimeout;
        while (this.#idle[0] && this.#idle[0].since <= since) this.#close(this.#idle.shift()!.connection);
        this.#watchIdle();
      },
      Math.ceil(first.since + idleTimeout - performance.now()),
    ).unref();
  }
}
