import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { askingOf } from './lib/asking.mjs';
import { startDatabase } from './lib/database.mjs';
import { startIssuer } from './lib/issuer.mjs';
import { load } from './lib/load.mjs';
import { median } from './lib/report.mjs';
import { startServer } from './lib/servers.mjs';
import { requestsOf } from './lib/workloads.mjs';

/**
 * What metrics, the budget and traces cost the gateway: CPU per request with them, as a ratio to
 * the CPU without. The servers take turns in short rounds, so that a busy machine changes both, and
 * are started anew a few times.
 */
const SIZE = { tenants: 200, people: 5_000, members: 100, datasets: 100, usages: 1_000 };

const { values } = parseArgs({
  options: {
    /** How often all servers start anew: equal processes differ by a tenth all their life. */
    starts: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '4' },
    amount: { type: 'string', default: '10000' },
    /** Some of the settings below, beside `off`. */
    settings: { type: 'string' },
    workloads: { type: 'string', default: 'viewer,members' },
    /** The build of another commit, to be compared as well. */
    baseline: { type: 'string' },
  },
});
const say = line => process.stderr.write(`${line}\n`);
const undo = [];
const unwind = async () => {
  for (const step of undo.splice(0).reverse()) await step();
};
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => unwind().finally(() => process.exit(130)));

/** A collector that takes everything. */
async function startCollector() {
  const collector = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  });
  await new Promise(resolve => collector.listen(0, '127.0.0.1', resolve));
  undo.push(() => collector.close());
  return `http://127.0.0.1:${collector.address().port}`;
}

/** Scrapes as Prometheus does, though more often, until the returned function is called. */
function scraping(port) {
  const timer = setInterval(
    () =>
      fetch(`http://127.0.0.1:${port}/metrics`).then(
        response => response.text(),
        () => {},
      ),
    5_000,
  );
  return () => clearInterval(timer);
}

/** The CPU time of a process, ns: finer than the ticks of `/proc/<pid>/stat`, for short rounds. */
const nanoseconds = pid =>
  readdirSync(`/proc/${pid}/task`).reduce(
    (sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
    0,
  );

try {
  const issuer = await startIssuer();
  undo.push(issuer.stop);
  const database = await startDatabase(SIZE, say);
  undo.push(database.stop);
  const endpoint = await startCollector();
  const traces = ratio => ({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: ratio });
  const [first, second] = [19_464, 19_465];
  const budget = 2_000_000_000;
  const settings = {
    off: { limit: null, env: {} },
    // The same once more: by how much equal servers differ.
    again: { limit: null, env: {} },
    ...(values.baseline && { before: { limit: null, env: {}, cli: values.baseline } }),
    metrics: { limit: null, env: { METRICS_PORT: String(first) }, scraped: first },
    budget: { limit: budget, env: {} },
    traces: { limit: null, env: traces('0.01') },
    on: { limit: budget, env: { METRICS_PORT: String(second), ...traces('0.01') }, scraped: second },
    full: { limit: budget, env: traces('1') },
  };
  const chosen = values.settings?.split(',');
  for (const name of Object.keys(settings)) if (chosen && name !== 'off' && !chosen.includes(name)) delete settings[name];
  const asking = await askingOf(issuer, database, SIZE);
  const setLimit = limit => database.admin.query('UPDATE plan SET cost_points_per_minute = $1', [limit]);
  const names = Object.keys(settings);
  const workloads = values.workloads.split(',');
  const ratios = Object.fromEntries(workloads.map(workload => [workload, Object.fromEntries(names.map(name => [name, []]))]));

  /** CPU of a request, µs. */
  async function measured(send, server, amount) {
    const before = nanoseconds(server.pid);
    const { answered } = await send(server, amount);
    return (nanoseconds(server.pid) - before) / answered / 1_000;
  }

  /** The sums of some rounds of all servers in turn, while they live. */
  async function life(workload, servers) {
    const requests = await requestsOf(workload, 'ours', asking);
    const share = workload === 'members' ? 6 : 1;
    const send = (server, count) => load(server, requests, { amount: Math.ceil(count / share), connections: 20, database });
    await setLimit(null);
    for (const name of names) await send(servers[name], 24_000);
    const cpu = Object.fromEntries(names.map(name => [name, 0]));
    for (let round = 0; round < Number(values.rounds); round += 1)
      for (const name of round % 2 ? names.toReversed() : names) {
        await setLimit(settings[name].limit);
        await send(servers[name], 300);
        cpu[name] += await measured(send, servers[name], Number(values.amount));
      }
    for (const name of names) ratios[workload][name].push(cpu[name] / cpu.off);
    say(`${workload}: ${names.map(name => `${name} ${(cpu[name] / values.rounds).toFixed(0)} µs`).join(', ')}`);
  }

  for (let start = 0; start < Number(values.starts); start += 1) {
    const servers = {};
    const stop = [];
    for (const name of start % 2 ? names.toReversed() : names) {
      const { env, scraped, cli } = settings[name];
      servers[name] = await startServer('ours', { databaseUrl: database.url, jwksUri: issuer.jwksUri, tokenCache: true, env, cli });
      stop.push(servers[name].stop);
      if (scraped) stop.push(scraping(scraped));
    }
    undo.push(async () => {
      for (const end of stop.splice(0)) await end();
    });
    for (const workload of workloads) await life(workload, servers);
    for (const end of stop.splice(0).reverse()) await end();
  }
  for (const workload of workloads)
    for (const name of names.slice(1)) {
      const found = ratios[workload][name];
      process.stdout.write(
        `${workload}: ${name} / off = ${median(found).toFixed(3)} (${found.map(ratio => ratio.toFixed(2)).join(' ')})\n`,
      );
    }
} finally {
  await unwind();
}
