import { Connection } from './connection.ts';
import { ConnectionShares } from './connection-shares.ts';
import { DriverStatistics } from './statistics.ts';
import { WaitQueue } from './wait-queue.ts';

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

const MAX = 10;

/** A new connection costs a process, an authentication, and all its prepared statements. */
const IDLE_TIMEOUT_MS = 60_000;

type Idle = { readonly since: number; readonly connection: Connection };

/**
 * A connection pool. A released connection goes to the oldest waiter among those whose owner may
 * have another one (`connection-shares.ts`), or else becomes idle; the last one to become idle is
 * used first, so that the others can be closed. Each connection is opening, idle, or in use;
 * together they are never more than `max`.
 */
export class BasePool {
  readonly statistics = new DriverStatistics();
  readonly #waiters: WaitQueue;
  /** In the order in which they became idle. */
  readonly #idle: Idle[] = [];
  /** Each with its owner. */
  readonly #inUse = new Map<Connection, string | null>();
  readonly #shares: ConnectionShares;
  readonly #closing = new Set<Promise<void>>();
  #opening = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  #ended: Promise<void> | undefined;
  #onEmpty: (() => void) | undefined;

  constructor(private readonly options: BasePoolOptions) {
    this.#shares = new ConnectionShares(options.max ?? MAX);
    this.#waiters = new WaitQueue(options.connectTimeout, () => {
      this.statistics.failedWaits += 1;
    });
  }

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
  acquire(owner: string | null = null): Promise<Connection> {
    if (this.#ended) return Promise.reject(new Error('the pool has been closed'));
    const idle = this.#shares.hasRoom(owner) ? this.#idle.pop() : undefined;
    if (idle) {
      this.#use(idle.connection, owner);
      this.statistics.poolWaits.observe(0);
      return Promise.resolve(idle.connection);
    }
    return new Promise((resolve, reject) => {
      this.#waiters.add({ since: performance.now(), owner, resolve, reject });
      this.#openForWaiters();
    });
  }

  /** Takes a connection back; one that is broken is closed. */
  release(connection: Connection, broken?: Error | undefined): void {
    if (!this.#inUse.has(connection)) throw new Error('a connection was released twice');
    if (broken || !connection.isOpen) {
      this.#close(connection);
      return;
    }
    this.#shares.remove(this.#inUse.get(connection)!);
    this.#inUse.delete(connection);
    const next = this.#waiters.next(owner => this.#ended !== undefined || this.#shares.hasRoom(owner));
    if (next) {
      this.#use(connection, next.owner);
      this.statistics.poolWaits.observeMs(performance.now() - next.since);
      next.resolve(connection);
    } else if (this.#ended) this.#close(connection);
    else {
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
    const { max = MAX } = this.options;
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
      this.#use(connection, null);
      this.release(connection);
    } catch (error) {
      this.#opening -= 1;
      this.#waiters.rejectSince(since, error as Error);
      this.#openForWaiters();
    }
  }

  #use(connection: Connection, owner: string | null) {
    this.#inUse.set(connection, owner);
    this.#shares.add(owner);
  }

  #close(connection: Connection) {
    this.#shares.remove(this.#inUse.get(connection) ?? null);
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
