import { setTimeout as sleep } from 'node:timers/promises';
import { residentMiB } from './proc.mjs';

/** Settings of a process whose {@link keptMiB} is measured. */
export const COLLECTS = { NODE_OPTIONS: `--import=${new URL('collects.mjs', import.meta.url)}` };

/** V8 gives pages back some time after a collection: how long that is waited for, ms. */
const PAUSE_MS = 1_000;

/** How long a process may take to collect its garbage, ms. */
const COLLECTION_MS = 30_000;

/**
 * The memory that a process keeps, MiB: after collections until it falls no more. Garbage that
 * V8 hasn't collected isn't counted: how much of it stays depends on the memory of the machine.
 *
 * @param pid of a process that was started with {@link COLLECTS}.
 * @param log what it has written so far.
 */
export async function keptMiB({ pid, log }) {
  let least = Number.POSITIVE_INFINITY;
  for (;;) {
    await collected({ pid, log });
    const now = residentMiB(pid);
    if (now > least - 1) return Math.min(now, least);
    least = now;
    await sleep(PAUSE_MS);
  }
}

async function collected({ pid, log }) {
  const collections = () => log().split('collected').length;
  const before = collections();
  process.kill(pid, 'SIGUSR2');
  for (const until = Date.now() + COLLECTION_MS; collections() === before; await sleep(20))
    if (Date.now() > until) throw new Error('a process collected no garbage');
}
