import { backendsCpu, backendsUsed, cpuSeconds, residentMiB } from './proc.mjs';
import { flatOut, steadily } from './senders.mjs';
import { askOnce } from './servers.mjs';

/** Interval of memory samples, ms. */
const LOOK = 200;

/**
 * Sends one server a number of requests, and reads the clocks after all are answered, so that all
 * work is counted. With a rate, sends that many a second; without, as fast as the server answers,
 * and calls `onAnswer` for each response.
 *
 * @returns requests a second, p50 and p99 in ms, CPU seconds of the server and of PostgreSQL's
 * backends for 1,000 requests, and the peak of resident memory in MiB; null where this machine
 * doesn't report it.
 * @throws when a response isn't 200, or a request fails: errors are no measurement.
 */
export async function load(server, requests, { amount, connections, rate, database, onAnswer }) {
  const before = await backendsCpu(database.admin, database.name);
  const serverBefore = cpuSeconds(server.pid);
  let memory = residentMiB(server.pid);
  const looking = setInterval(() => {
    memory = Math.max(memory, residentMiB(server.pid));
  }, LOOK);
  const send = rate ? steadily : flatOut;
  const { answered, failed, seconds, p50, p99, trouble } = await send(server, requests, { amount, connections, rate, onAnswer });
  clearInterval(looking);
  const serverAfter = cpuSeconds(server.pid);
  const postgres = backendsUsed(before, await backendsCpu(database.admin, database.name));
  if (failed || !answered) {
    const now = await askOnce(server, requests[0]).then(JSON.stringify, String);
    throw new Error(
      `${server.title}: ${failed} of ${answered + failed} requests failed (${trouble}; now: ${now.slice(0, 300)})\n${server.said()}`,
    );
  }
  const perThousand = used => (used === null ? null : (used / answered) * 1_000);
  return {
    throughput: answered / seconds,
    p50,
    p99,
    cpu: perThousand(serverAfter === null ? null : serverAfter - serverBefore),
    postgresCpu: perThousand(postgres),
    memory,
    answered,
  };
}

/** Maximum number of requests of one load. */
const MOST = 200_000;

/**
 * Estimates how many requests a server answers in so many seconds, from its rate so far.
 */
export const amountFor = ({ throughput }, seconds) => Math.min(MOST, Math.ceil(throughput * seconds));
