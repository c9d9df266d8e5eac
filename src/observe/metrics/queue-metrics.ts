import type { Registry } from 'prom-client';
import type { RequestQueue } from '../../http/server/request-queue.ts';
import { counter, gauge, histogram } from './metric.ts';

/** The metrics of requests that wait for their turn in front of the pool. */
export function addQueueMetrics(registry: Registry, queue: RequestQueue): void {
  gauge(registry, { name: 'ipto_queue_waiting', help: 'Requests that wait for their turn to be executed.' }, () => queue.waiting);
  histogram(registry, { name: 'ipto_queue_wait_seconds', help: 'How long requests that had to wait waited.' }, queue.counts.waits);
  counter(
    registry,
    {
      name: 'ipto_queue_refused_total',
      help: 'Requests that were refused because too many waited, or whose client left while they waited.',
    },
    () => queue.counts.refused,
  );
}
