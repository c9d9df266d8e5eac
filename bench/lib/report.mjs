import { cpus, totalmem } from 'node:os';
import { SERVERS } from './servers.mjs';
import { WORKLOADS } from './workloads.mjs';

const MEASURES = ['throughput', 'p50', 'p99', 'cpu', 'postgresCpu', 'memory'];

/** The median of some numbers; null if one is missing. */
export function median(numbers) {
  if (!numbers.length || numbers.includes(null)) return null;
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const ratio = (one, other) => (one === null || !other ? null : one / other);

/**
 * All measurements: each round, the medians, and the ratios of a server's medians to the base's.
 * The base is the limit if it ran, otherwise the first server.
 */
export function jsonReport({ options, size, samples, skipped, servers }) {
  const { seconds, rounds, connections, tokenCache, steady } = options;
  const base = options.servers.includes('limit') ? 'limit' : options.servers[0];
  const results = {};
  for (const { workload, server } of samples) {
    results[workload] ??= {};
    results[workload][server] ??= {
      medians: Object.fromEntries(MEASURES.map(measure => [measure, medianOf(samples, workload, server, measure)])),
    };
  }
  for (const byServer of Object.values(results))
    for (const result of Object.values(byServer))
      result.ratios = Object.fromEntries(
        MEASURES.map(measure => [measure, ratio(result.medians[measure], byServer[base]?.medians[measure])]),
      );
  return {
    at: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
    options: { seconds, rounds, connections, tokenCache, steady },
    size,
    base,
    servers: servers.map(({ name, title }) => ({ name, title })),
    skipped,
    results,
    samples,
  };
}

const medianOf = (samples, workload, server, measure) =>
  median(samples.filter(sample => sample.workload === workload && sample.server === server).map(sample => sample[measure]));

const shown = (number, digits) => (number === null ? 'n/a' : number.toFixed(digits));
const row = cells => `| ${cells.join(' | ')} |`;

/**
 * The report in Markdown: the cost of one request compared with the base, then a table for each
 * workload.
 */
export function markdownReport({ results, base, servers, skipped, machine, options, at }) {
  const lines = [
    `${at.slice(0, 10)}, Node ${machine.node.slice(1)}, ${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB. ${options.rounds} rounds of ${options.seconds} s in turn, ${options.connections} connections${options.steady ? ', at a steady rate: half of what the slowest answers' : ''}. Medians; in brackets the ratio to ${SERVERS[base].title}.`,
    ...skipped.map(({ workload, server }) => `\nSKIPPED: ${SERVERS[server].title} has no operation for \`${workload}\`.`),
    '',
    `### Work per second of the server's CPU, ${SERVERS[base].title} = 1 (higher is better)`,
    '',
    row(['', ...Object.keys(results)]),
    row(['---', ...Object.keys(results).map(() => '---:')]),
    ...servers.map(({ name, title }) =>
      row([title, ...Object.values(results).map(byServer => shown(inverse(byServer[name]?.ratios.cpu), 2))]),
    ),
    '',
  ];
  for (const [workload, byServer] of Object.entries(results)) lines.push(...workloadTable(workload, byServer));
  return `${lines.join('\n')}\n`;
}

const inverse = number => (number ? 1 / number : null);

function workloadTable(workload, byServer) {
  const cell = ({ medians, ratios }, measure, digits) => `${shown(medians[measure], digits)} (${shown(ratios[measure], 2)})`;
  return [
    `### \`${workload}\`: ${WORKLOADS[workload].about}`,
    '',
    row(['', 'requests/s', 'p50 ms', 'p99 ms', 'CPU s per 1,000', 'PostgreSQL CPU s per 1,000', 'memory MiB']),
    row(['---', ...MEASURES.map(() => '---:')]),
    ...Object.entries(byServer).map(([server, result]) =>
      row([
        SERVERS[server].title,
        ...[cell(result, 'throughput', 0), cell(result, 'p50', 1), cell(result, 'p99', 1)],
        ...[cell(result, 'cpu', 3), cell(result, 'postgresCpu', 3), cell(result, 'memory', 0)],
      ]),
    ),
    '',
  ];
}
