import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Process } from './process.ts';
import { until } from './sockets.ts';

/** Settings of a process whose {@link keptMemory} is measured. */
export const COLLECTS = { NODE_OPTIONS: `--import=${new URL('../../../bench/lib/collects.mjs', import.meta.url)}` };

const residentOf = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1_024;

/** V8 gives pages back some time after a collection: how long that is waited for, ms. */
const PAUSE_MS = 1_000;

/**
 * The memory that a process keeps, MB: after collections until it falls no more. Garbage that V8
 * hasn't collected isn't counted: how much of it stays depends on the memory of the machine.
 */
export async function keptMemory(one: Process): Promise<number> {
  let least = await collected(one);
  for (;;) {
    await sleep(PAUSE_MS);
    const now = await collected(one);
    if (now > least - 1) return Math.min(now, least);
    least = now;
  }
}

/** The resident memory after a collection. */
async function collected({ pid, log }: Process): Promise<number> {
  const collections = () => log().split('collected').length;
  const before = collections();
  process.kill(pid, 'SIGUSR2');
  if (!(await until(() => collections() > before))) throw new Error('a process collected no garbage');
  return residentOf(pid);
}
