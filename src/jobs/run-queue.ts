import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Runner, type RunnerOptions, run } from 'graphile-worker';
import type { Logger as Log } from 'pino';
import { isUnreachable } from '../database/index.ts';
import { type Liveness, openLiveness } from './liveness.ts';

/** Pause before a queue runner is started again, ms. */
const RESTART_MS = 1_000;

/**
 * graphile-worker awaits the statement that marks a job as done or failed only if such statements
 * are batched: otherwise a lost connection is an unhandled rejection, which ends the process. With
 * a batch it ends the runner.
 */
const PRESET: RunnerOptions['preset'] = { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } };

type QueueHooks = { readonly url: string; readonly log: Log; readonly onFailure: (error: unknown) => void };

type Running = { readonly runner: Runner; readonly liveness: Liveness };

/**
 * Runs jobs until it is stopped. A runner that ended, or whose sign of life is lost, as after a
 * restart of PostgreSQL, is started again as soon as the database is reachable.
 *
 * @throws what keeps the first runner from starting. `onFailure` gets such errors later.
 */
export async function runQueue(options: RunnerOptions, { url, log, onFailure }: QueueHooks): Promise<{ stop(): Promise<void> }> {
  const stopping = new AbortController();
  const { signal } = stopping;
  let current: Running | null = await start(options, url);
  const restart = async (): Promise<Running | null> => {
    while (!signal.aborted) {
      await sleep(RESTART_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted) break;
      try {
        return await start(options, url);
      } catch (error) {
        if (!isUnreachable(error)) throw error;
      }
    }
    return null;
  };
  const keepRunning = async () => {
    while (current) {
      const error = await endOf(current);
      await end(current);
      if (signal.aborted) return;
      log.error({ ...(error !== undefined && { err: error }) }, 'the worker stopped; it starts again');
      current = await restart();
      if (current && signal.aborted) await current.runner.stop();
    }
  };
  const running = keepRunning().catch(error => {
    log.error({ err: error }, 'the worker stopped');
    onFailure(error);
  });
  return {
    stop: async () => {
      stopping.abort();
      await current?.runner.stop().catch(() => {}); // it has stopped already
      await running;
    },
  };
}

async function start(options: RunnerOptions, url: string): Promise<Running> {
  const liveness = await openLiveness(url);
  const events = new EventEmitter();
  const ids: string[] = [];
  events.on('pool:create', ({ workerPool }) => ids.push(workerPool.id));
  try {
    const runner = await run({ ...options, events, preset: PRESET });
    for (const id of ids) await liveness.hold(id);
    return { runner, liveness };
  } catch (error) {
    await liveness.end();
    throw error;
  }
}

/** The error that ends a runner, if graphile-worker tells it; it has logged it otherwise. */
const endOf = ({ runner, liveness }: Running): Promise<unknown> => Promise.race([runner.promise.catch(error => error), liveness.lost]);

async function end({ runner, liveness }: Running): Promise<void> {
  await runner.stop().catch(() => {}); // it has stopped already
  await liveness.end().catch(() => {}); // its connection is gone
}
