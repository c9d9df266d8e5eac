import { amountFor, load } from './load.mjs';
import { residentMiB } from './proc.mjs';
import { requestsOf } from './workloads.mjs';

/** Length of a slice of a soak, s; memory is printed after each. */
const SLICE = 10;

/**
 * Loads the servers with all workloads mixed for a long time, and prints their memory meanwhile.
 *
 * @returns the exit code.
 */
export async function soak({ plan, servers, database, asking, options, say }) {
  for (const server of servers) {
    const requests = [];
    for (const [workload, able] of plan) if (able.includes(server)) requests.push(...(await requestsOf(workload, server.dialect, asking)));
    const points = [];
    let last = await load(server, requests, { amount: 1_000, connections: options.connections, database });
    const began = Date.now();
    while (Date.now() - began < options.soak * 1_000) {
      last = await load(server, requests, { amount: amountFor(last, SLICE), connections: options.connections, database });
      const second = Math.round((Date.now() - began) / 1_000);
      points.push({ second, memory: residentMiB(server.pid) });
      say(`${server.title} after ${second} s: ${points.at(-1).memory?.toFixed(0) ?? 'n/a'} MiB, ${Math.round(last.throughput)}/s`);
    }
    const half = points.slice(points.length >> 1);
    const grown = half.length > 1 && half[0].memory !== null ? half.at(-1).memory - half[0].memory : null;
    process.stdout.write(
      `${server.title}: ${points.at(-1).memory?.toFixed(0) ?? 'n/a'} MiB at the end, ${grown?.toFixed(0) ?? 'n/a'} MiB more than half-way\n`,
    );
  }
  return 0;
}
