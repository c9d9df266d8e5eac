import type { ServerResponse } from 'node:http';
import { Histogram } from '../../counters/histogram.ts';
import { GatewayError } from '../../domain/core/errors.ts';

/** Requests that are executed at once for each connection of the pool: as many as share one. */
const PER_CONNECTION = 8;

/** How long a request waits for its turn, ms. */
const MAX_WAIT_MS = 15_000;

type Waiter = { start(): void };

/** How long requests waited, and how many were refused. */
export class QueueCounts {
  readonly waits = new Histogram();
  refused = 0;
}

export type QueueLimits = {
  /** Requests that are executed at once, of all owners and of one. */
  readonly running: number;
  readonly runningOfOne: number;
  /** Requests that wait, of all owners and of one. */
  readonly waiting: number;
  readonly waitingOfOne: number;
};

/** The limits for a pool of connections. One owner has half of what there is. */
export const queueLimits = (poolSize = 10): QueueLimits => ({
  running: poolSize * PER_CONNECTION,
  runningOfOne: (poolSize * PER_CONNECTION) / 2,
  waiting: poolSize * PER_CONNECTION * 16,
  waitingOfOne: poolSize * PER_CONNECTION * 4,
});

/**
 * Lets requests in, in front of the pool. One owner (a tenant, or a caller without one) has only
 * some of them executed at once; those that wait get their turn owner by owner, so that a tenant's
 * flood holds up itself. Letting in a request that needn't wait allocates nothing.
 */
export class RequestQueue {
  readonly counts = new QueueCounts();
  #running = 0;
  #waiting = 0;
  #isOverloaded = false;
  readonly #runningOf = new Map<string, number>();
  /** By owner; the owner whose turn is next comes first. */
  readonly #waitingOf = new Map<string, Waiter[]>();

  constructor(private readonly limits: QueueLimits) {}

  get waiting(): number {
    return this.#waiting;
  }

  /** From when all places to wait are taken until half of them are free again. */
  get isOverloaded(): boolean {
    return this.#isOverloaded;
  }

  /**
   * Lets a request in: at once (null), or when the promise resolves. Then {@link leave} must be
   * called.
   *
   * @throws {GatewayError} OVERLOADED: too many wait. The promise rejects with it if the wait is
   * too long, or the client leaves.
   */
  enter(owner: string, response: ServerResponse): Promise<void> | null {
    if (this.#waitingOf.has(owner) || !this.#hasRoom(owner)) return this.#wait(owner, response);
    this.#start(owner);
    return null;
  }

  leave(owner: string): void {
    this.#running -= 1;
    const left = this.#runningOf.get(owner)! - 1;
    if (left) this.#runningOf.set(owner, left);
    else this.#runningOf.delete(owner);
    if (this.#waiting) this.#startNext();
  }

  /** Runs work in its turn. */
  async run<Result>(owner: string, response: ServerResponse, work: () => Promise<Result>): Promise<Result> {
    const turn = this.enter(owner, response);
    if (turn) await turn;
    try {
      return await work();
    } finally {
      this.leave(owner);
    }
  }

  #hasRoom(owner: string): boolean {
    return this.#running < this.limits.running && (this.#runningOf.get(owner) ?? 0) < this.limits.runningOfOne;
  }

  #start(owner: string): void {
    this.#running += 1;
    this.#runningOf.set(owner, (this.#runningOf.get(owner) ?? 0) + 1);
  }

  #wait(owner: string, response: ServerResponse): Promise<void> {
    const waiters = this.#waitingOf.get(owner) ?? [];
    if (this.#waiting >= this.limits.waiting || waiters.length >= this.limits.waitingOfOne) {
      this.counts.refused += 1;
      throw overloaded();
    }
    this.#waiting += 1;
    if (this.#waiting === this.limits.waiting) this.#isOverloaded = true;
    this.#waitingOf.set(owner, waiters);
    const since = performance.now();
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        response.off('close', refuse);
        this.#waiting -= 1;
        if (this.#waiting * 2 <= this.limits.waiting) this.#isOverloaded = false;
        this.counts.waits.observeMs(performance.now() - since);
      };
      const refuse = () => {
        waiters.splice(waiters.indexOf(waiter), 1);
        if (!waiters.length) this.#waitingOf.delete(owner);
        end();
        this.counts.refused += 1;
        reject(overloaded());
      };
      const waiter: Waiter = {
        start: () => {
          end();
          resolve();
        },
      };
      waiters.push(waiter);
      const timer = setTimeout(refuse, MAX_WAIT_MS);
      response.once('close', refuse);
    });
  }

  /** Starts the first request of the owner whose turn it is, if that owner may have another one. */
  #startNext(): void {
    for (const [owner, waiters] of this.#waitingOf) {
      if (!this.#hasRoom(owner)) continue;
      this.#waitingOf.delete(owner);
      const waiter = waiters.shift()!;
      if (waiters.length) this.#waitingOf.set(owner, waiters);
      this.#start(owner);
      waiter.start();
      return;
    }
  }
}

const overloaded = () =>
  new GatewayError('OVERLOADED', 'Too many of your requests wait already, or of all together. Try again in a second.');
