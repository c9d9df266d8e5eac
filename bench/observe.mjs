import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { askingOf } from './lib/asking.mjs';
import { startDatabase } from './lib/database.mjs';
import { startIssuer } from './lib/issuer.mjs';
import { load } from './lib/load.mjs';
import { cpuNanoseconds } from './lib/proc.mjs';
import { startServer } from './lib/servers.mjs';
import { buildWithSwitch } from './lib/switch.mjs';
import { requestsOf } from './lib/workloads.mjs';

/**
 * What metrics, the budget and traces cost the gateway: the CPU of a request with them and without,
 * in turns, in one process and within a fraction of a second. Two processes of the same build, and
 * two seconds of a shared machine, differ by more.
 */
const SIZE = { tenants: 200, people: 5_000, members: 100, datasets: 100, usages: 1_000 };

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '600' },
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
/** Where src/http/budget/request-budget.ts counts nothing, because nobody has a limit. */
const UNPAID = 'if (payer.limit === null && !payer.cap && !this.#showsCost)';
const SWITCHED = {
  [OBSERVED]: `observeRequest(log, globalThis.isOff ? ${OFF} : observers, request, response)`,
  ...(PARTS.includes('budget') && { [UNPAID]: UNPAID.replace('if (', 'if (globalThis.isOff || ') }),
};
const METRICS_PORT = 19_464;
/** How long it is on or off, ms. */
const TURN = 150;
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

const scrape = () => fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`).then(response => response.text());
/** Scrapes whose CPU is read, apart from the requests. */
const SCRAPES = 50;

/** CPU of a request in some turns, µs. */
const microseconds = turns => turns.reduce((sum, { cpu }) => sum + cpu, 0) / turns.reduce((sum, { answered }) => sum + answered, 0) / 1_000;
const ratio = pairs => microseconds(pairs.map(({ on }) => on)) / microseconds(pairs.map(({ off }) => off));

/** Where 95 of 100 ratios lie, if as many pairs are drawn from the pairs again and again. */
function interval(pairs) {
  const draw = () => pairs.map(() => pairs[Math.floor(Math.random() * pairs.length)]);
  const ratios = Array.from({ length: 1_000 }, () => ratio(draw())).sort((one, other) => one - other);
  return [ratios[25], ratios[974]];
}

try {
  const issuer = await startIssuer();
  undo.push(issuer.stop);
  const database = await startDatabase(SIZE, say);
  undo.push(database.stop);
  const { cli, remove } = buildWithSwitch(SWITCHED);
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
  const asking = await askingOf(issuer, database, SIZE);

  await database.admin.query('UPDATE plan SET cost_points_per_minute = $1', [BUDGET]);

  let isOn = true;
  let answered = 0;
  const onAnswer = () => {
    answered += 1;
  };
  /** CPU, ns, and responses of one turn. */
  async function turn(on) {
    if (on !== isOn) process.kill(server.pid, 'SIGUSR2');
    isOn = on;
    const before = { cpu: cpuNanoseconds(server.pid), answered };
    await sleep(TURN);
    return { cpu: cpuNanoseconds(server.pid) - before.cpu, answered: answered - before.answered };
  }

  for (const workload of values.workloads.split(',')) {
    const requests = await requestsOf(workload, 'ours', asking);
    let isOver = false;
    const loading = (async () => {
      while (!isOver) await load(server, requests, { amount: 2_000, connections: 20, database, onAnswer });
    })();
    for (let time = 0; time < 100; time += 1) await turn(time % 2 === 0); // V8 compiles both
    const pairs = [];
    while (pairs.length < Number(values.pairs)) {
      const onFirst = Math.random() < 0.5;
      const [first, second] = [await turn(onFirst), await turn(!onFirst)];
      pairs.push(onFirst ? { on: first, off: second } : { on: second, off: first });
    }
    isOver = true;
    await loading;
    const [low, high] = interval(pairs);
    const [on, off] = ['on', 'off'].map(which => microseconds(pairs.map(pair => pair[which])));
    process.stdout.write(
      `${workload}: ${on.toFixed(1)} µs with, ${off.toFixed(1)} µs without: ${(on / off).toFixed(3)} (95 of 100 draws from ${pairs.length} pairs: ${low.toFixed(3)} to ${high.toFixed(3)})\n`,
    );
  }
  const before = cpuNanoseconds(server.pid);
  for (let time = 0; time < SCRAPES; time += 1) await scrape();
  const used = (cpuNanoseconds(server.pid) - before) / SCRAPES / 1e6;
  process.stdout.write(`a scrape: ${used.toFixed(1)} ms\n`);
} finally {
  await unwind();
}
