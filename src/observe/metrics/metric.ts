import type { Registry } from 'prom-client';
import type { Histogram } from '../../counters/histogram.ts';
import type { LabelCounts } from '../../counters/label-counts.ts';

type Labels = Readonly<Record<string, string>>;
type Value = { readonly value: number; readonly labels: Labels; readonly metricName?: string };

/** A metric: what it is called, what it tells, and how its values are read when somebody asks. */
export type MetricOptions = { readonly name: string; readonly help: string };

/**
 * Adds a metric whose values are computed at each scrape, from counts that others keep.
 * prom-client's own counters hash their labels at every call: too much for each statement.
 */
function register(
  registry: Registry,
  type: 'counter' | 'gauge' | 'histogram',
  { name, help }: MetricOptions,
  read: () => Promise<Value[]>,
) {
  const metric = { name, help, type, aggregator: 'sum', get: async () => ({ name, help, type, aggregator: 'sum', values: await read() }) };
  registry.registerMetric(metric as never);
}

/** A number that goes up and down; absent while it can't be read. */
export const gauge = (registry: Registry, options: MetricOptions, read: () => number | null | Promise<number | null>): void =>
  register(registry, 'gauge', options, async () => {
    const value = await read();
    return value === null ? [] : [{ value, labels: {} }];
  });

/** Gauges that differ in one label, whose values are known. */
export const gauges = (registry: Registry, label: string, options: MetricOptions, read: () => Readonly<Record<string, number>>): void =>
  register(registry, 'gauge', options, async () => labelled(label, read()));

/** A number that only goes up. */
export const counter = (registry: Registry, options: MetricOptions, read: () => number): void =>
  register(registry, 'counter', options, async () => [{ value: read(), labels: {} }]);

/** Counters that differ in one label, whose values are known. */
export const counters = (registry: Registry, label: string, options: MetricOptions, read: () => Readonly<Record<string, number>>): void =>
  register(registry, 'counter', options, async () => labelled(label, read()));

const labelled = (label: string, values: Readonly<Record<string, number>>): Value[] =>
  Object.entries(values).map(([text, value]) => ({ value, labels: { [label]: text } }));

/** Counters by several labels, in the order in which they are counted. */
export const labelCounters = (registry: Registry, names: readonly string[], options: MetricOptions, counts: LabelCounts): void =>
  register(registry, 'counter', options, async () =>
    counts.all().map(({ labels, count }) => ({ value: count, labels: Object.fromEntries(names.map((name, at) => [name, labels[at]!])) })),
  );

/** Histograms, each with labels of its own. */
export const histograms = (
  registry: Registry,
  options: MetricOptions,
  read: () => readonly { readonly labels: Labels; readonly histogram: Histogram }[],
): void =>
  register(registry, 'histogram', options, async () =>
    read().flatMap(({ labels, histogram }) => bucketsOf(options.name, labels, histogram)),
  );

export const histogram = (registry: Registry, options: MetricOptions, of: Histogram): void =>
  histograms(registry, options, () => [{ labels: {}, histogram: of }]);

function bucketsOf(name: string, labels: Labels, { bounds, counts, sum }: Histogram): Value[] {
  let total = 0;
  const buckets = counts.map((count, at) => {
    total += count;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: at < bounds.length ? String(bounds[at]) : '+Inf' }, value: total };
  });
  return [...buckets, { metricName: `${name}_sum`, labels, value: sum }, { metricName: `${name}_count`, labels, value: total }];
}
