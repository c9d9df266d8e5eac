import { Agent, request } from 'node:http';
import autocannon from 'autocannon';

/**
 * The result of a load: how many requests were answered with 200 and how many not, in how many
 * seconds, p50 and p99 in ms, and what went wrong, in a few words.
 *
 * @typedef {{ answered: number, failed: number, seconds: number, p50: number, p99: number, trouble:
 * string }} Sent
 */

/** Time-out of a request, s. */
const PATIENCE = 60;

/**
 * Each connection begins at a different request, so that they don't all use the same tenant.
 */
function spread(requests, connections) {
  let next = 0;
  const sent = requests.map(({ nextBody, ...request }) =>
    nextBody ? { ...request, setupRequest: made => ({ ...made, body: nextBody() }) } : request,
  );
  return client => {
    const from = Math.floor((next++ % connections) * (sent.length / connections));
    client.setRequests([...sent.slice(from), ...sent.slice(0, from)]);
  };
}

/**
 * Sends the next request on each connection as soon as the last one is answered. `onAnswer` is
 * called for each response.
 *
 * @returns {Promise<Sent>}
 */
export async function flatOut({ url }, requests, { amount, connections, onAnswer }) {
  const setupClient = spread(requests, connections);
  const [{ nextBody: _, ...first }] = requests;
  const began = performance.now();
  let ended = began; // autocannon itself reads the clock once a second
  const running = autocannon({ url, connections, amount: Math.max(amount, connections), ...first, setupClient, timeout: PATIENCE });
  running.on('response', () => {
    ended = performance.now();
    onAnswer?.();
  });
  const { '2xx': answered, non2xx, errors, timeouts, latency, statusCodeStats } = await running;
  const statuses = Object.entries(statusCodeStats ?? {}).map(([status, { count }]) => `${status}: ${count}`);
  const trouble = [...statuses, `connections: ${errors}`, `timeouts: ${timeouts}`].join(', ');
  return { answered, failed: non2xx + errors + timeouts, seconds: (ended - began) / 1_000, p50: latency.p50, p99: latency.p99, trouble };
}

/** Interval of looking for due requests, ms. */
const LOOK = 1;

/**
 * Sends a fixed number of requests a second, whether or not the earlier ones are answered. Latency
 * counts from the moment a request was due, so a slow moment isn't hidden.
 *
 * @returns {Promise<Sent>}
 */
export async function steadily({ url }, requests, { amount, connections, rate }) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies = [];
  const troubles = new Map();
  const began = performance.now();
  const dueAt = at => began + (at * 1_000) / rate;

  function ask(at) {
    const { headers, nextBody, body: usual } = requests[at % requests.length];
    const body = nextBody?.() ?? usual;
    return new Promise(resolve => {
      const fail = what => resolve(troubles.set(what, (troubles.get(what) ?? 0) + 1));
      const asked = request(`${url}/graphql`, {
        method: 'POST',
        agent,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      });
      asked.setTimeout(PATIENCE * 1_000, () => asked.destroy(new Error('timeout')));
      asked.on('error', ({ code, message }) => fail(code ?? message));
      asked.on('response', response => {
        response.resume();
        response.on('error', ({ message }) => fail(message));
        response.on('end', () => {
          if (response.statusCode !== 200) return fail(response.statusCode);
          resolve(latencies.push(performance.now() - dueAt(at)));
        });
      });
      asked.end(body);
    });
  }

  const sent = [];
  while (sent.length < amount) {
    while (sent.length < amount && dueAt(sent.length) <= performance.now()) sent.push(ask(sent.length));
    await new Promise(resolve => setTimeout(resolve, LOOK));
  }
  await Promise.all(sent);
  const seconds = (performance.now() - began) / 1_000;
  agent.destroy();
  latencies.sort((one, other) => one - other);
  const percentile = part => latencies[Math.floor(latencies.length * part)] ?? null;
  return {
    answered: latencies.length,
    failed: amount - latencies.length,
    ...{ seconds, p50: percentile(0.5), p99: percentile(0.99) },
    trouble: [...troubles].map(([what, count]) => `${what}: ${count}`).join(', '),
  };
}
