import type pg from 'pg';
import type { PooledClient } from './pool.ts';

type Waiter = { readonly since: number; resolve(client: PooledClient): void; reject(error: Error): void };

/** What is known of the pool that connections come from. */
type Pool = Pick<pg.Pool, 'totalCount' | 'idleCount' | 'waitingCount' | 'options'>;

/** What is asked of it. */
type PoolHooks = {
  /** Asks for a connection, or waits in the pool's own queue. */
  connect(callback: (error: Error | undefined, client: PooledClient | undefined) => void): void;
  /** Makes a connection ready for whoever is next. */
  prepare(client: PooledClient): void;
};

/**
 * Those who wait for a connection, first come, first served. One that is put back goes to the next
 * of them at once: pg's own pool would set a timer for the connection, another for whoever waits,
 * and two listeners, of which a transaction under load is done before any is needed. Of the pool
 * they ask for as many as it has, and for one more, which stands in its queue for all of them;
 * while others stand there as well, what is put back goes to the pool.
 */
export class WaitQueue {
  readonly #waiting: Waiter[] = [];
  #asks = 0;
  #watch: NodeJS.Timeout | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly hooks: PoolHooks,
  ) {}

  take(): Promise<PooledClient> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ since: performance.now(), resolve, reject });
      this.#query();
      this.#watchOver();
    });
  }

  /**
   * Hands on a connection that is as good as new; false where nobody waits, or others wait in the
   * pool's queue.
   */
  pass(client: PooledClient): boolean {
    if (!this.#waiting.length || this.pool.waitingCount > this.#asks || !client.isOpen) return false;
    this.#hand(client);
    return true;
  }

  /** Whether there is a connection that nobody has to put back first. */
  get #hasMore() {
    const { idleCount, totalCount, options } = this.pool;
    return idleCount > 0 || totalCount < options.max!;
  }

  #hand(client: PooledClient) {
    this.hooks.prepare(client);
    this.#waiting.shift()!.resolve(client);
  }

  #query() {
    if (this.#asks >= this.#waiting.length || (this.#asks && !this.#hasMore)) return;
    this.#asks += 1;
    const since = performance.now();
    this.hooks.connect((error, client) => {
      this.#asks -= 1;
      if (error) this.#fail(error, since);
      else if (this.#waiting.length) this.#hand(client!);
      else client!.release();
      this.#query();
    });
  }

  /** Tells all who wait since then. */
  #fail(error: Error, since: number) {
    while (this.#waiting[0] && this.#waiting[0].since <= since) this.#waiting.shift()!.reject(error);
  }

  /** One timer for all of them: it may find that nobody waits any more, or not for so long. */
  #watchOver() {
    const { connectionTimeoutMillis: patience } = this.pool.options;
    const [first] = this.#waiting;
    if (!patience || !first || this.#watch) return;
    this.#watch = setTimeout(
      () => {
        this.#watch = undefined;
        this.#fail(new Error('timeout exceeded when trying to connect'), performance.now() - patience);
        this.#watchOver();
      },
      Math.ceil(first.since + patience - performance.now()),
    ).unref();
  }
}
