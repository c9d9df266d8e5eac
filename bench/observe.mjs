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
 * the CPU without. The servers take turns in short rounds, so that a busy machine changes both.
 */
const SIZE = { tenants: 200, people: 5_000, members: 100, datasets: 100, usages: 1_000 };

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '40' },
    amount: { type: 'string', default: '1500' },
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

/** Scrapes as Prometheus does, though more often. */
function scraping(port) {
  const timer = setInterval(
    () =>
      fetch(`http://127.0.0.1:${port}/metrics`).then(
        response => response.text(),
        () => {},
      ),
    5_000,
  );
  undo.push(() => clearInterval(timer));
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
    ...(values.baseline && { before: { limit: null, env: {}, cli: values.baseline } }),
    metrics: { limit: null, env: { METRICS_PORT: String(first) }, scraped: first },
    budget: { limit: budget, env: {} },
    traces: { limit: null, env: traces('0.01') },
    on: { limit: budget, env: { METRICS_PORT: String(second), ...traces('0.01') }, scraped: second },
    full: { limit: budget, env: traces('1') },
  };
  const chosen = values.settings?.split(',');
  for (const name of Object.keys(settings)) if (chosen && name !== 'off' && !chosen.includes(name)) delete settings[name];
  const servers = {};
  for (const [name, { env, scraped, cli }] of Object.entries(settings)) {
    servers[name] = await startServer('ours', { databaseUrl: database.url, jwksUri: issuer.jwksUri, tokenCache: true, env, cli });
    undo.push(servers[name].stop);
    if (scraped) scraping(scraped);
  }
  const asking = await askingOf(issuer, database, SIZE);
  const amount = Number(values.amount);
  for (const workload of values.workloads.split(',')) {
    const requests = await requestsOf(workload, 'ours', asking);
    const share = workload === 'members' ? 6 : 1;
    const send = (name, count) => load(servers[name], requests, { amount: Math.ceil(count / share), connections: 20, database });
    const setLimit = limit => database.admin.query('UPDATE plan SET cost_points_per_minute = $1', [limit]);
    await setLimit(null);
    for (const name of Object.keys(settings)) await send(name, 8_000);
    const ratios = Object.fromEntries(Object.keys(settings).map(name => [name, []]));
    for (let round = 0; round < Number(values.rounds); round += 1) {
      const cpu = {};
      for (const name of round % 2 ? Object.keys(settings).toReversed() : Object.keys(settings)) {
        await setLimit(settings[name].limit);
        await send(name, 300);
        const before = nanoseconds(servers[name].pid);
        const { answered } = await send(name, amount);
        cpu[name] = (nanoseconds(servers[name].pid) - before) / answered / 1_000;
      }
      for (const name of Object.keys(settings)) ratios[name].push(cpu[name] / cpu.off);
      say(
        `${workload} ${round + 1}: ${Object.entries(cpu)
          .map(([name, microseconds]) => `${name} ${microseconds.toFixed(0)} µs`)
          .join(', ')}`,
      );
    }
    for (const name of Object.keys(settings).slice(1))
      process.stdout.write(
        `${workload}: ${name} / off = ${median(ratios[name]).toFixed(3)} (${ratios[name].map(ratio => ratio.toFixed(2)).join(' ')})\n`,
      );
  }
} finally {
  await unwind();
}
