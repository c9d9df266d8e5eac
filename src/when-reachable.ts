import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isUnreachable } from './database/index.ts';

/** Pause between two attempts to reach the database, ms. */
const RETRY_MS = 1_000;

/** Runs `work`, again and again while the database is unreachable, until `signal`. */
export async function whenReachable(work: () => Promise<void>, log: Logger, signal?: AbortSignal): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      log.warn({ err: error }, 'cannot reach the database; retrying');
      await sleep(RETRY_MS, undefined, signal && { signal });
    }
  }
}
