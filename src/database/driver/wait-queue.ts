import type { Connection } from './connection.ts';

export type Waiter = {
  /** A moment of `performance.now()`, ms. */
  readonly since: number;
  readonly owner: string | null;
  resolve(connection: Connection): void;
  reject(error: Error): void;
};

/** Callers that wait for a connection, in their order; each waits for `timeout` ms at most. */
export class WaitQueue {
  readonly #waiters: Waiter[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param onRejected called for each waiter that is rejected. */
  constructor(
    private readonly timeout: number | undefined,
    private readonly onRejected: () => void,
  ) {}

  get length(): number {
    return this.#waiters.length;
  }

  add(waiter: Waiter): void {
    this.#waiters.push(waiter);
    this.#watch();
  }

  /** Takes the one that waits longest among those whose owner may have a connection. */
  next(mayHave: (owner: string | null) => boolean): Waiter | undefined {
    const at = this.#waiters.findIndex(({ owner }) => mayHave(owner));
    return at < 0 ? undefined : this.#waiters.splice(at, 1)[0];
  }

  /** Rejects those who have waited since a moment, or longer. */
  rejectSince(since: number, error: Error): void {
    while (this.#waiters[0] && this.#waiters[0].since <= since) {
      this.onRejected();
      this.#waiters.shift()!.reject(error);
    }
  }

  /** One timer for all who wait, set for the one who waits longest. */
  #watch() {
    const { timeout } = this;
    const [first] = this.#waiters;
    if (!timeout || !first || this.#timer) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.rejectSince(performance.now() - timeout, new Error('timeout exceeded when trying to connect'));
        this.#watch();
      },
      Math.ceil(first.since + timeout - performance.now()),
    ).unref();
  }
}
