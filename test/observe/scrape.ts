/** A time series of a scrape: its name, its labels as they are written, and its value. */
export type Series = { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number };

/** Any free port of this machine, for metrics. */
export const ANY_PORT = { host: '127.0.0.1', port: 0 };

/** The time series of a metrics port. */
export async function scrape(metricsUrl: string | null): Promise<readonly Series[]> {
  const response = await fetch(`${metricsUrl}/metrics`);
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`);
  return parseSeries(await response.text());
}

export const parseSeries = (text: string): readonly Series[] =>
  text
    .split('\n')
    .filter(line => line && !line.startsWith('#'))
    .map(line => {
      const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line)!;
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [label!, text!]);
      return { name: name!, labels: Object.fromEntries(pairs), value: Number(value) };
    });

/** The value of one time series; 0 if there is none. */
export const valueIn = (series: readonly Series[], name: string, labels: Readonly<Record<string, string>> = {}): number =>
  series.find(each => each.name === name && Object.entries(labels).every(([label, text]) => each.labels[label] === text))?.value ?? 0;
