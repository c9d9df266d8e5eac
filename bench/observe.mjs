import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { askingOf } from './lib/asking.mjs';
import { startDatabase } from './lib/database.mjs';
import { startIssuer } from './lib/issuer.mjs';
import { load } from './lib/load.mjs';
import { cpuNanoseconds } from './lib/proc.mjs';
import { median } from './lib/report.mjs';
import { startServer } from './lib/servers.mjs';
import { buildWithSwitch } from './lib/switch.mjs';
import { requestsOf } from './lib/workloads.mjs';

/**
 * What metrics, the budget and traces cost the gateway: the CPU of a request with them and without,
 * in turns and in one process, which two processes of the same build can't tell.
 */
const SIZE = { tenants: 200, people: 5_000, members: 100, datasets: 100, usages: 1_000 };

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '60' },
    /** Requests of a round; of members a sixth. */
    amount: { type: 'string', default: '6000' },
    workloads: { type: 'string', default: 'viewer,members' },
    /** Which share of the requests is traced. */
    traced: { type: 'string', default: '0.01' },
    /** What is turned off and on; nothing: what is found is chance. */
    parts: { type: 'string', default: 'counts,process,traces,budget' },
  },
});
const say = line => process.stderr.write(`${line}\n`);
const undo = [];
const unwind = async () => {
  for (const step of undo.splice(0).reverse()) await step();
};
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => unwind().finally(() => process.exit(130)));

/** Where src/http/server/server.ts has a request counted and traced. */
const OBSERVED = 'observeRequest(log, observers, request, response)';
const PARTS = values.parts.split(',');
const observer = (name, part) => `${name}: ${PARTS.includes(part) ? null : `observers.${name}`}`;
const OFF = `{ ${observer('counts', 'counts')}, ${observer('startTrace', 'traces')} }`;
const SWITCHED = `observeRequest(log, globalThis.isOff ? ${OFF} : observers, request, response)`;
const METRICS_PORT = 19_464;
/** Points a minute: more than is asked for. */
const BUDGET = 2_000_000_000;

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
function startScraping() {
  const scrape = () => fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`).then(response => response.text());
  const timer = setInterval(() => scrape().catch(() => {}), 5_000);
  undo.push(() => clearInterval(timer));
}

try {
  const issuer = await startIssuer();
  undo.push(issuer.stop);
  const database = await startDatabase(SIZE, say);
  undo.push(database.stop);
  const { cli, remove } = buildWithSwitch(OBSERVED, SWITCHED);
  undo.push(remove);
  const server = await startServer('ours', {
    databaseUrl: database.url,
    jwksUri: issuer.jwksUri,
    tokenCache: true,
    cli,
    env: {
      METRICS_PORT: String(METRICS_PORT),
      OTEL_EXPORTER_OTLP_ENDPOINT: await startCollector(),
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: values.traced,
      ...(PARTS.includes('process') && { NODE_OPTIONS: `--import=${new URL('lib/default-metrics.mjs', import.meta.url)}` }),
    },
  });
  undo.push(server.stop);
  startScraping();
  const asking = await askingOf(issuer, database, SIZE);

  let isOn = true;
  async function turn(on) {
    if (isOn === on) return;
    isOn = on;
    process.kill(server.pid, 'SIGUSR2');
    if (PARTS.includes('budget')) await database.admin.query('UPDATE plan SET cost_points_per_minute = $1', [on ? BUDGET : null]);
  }

  for (const workload of values.workloads.split(',')) {
    const requests = await requestsOf(workload, 'ours', asking);
    const amount = Math.ceil(Number(values.amount) / (workload === 'members' ? 6 : 1));
    const send = count => load(server, requests, { amount: count, connections: 20, database });
    /** CPU of a request, µs. */
    async function round(on) {
      await turn(on);
      await send(300); // meets the new plan
      const before = cpuNanoseconds(server.pid);
      const { answered } = await send(amount);
      return (cpuNanoseconds(server.pid) - before) / answered / 1_000;
    }
    await database.admin.query('UPDATE plan SET cost_points_per_minute = $1', [BUDGET]);
    for (const on of [true, false, true, false]) {
      await turn(on);
      await send(amount * 2);
    }
    const found = { on: [], off: [] };
    for (let pair = 0; pair < Number(values.pairs); pair += 1)
      for (const which of pair % 2 ? ['on', 'off'] : ['off', 'on']) found[which].push(await round(which === 'on'));
    const ratios = found.on.map((cpu, at) => cpu / found.off[at]).sort((one, other) => one - other);
    const [on, off] = [median(found.on), median(found.off)];
    const quarters = [0.25, 0.75].map(part => ratios[Math.floor(part * ratios.length)].toFixed(3));
    process.stdout.write(
      `${workload}: ${on.toFixed(1)} µs with, ${off.toFixed(1)} µs without: ${(on / off).toFixed(3)}; by pairs ${median(ratios).toFixed(3)} (half of ${ratios.length}: ${quarters.join(' to ')})\n`,
    );
  }
} finally {
  await unwind();
}
