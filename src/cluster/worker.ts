import cluster from 'node:cluster';
import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client';
import type { BudgetSource, Lease } from '../http/budget/lease.ts';
import type { RunningPort } from '../observe/port.ts';
import { type Checks, type Readiness, readiness } from '../observe/readiness.ts';
import { type Channel, openChannel } from './channel.ts';

/** What the primary learns of a worker: its metrics, and whether it is ready. */
export type Observed = { readonly metrics: readonly MetricObjectWithValues<MetricValue<string>>[]; readonly readiness: Readiness };

type Observe = { readonly registry: Pick<Registry, 'getMetricsAsJSON'>; readonly checks: Checks };

/** A worker's way to the primary process. */
export class WorkerProcess {
  readonly id = cluster.worker!.id;
  readonly #channel: Channel;
  #observe: Observe | null = null;
  #stop: () => void = () => {};

  constructor() {
    this.#channel = openChannel(
      { send: message => process.connected && process.send!(message), on: (event, listener) => process.on(event, listener) },
      { observe: () => this.#observed(), stop: () => this.#stop() },
    );
  }

  /** Budgets that all workers share: the primary counts. */
  readonly source: BudgetSource = {
    lease: request => this.#channel.call<Lease>('lease', request),
    close: () => {},
  };

  /** In place of a metrics port: the primary asks, and serves what all workers say. */
  readonly observe = (observe: Observe): RunningPort => {
    this.#observe = observe;
    return { url: '', stop: async () => {} };
  };

  onStop(stop: () => void): void {
    this.#stop = stop;
  }

  /** Tells the primary that requests are answered. */
  async serving(url: string): Promise<void> {
    await this.#channel.call('serving', url);
  }

  async #observed(): Promise<Observed | null> {
    if (!this.#observe) return null;
    const { registry, checks } = this.#observe;
    return { metrics: await registry.getMetricsAsJSON(), readiness: await readiness(checks) };
  }
}
