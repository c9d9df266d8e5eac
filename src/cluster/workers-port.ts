import { AggregatorRegistry, Registry } from 'prom-client';
import type { MetricsAddress } from '../observe/observe.ts';
import { type RunningPort, startPort } from '../observe/port.ts';
import type { Check } from '../observe/readiness.ts';
import type { Observed } from './worker.ts';

type ObserveWorkers = () => Promise<readonly (Observed & { readonly id: number })[]>;

/** Serves the metrics of all workers as those of one process, and how many of them are ready. */
export function serveWorkers(address: MetricsAddress, observe: ObserveWorkers): Promise<RunningPort> {
  const metrics = async () => {
    const all = (await observe()).map(({ metrics: ofOne }) => ofOne);
    return await AggregatorRegistry.aggregate(all as object[]).metrics();
  };
  const workers: Check = {
    isRequired: true,
    run: async () => {
      const all = await observe();
      const found = all.map(({ id, readiness: { status, checks } }) => {
        const failing = Object.entries(checks).filter(([, { ok }]) => !ok);
        return `${id}: ${[status, ...failing.map(([name, { found: text }]) => `${name}: ${text}`)].join(', ')}`;
      });
      if (!all.some(({ readiness: { status } }) => status === 'ready')) throw new Error(found.join('; ') || 'none runs');
      return found.join('; ');
    },
  };
  return startPort({ ...address, registry: { contentType: Registry.PROMETHEUS_CONTENT_TYPE, metrics }, checks: { workers } });
}
