import type { Logger } from 'pino';
import { KeyReads } from '../http/auth/key-reads.ts';
import { RequestCounts } from '../http/server/request-counts.ts';
import type { RequestObservers } from '../http/server/request-end.ts';
import type { GatewayObservation, MetricsTarget } from './observe.ts';
import type { RunningPort } from './port.ts';
import type { TraceSettings } from './tracing/settings.ts';

export type ObserveOptions = { readonly metrics: MetricsTarget | null; readonly traces: TraceSettings | null; readonly log: Logger };

/** What observes a gateway: counts for the metrics port, and spans. */
export type Observation = {
  readonly observers: RequestObservers;
  /** What the readers of the issuer's keys take: where to count, and what to send requests with. */
  readonly keys: { readonly reads: KeyReads; readonly fetch?: typeof fetch };
  /** Opens the metrics port, if there is one. */
  listen(gateway: Omit<GatewayObservation, 'address' | 'requests' | 'keyReads'>): Promise<RunningPort | null>;
  /** Sends the last spans. */
  stop(): Promise<void>;
};

/** Opens what observes a gateway. The packages for metrics and traces are loaded only if needed. */
export async function openObservation({ metrics, traces, log }: ObserveOptions): Promise<Observation> {
  const requests = metrics && new RequestCounts();
  const tracing = traces && (await import('./tracing/tracing.ts')).openTracing(traces, log);
  const keyReads = new KeyReads();
  return {
    observers: { counts: requests, startTrace: tracing?.startTrace ?? null },
    keys: { reads: keyReads, ...(tracing && { fetch: tracing.fetch }) },
    listen: async gateway => {
      if (!metrics || !requests) return null;
      const { observeGateway } = await import('./observe.ts');
      const port = await observeGateway({ ...gateway, address: metrics, requests, keyReads });
      if (port.url) log.info({ url: port.url }, 'metrics');
      return port;
    },
    stop: async () => await tracing?.stop(),
  };
}
