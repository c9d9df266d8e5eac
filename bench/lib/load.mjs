import autocannon from 'autocannon';
import { backendsCpu, backendsUsed, cpuSeconds, residentMiB } from './proc.mjs';

/** How often a load in which nobody was answered is given twice the time: a busy machine is slow, not wrong. */
const PATIENCE = 4;

/** How often memory is looked at, ms. */
const LOOK = 200;

/**
 * Loads one server for a while and measures it.
 *
 * @returns requests a second, p50 and p99 in ms, CPU seconds of the server and of PostgreSQL's backends for 1,000 requests, and resident memory
 * in MiB, the most that was seen; null where this machine doesn't tell.
 * @throws when an answer isn't 200, or a request fails: a load of errors is no measurement.
 */
export async function load(server, requests, { seconds, connections, database }, patience = PATIENCE) {
  const before = await backendsCpu(database.admin, database.name);
  const serverBefore = cpuSeconds(server.pid);
  let memory = residentMiB(server.pid);
  const looking = setInterval(() => {
    memory = Math.max(memory, residentMiB(server.pid));
  }, LOOK);
  const result = await autocannon({ url: server.url, connections, duration: seconds, requests, timeout: 30 });
  clearInterval(looking);
  const serverAfter = cpuSeconds(server.pid);
  const postgres = backendsUsed(before, await backendsCpu(database.admin, database.name));
  const answered = result['2xx'];
  const failed = result.non2xx + result.errors + result.timeouts;
  if (!failed && !answered && patience) return load(server, requests, { seconds: seconds * 2, connections, database }, patience - 1);
  if (failed || !answered) throw new Error(`${server.title}: ${failed} of ${answered + failed} requests failed\n${server.said()}`);
  const perThousand = used => (used === null ? null : (used / answered) * 1_000);
  return {
    throughput: answered / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    cpu: perThousand(serverAfter === null ? null : serverAfter - serverBefore),
    postgresCpu: perThousand(postgres),
    memory,
    answered,
  };
}
