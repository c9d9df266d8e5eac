import { setTimeout as sleep } from 'node:timers/promises';
import type { Query } from '../database/index.ts';
import { eventPosition, eventsAfter, numberEvents } from '../database/queries/event.ts';

/** How often it looks for new events, and how long it waits after a failure, ms. */
const [INTERVAL, RETRY] = [100, 1_000];

export type FollowOptions = {
  /** Runs statements bound to nobody. */
  readonly query: Query;
  /** Called when there are new events, in any tenants. */
  readonly onEvents: () => Promise<void>;
  readonly onError: (error: unknown) => void;
};

/**
 * Looks for new events until it is stopped, beginning as if there were some. What it misses, the
 * sweep of each minute finds.
 */
export function followEvents({ query, onEvents, onError }: FollowOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {});
  let position: bigint | null = null;
  const look = async () => {
    if (position === null) {
      position = await eventPosition(query);
      await onEvents();
    }
    await numberEvents(query);
    for (let found = await eventsAfter(query, position); found.length; found = await eventsAfter(query, position)) {
      position = found.at(-1)!.position;
      await onEvents();
    }
  };
  const following = (async () => {
    while (!signal.aborted)
      await look().then(
        () => pause(INTERVAL),
        error => {
          onError(error);
          return pause(RETRY);
        },
      );
  })();
  return {
    stop: async () => {
      stopping.abort();
      await following;
    },
  };
}
