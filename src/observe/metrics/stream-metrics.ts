import type { Registry } from 'prom-client';
import type { Streams } from '../../http/live/streams.ts';
import { counter, gauges } from './metric.ts';

/** The metrics of subscriptions. */
export function addStreamMetrics(registry: Registry, { counts, states }: Pick<Streams, 'counts' | 'states'>): void {
  gauges(
    registry,
    'state',
    { name: 'ipto_streams', help: 'Subscriptions: all open ones, and those whose client reads more slowly than is sent.' },
    () => ({ ...states() }),
  );
  counter(registry, { name: 'ipto_events_sent_total', help: 'Events that were sent to subscriptions.' }, () => counts.sent);
  counter(
    registry,
    { name: 'ipto_streams_delayed_total', help: 'Subscriptions whose events waited for the budget of the next minute.' },
    () => counts.delayed,
  );
  counter(
    registry,
    { name: 'ipto_streams_disconnected_total', help: 'Subscriptions that were cut because their client did not read.' },
    () => counts.disconnected,
  );
}
