import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { askingOf } from './lib/asking.mjs';
import { startDatabase } from './lib/database.mjs';
import { startIssuer } from './lib/issuer.mjs';
import { COLLECTS, keptMiB } from './lib/memory.mjs';
import { startServer } from './lib/servers.mjs';
import { personAt } from './lib/workloads.mjs';

/**
 * What subscriptions cost: the memory of idle ones, and the time from the acknowledgement of a
 * change to the receipt of its event, with changes at a given rate in many tenants.
 */
const SIZE = { tenants: 200, people: 5_000, members: 100, datasets: 1, usages: 100 };
const FOLLOWED = 'subscription { tenantChanged { cursor event { data } } }';
const RENAME = 'mutation ($name: String!) { renameTenant(input: { name: $name }) { tenant { name } } }';

const { values } = parseArgs({
  options: {
    idle: { type: 'string', default: '2000' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '20' },
    /** Every fiftieth tenant is suspended: these are the first that aren't. */
    tenants: { type: 'string', default: '49' },
  },
});
const [idle, rate, seconds, tenants] = [values.idle, values.rate, values.seconds, values.tenants].map(Number);
const say = line => process.stderr.write(`${line}\n`);
const undo = [];
const unwind = async () => {
  for (const step of undo.splice(0).reverse()) await step();
};
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => unwind().finally(() => process.exit(130)));

const agent = new Agent({ keepAlive: true, maxSockets: 50 });

/** Sends an operation, and returns the response once its head is there. */
const send = (url, { query, variables, token, tenant }, streams) =>
  new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      accept: streams ? 'text/event-stream' : 'application/json',
      authorization: `Bearer ${token}`,
      'x-tenant-id': tenant,
    };
    const sent = request(`${url}/graphql`, { method: 'POST', headers, ...(streams ? { agent: false } : { agent }) }, resolve);
    sent.on('error', reject);
    sent.end(JSON.stringify({ query, variables }));
  });

const quantile = (numbers, part) => numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * part))];

try {
  const issuer = await startIssuer();
  undo.push(issuer.stop);
  const database = await startDatabase(SIZE, say);
  undo.push(database.stop);
  const server = await startServer('ours', { databaseUrl: database.url, jwksUri: issuer.jwksUri, tokenCache: true, env: COLLECTS });
  undo.push(server.stop);
  const kept = () => keptMiB({ pid: server.pid, log: server.said });
  const { tokenOf, tenantIds } = await askingOf(issuer, database, SIZE);
  const caller = async (tenant, place) => ({ token: await tokenOf(personAt(tenant, place, SIZE)), tenant: tenantIds[tenant] });

  const received = new Map();
  const follow = async (tenant, place) => {
    const response = await send(server.url, { query: FOLLOWED, ...(await caller(tenant, place)) }, true);
    if (response.statusCode !== 200) throw new Error(`a subscription was answered with ${response.statusCode}`);
    undo.push(() => response.destroy());
    let text = '';
    response.setEncoding('utf8').on('data', part => {
      const at = performance.now();
      const blocks = (text + part).split('\n\n');
      text = blocks.pop();
      for (const block of blocks) received.get(/"data":\{"name":"(Change \d+)"\}/.exec(block)?.[1])?.(at);
    });
    response.on('error', () => {});
  };

  for (let warm = 0; warm < 3_000; warm += 1)
    (await send(server.url, { query: RENAME, variables: { name: `Warm ${warm}` }, ...(await caller(warm % tenants, 0)) })).resume();
  const before = await kept();
  for (let open = 0; open < idle; open += 1) await follow(tenants + (open % (SIZE.tenants - tenants)), open % 20);
  const after = await kept();
  say(`${idle} idle streams: ${(after - before).toFixed(0)} MiB (${before.toFixed(0)} before, ${after.toFixed(0)} after)`);

  for (let tenant = 0; tenant < tenants; tenant += 1) await follow(tenant, 0);
  const delays = [];
  const began = performance.now();
  const sending = [];
  for (let n = 0; n < rate * seconds; n += 1) {
    const due = began + (n * 1_000) / rate;
    if (performance.now() < due) await sleep(due - performance.now());
    const name = `Change ${n}`;
    sending.push(
      (async () => {
        const arrived = new Promise(resolve => received.set(name, resolve));
        const response = await send(server.url, { query: RENAME, variables: { name }, ...(await caller(n % tenants, 0)) });
        const acknowledged = performance.now();
        response.resume();
        delays.push(Math.max(0, (await arrived) - acknowledged));
        received.delete(name);
      })(),
    );
  }
  await Promise.race([Promise.all(sending), sleep(30_000)]);
  const took = (performance.now() - began) / 1_000;
  process.stdout.write(
    `${idle} idle streams: ${(after - before).toFixed(0)} MiB; ${delays.length} of ${sending.length} events at ${(delays.length / took).toFixed(0)}/s, from the acknowledgement to the receipt: p50 ${quantile(delays, 0.5).toFixed(0)} ms, p99 ${quantile(delays, 0.99).toFixed(0)} ms\n`,
  );
} finally {
  await unwind();
  agent.destroy();
}
