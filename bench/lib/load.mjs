import autocannon from 'autocannon';
import { backendsCpu, backendsUsed, cpuSeconds, residentMiB } from './proc.mjs';
import { askOnce } from './servers.mjs';

/** How often memory is looked at, ms. */
const LOOK = 200;

/** Each connection begins at another request, so that not all of them ask in the same tenant at once. */
function spread(requests, connections) {
  let next = 0;
  return client => {
    const from = Math.floor((next++ % connections) * (requests.length / connections));
    client.setRequests([...requests.slice(from), ...requests.slice(0, from)]);
  };
}

/** Why requests failed: the statuses, the broken connections, and what the server says to one of them now. */
async function reasonOf(server, request, { statusCodeStats, errors, timeouts }) {
  const statuses = Object.entries(statusCodeStats ?? {}).map(([status, { count }]) => `${status}: ${count}`);
  const now = await askOnce(server, request).then(JSON.stringify, String);
  return `${[...statuses, `connections: ${errors}`, `timeouts: ${timeouts}`].join(', ')}; now: ${now.slice(0, 300)}`;
}

/**
 * Sends one server so many requests, all of which it answers before the clocks are read: work that was begun is work that is counted.
 *
 * @returns requests a second, p50 and p99 in ms, CPU seconds of the server and of PostgreSQL's backends for 1,000 requests, and resident memory
 * in MiB, the most that was seen; null where this machine doesn't tell.
 * @throws when an answer isn't 200, or a request fails: a load of errors is no measurement.
 */
export async function load(server, requests, { amount, connections, database }) {
  const before = await backendsCpu(database.admin, database.name);
  const serverBefore = cpuSeconds(server.pid);
  let memory = residentMiB(server.pid);
  const looking = setInterval(() => {
    memory = Math.max(memory, residentMiB(server.pid));
  }, LOOK);
  const setupClient = spread(requests, connections);
  const began = performance.now();
  let ended = began; // autocannon itself looks at the time once a second
  const running = autocannon({ url: server.url, connections, amount: Math.max(amount, connections), requests, setupClient, timeout: 60 });
  running.on('response', () => {
    ended = performance.now();
  });
  const result = await running;
  clearInterval(looking);
  const serverAfter = cpuSeconds(server.pid);
  const postgres = backendsUsed(before, await backendsCpu(database.admin, database.name));
  const answered = result['2xx'];
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed || !answered)
    throw new Error(
      `${server.title}: ${failed} of ${answered + failed} requests failed (${await reasonOf(server, requests[0], result)})\n${server.said()}`,
    );
  const perThousand = used => (used === null ? null : (used / answered) * 1_000);
  return {
    throughput: (answered / (ended - began)) * 1_000,
    p50: result.latency.p50,
    p99: result.latency.p99,
    cpu: perThousand(serverAfter === null ? null : serverAfter - serverBefore),
    postgresCpu: perThousand(postgres),
    memory,
    answered,
  };
}

/** The most requests of one load, however fast a server is. */
const MOST = 200_000;

/** How many requests a server answers in about so many seconds, going by how fast it answered before. */
export const amountFor = ({ throughput }, seconds) => Math.min(MOST, Math.ceil(throughput * seconds));
