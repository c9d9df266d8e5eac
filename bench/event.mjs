import { parseArgs } from 'node:util';
import { askingOf } from './lib/asking.mjs';
import { startDatabase } from './lib/database.mjs';
import { startIssuer } from './lib/issuer.mjs';
import { backendsCpu, backendsUsed, cpuSeconds } from './lib/proc.mjs';
import { median } from './lib/report.mjs';
import { startServer } from './lib/servers.mjs';
import { buildWithSwitch } from './lib/switch.mjs';
import { personAt } from './lib/workloads.mjs';

/**
 * What an event costs its mutation: the CPU of the gateway and of PostgreSQL for a rename, with its
 * event and without, in turns and in one process: two of the same build differ by more than an
 * event costs. The numbering, which comes later and for many events at once, is measured by the
 * clock.
 */
const SIZE = { tenants: 200, people: 5_000, members: 100, datasets: 1, usages: 100 };
const RENAME = 'mutation ($name: String!) { renameTenant(input: { name: $name }) { tenant { name } } }';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '30' }, requests: { type: 'string', default: '2000' } } });
const [rounds, requests] = [values.rounds, values.requests].map(Number);
const say = line => process.stderr.write(`${line}\n`);
const undo = [];
const unwind = async () => {
  for (const step of undo.splice(0).reverse()) await step();
};
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => unwind().finally(() => process.exit(130)));

/** Where src/domain/audit/record.ts decides that a change has events. */
const EMITTED = 'const emitted = code === null ? ';

try {
  const issuer = await startIssuer();
  undo.push(issuer.stop);
  const database = await startDatabase(SIZE, say);
  undo.push(database.stop);
  const { cli, remove } = buildWithSwitch({ [EMITTED]: 'const emitted = code === null && !globalThis.isOff ? ' });
  undo.push(remove);
  const { url, pid, stop } = await startServer('ours', {
    databaseUrl: database.url,
    jwksUri: issuer.jwksUri,
    tokenCache: true,
    cli,
  });
  undo.push(stop);
  const { tokenOf, tenantIds } = await askingOf(issuer, database, SIZE);
  const callers = [];
  // Every fiftieth tenant is suspended: these are the first that aren't.
  for (let tenant = 0; tenant < 49; tenant += 1)
    callers.push({ token: await tokenOf(personAt(tenant, 0, SIZE)), tenant: tenantIds[tenant] });

  const rename = async n => {
    const { token, tenant } = callers[n % callers.length];
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-tenant-id': tenant };
    const body = JSON.stringify({ query: RENAME, variables: { name: `Name ${n}` } });
    const answer = await (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).json();
    if (!answer.data?.renameTenant) throw new Error(JSON.stringify(answer));
  };
  const name = new URL(database.url).pathname.slice(1);
  /** CPU milliseconds of a request, in the gateway and in PostgreSQL. */
  async function round(count, hasEvents) {
    const [gateway, postgres] = [cpuSeconds(pid), await backendsCpu(database.admin, name)];
    let next = 0;
    const loops = Array.from({ length: 8 }, async () => {
      while (next < count) await rename(next++);
    });
    await Promise.all(loops);
    const spent = cpuSeconds(pid) - gateway;
    const before = process.hrtime.bigint();
    let [events, n] = [0, 500];
    for (; n === 500; events += n) n = (await database.admin.query('SELECT crossing_number_events(500) AS n')).rows[0].n;
    // By the clock: it runs on the connection of this script.
    const numbering = Number(process.hrtime.bigint() - before) / 1e9;
    if (events !== (hasEvents ? count : 0)) throw new Error(`${count} renames wrote ${events} events`);
    const used = backendsUsed(postgres, await backendsCpu(database.admin, name));
    return { gateway: (spent * 1_000) / count, postgres: (used * 1_000) / count, numbering: (numbering * 1_000) / count };
  }
  let isOn = true;
  const found = { with: [], without: [] };
  for (let n = -1; n < rounds; n += 1) {
    for (const which of n % 2 ? ['without', 'with'] : ['with', 'without']) {
      if (isOn !== (which === 'with')) process.kill(pid, 'SIGUSR2');
      isOn = which === 'with';
      const each = await round(requests, isOn);
      if (n >= 0) found[which].push(each); // the first pair warms up
    }
  }
  const share = what => {
    const pairs = found.with.map((each, at) => 1 - found.without[at][what] / each[what]);
    const [ours, theirs] = ['with', 'without'].map(which => median(found[which].map(each => each[what])));
    return `${what}: ${ours.toFixed(3)} ms with its event, ${theirs.toFixed(3)} ms without; the event's share ${(median(pairs) * 100).toFixed(1)} % (median of ${pairs.length} pairs, ${(Math.min(...pairs) * 100).toFixed(1)} to ${(Math.max(...pairs) * 100).toFixed(1)} %)`;
  };
  process.stdout.write(
    `${share('gateway')}\n${share('postgres')}\nnumbering: ${median(found.with.map(each => each.numbering)).toFixed(3)} ms an event, by the clock\n`,
  );
} finally {
  await unwind();
}
