import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createMemorySource } from '../http/budget/memory-source.ts';
import type { MetricsAddress } from '../observe/observe.ts';
import { type Channel, openChannel } from './channel.ts';
import type { Observed } from './worker.ts';
import { WorkerFailedError } from './worker-failed.ts';
import { serveWorkers } from './workers-port.ts';

export type PrimaryOptions = {
  readonly log: Logger;
  /** How many workers there are. */
  readonly workers: number;
  readonly metrics: MetricsAddress | null;
  /** Whether workers stop together: each serves on until the balancer has turned away. */
  readonly stopsTogether?: boolean;
};

type Running = { readonly worker: Worker; readonly channel: Channel; readonly ended: Promise<void> };

/** Pause before a worker that didn't get to serve is replaced, ms. */
const RESTART_MS = 1_000;

/** How long workers stop one after the other, ms; those that are left then stop together. */
const IN_TURN_MS = 10_000;

/**
 * Runs workers behind one port. The first one starts alone, so that a migration runs once and a
 * wrong setting is reported once; when it serves, the others start. One that ends is replaced.
 */
export class Primary {
  readonly #running = new Map<number, Running>();
  readonly #lease = createMemorySource();
  #hasServed = false;
  #isStopping = false;
  #port: { stop(): Promise<void> } | null = null;

  constructor(private readonly options: PrimaryOptions) {}

  /**
   * Resolves when all workers serve, or when {@link stop} was called.
   *
   * @throws {WorkerFailedError}
   */
  async start(): Promise<void> {
    const { workers, metrics, log } = this.options;
    if (metrics) {
      const port = await serveWorkers(metrics, () => this.#observed());
      log.info({ url: port.url }, 'metrics');
      this.#port = port;
    }
    const url = await this.#fork();
    const others = await Promise.all(Array.from({ length: workers - 1 }, () => (this.#isStopping ? null : this.#fork())));
    if (!this.#isStopping) log.info({ url, workers: others.length + 1 }, 'all workers serve');
  }

  /**
   * Stops the workers one after the other, so that the port stays open until the last one; or
   * together, where a balancer turns away first.
   */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const stopOne = async ({ worker, channel, ended }: Running) => {
      if (worker.isConnected()) channel.call('stop').catch(() => {});
      await ended;
    };
    const together = new AbortController();
    const timer = setTimeout(() => together.abort(), IN_TURN_MS);
    const all = [...this.#running.values()];
    const inTurn = async () => {
      for (const running of all) await stopOne(running);
    };
    together.signal.addEventListener('abort', () => all.forEach(running => void stopOne(running)));
    await (this.options.stopsTogether ? Promise.all(all.map(stopOne)) : inTurn());
    clearTimeout(timer);
    await this.#port?.stop();
  }

  /** Starts a worker. Resolves with its URL when it serves. */
  #fork(): Promise<string> {
    const worker = cluster.fork();
    return new Promise((resolve, reject) => {
      let isServing = false;
      const channel = openChannel(worker, {
        lease: this.#lease,
        serving: (url: string) => {
          isServing = true;
          this.#hasServed = true;
          this.options.log.info({ worker: worker.id, pid: worker.process.pid }, 'a worker serves');
          resolve(url);
        },
      });
      const ended = new Promise<void>(end => worker.once('exit', () => end()));
      this.#running.set(worker.id, { worker, channel, ended });
      worker.once('exit', (code, signal) => {
        this.#running.delete(worker.id);
        channel.end();
        if (this.#isStopping) return resolve('');
        if (!this.#hasServed) return reject(new WorkerFailedError());
        this.options.log.error({ worker: worker.id, code, signal }, 'a worker ended; another one takes its place');
        resolve(this.#replace(isServing ? 0 : RESTART_MS));
      });
    });
  }

  async #replace(pause: number): Promise<string> {
    await sleep(pause);
    return this.#isStopping ? '' : await this.#fork();
  }

  #observed(): Promise<readonly (Observed & { readonly id: number })[]> {
    const all = [...this.#running].map(async ([id, { channel }]) => {
      const observed = await channel.call<Observed | null>('observe').catch(() => null);
      return observed ? [{ ...observed, id }] : [];
    });
    return Promise.all(all).then(found => found.flat());
  }
}
