import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { askingOf } from './lib/asking.mjs';
import { startDatabase } from './lib/database.mjs';
import { startIssuer } from './lib/issuer.mjs';
import { backendsCpu, backendsUsed, cpuSeconds } from './lib/proc.mjs';
import { median } from './lib/report.mjs';
import { flatOut } from './lib/senders.mjs';
import { startServer } from './lib/servers.mjs';
import { requestsOf } from './lib/workloads.mjs';

/**
 * What a second worker behind the same port brings: throughput, CPU and p99 with `WORKERS=2` and
 * with one, in turns. The load's sender and PostgreSQL run on the same cores, so their shares are
 * printed: what they use, no gateway can.
 */
const SIZE = { tenants: 200, people: 5_000, members: 100, datasets: 100, usages: 1_000 };

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '6' },
    amount: { type: 'string', default: '8000' },
    connections: { type: 'string', default: '40' },
    workloads: { type: 'string', default: 'viewer,members,rename' },
  },
});
const [rounds, amount, connections] = [values.rounds, values.amount, values.connections].map(Number);
const undo = [];
const unwind = async () => {
  for (const step of undo.splice(0).reverse()) await step();
};
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => unwind().finally(() => process.exit(130)));

/** A process and its children. */
function family(pid) {
  const isChild = id => {
    try {
      const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
    } catch {
      return false; // It ended.
    }
  };
  return [pid, ...readdirSync('/proc').filter(name => /^\d+$/.test(name) && isChild(name))];
}

const familySeconds = pid => family(pid).reduce((sum, each) => sum + (cpuSeconds(each) ?? 0), 0);

const ownSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

try {
  const issuer = await startIssuer();
  undo.push(issuer.stop);
  const database = await startDatabase(SIZE, line => process.stderr.write(`${line}\n`));
  undo.push(database.stop);
  const servers = {};
  for (const workers of [1, 2]) {
    const env = { WORKERS: String(workers) };
    servers[workers] = await startServer('ours', { databaseUrl: database.url, jwksUri: issuer.jwksUri, tokenCache: true, env });
    undo.push(servers[workers].stop);
  }
  const asking = await askingOf(issuer, database, SIZE);
  await database.admin.query('UPDATE plan SET cost_points_per_minute = NULL');

  /** Throughput and p99, and who used how many CPU seconds of the cores' time. */
  async function round(server, requests) {
    const before = [familySeconds(server.pid), ownSeconds(), await backendsCpu(database.admin, database.name)];
    const { answered, failed, seconds, p99, trouble } = await flatOut(server, requests, { amount, connections });
    const [gateway, sender] = [familySeconds(server.pid) - before[0], ownSeconds() - before[1]];
    const postgres = backendsUsed(before[2], await backendsCpu(database.admin, database.name));
    if (failed) throw new Error(`${failed} requests failed: ${trouble}`);
    const share = used => used / seconds / cpus().length;
    return {
      ...{ throughput: answered / seconds, p99, gatewayMs: (gateway / answered) * 1_000 },
      ...{ gateway: share(gateway), postgres: share(postgres), sender: share(sender) },
    };
  }

  for (const workload of values.workloads.split(',')) {
    const requests = await requestsOf(workload, 'ours', asking);
    for (const server of Object.values(servers)) await round(server, requests);
    const found = { 1: [], 2: [] };
    for (let n = 0; n < rounds; n += 1)
      for (const workers of n % 2 ? [2, 1] : [1, 2]) found[workers].push(await round(servers[workers], requests));
    const of = (workers, what) => median(found[workers].map(each => each[what]));
    const percent = share => `${(share * 100).toFixed(0)} %`;
    const pairs = found[2].map((each, at) => each.throughput / found[1][at].throughput);
    process.stdout.write(`${workload}: two workers answer ${median(pairs).toFixed(2)} times what one does (median of ${rounds} pairs)\n`);
    for (const workers of [1, 2])
      process.stdout.write(
        `  WORKERS=${workers}: ${of(workers, 'throughput').toFixed(0)} a second, p99 ${of(workers, 'p99').toFixed(0)} ms, ` +
          `${of(workers, 'gatewayMs').toFixed(3)} ms of the gateway's CPU each; of the cores' time the gateway ${percent(of(workers, 'gateway'))}, ` +
          `PostgreSQL ${percent(of(workers, 'postgres'))}, the sender ${percent(of(workers, 'sender'))}\n`,
      );
  }
} finally {
  await unwind();
}
