import { setTimeout as sleep } from 'node:timers/promises';
import type { Query } from '../../database/index.ts';
import { type EventSignal, eventPosition, eventsAfter, numberEvents } from '../../database/queries/event.ts';

/** How often a process that follows events looks for new ones, ms. */
const INTERVAL_MS = 100;

/** How long it waits after a failure, ms. */
const RETRY_MS = 1_000;

export type FollowerOptions = {
  /** Runs statements bound to nobody. */
  readonly query: Query;
  readonly onError: (error: unknown) => void;
  readonly interval?: number | undefined;
};

type Listener = (signal: EventSignal) => void;

/**
 * Looks for new events, in all tenants, for as long as anybody listens. It numbers what has
 * committed, so that events arrive whether or not a worker runs. A listener learns that there is
 * something new, not what.
 */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #listeners = new Set<Listener>();
  /** What has been announced; null before the first look. */
  #position: bigint | null = null;
  #looking: Promise<void> | undefined;
  #begun: (() => void)[] = [];
  readonly #stopping = new AbortController();

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** Calls a listener with every new event, until the returned function is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves when listeners hear of every event that is numbered from now on. */
  async ready(): Promise<void> {
    if (this.#position === null && !this.#stopping.signal.aborted) await new Promise<void>(resolve => this.#begun.push(resolve));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#release();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { query, onError, interval = INTERVAL_MS } = this.#options;
    while (this.#listeners.size && !this.#stopping.signal.aborted) {
      try {
        await this.#announce(query);
        await this.#pause(interval);
      } catch (error) {
        onError(error);
        await this.#pause(RETRY_MS);
      }
    }
    this.#position = null;
  }

  async #announce(query: Query): Promise<void> {
    this.#position ??= await eventPosition(query);
    this.#release();
    await numberEvents(query);
    for (const signal of await eventsAfter(query, this.#position)) {
      this.#position = signal.position;
      for (const listener of this.#listeners) listener(signal);
    }
  }

  /** Waits so many ms, or until it is stopped. */
  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  #release(): void {
    for (const resolve of this.#begun.splice(0)) resolve();
  }
}

/**
 * Waits until a tenant has something new, at most so many seconds.
 *
 * @param hasNew says whether there is something already.
 */
export async function nextEvent(follower: Follower, tenantId: string, seconds: number, hasNew: () => Promise<boolean>): Promise<void> {
  const waiting = new AbortController();
  const stop = follower.listen(signal => signal.tenantId === tenantId && waiting.abort());
  try {
    await follower.ready();
    if (!(await hasNew())) await sleep(seconds * 1_000, undefined, { signal: waiting.signal, ref: false }).catch(() => {});
  } finally {
    stop();
  }
}
