import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { migrate } from '../../src/database/admin/migrate.ts';
import { makeDatabase, type ScriptDatabase, startCluster } from '../database.ts';
import { LARGE_TABLES, migrateBefore } from '../earlier-migrations.ts';
import { argument, runDrill } from './frame.ts';
import { addEvents, fillLargeTables } from './large-rows.ts';
import { foundMarket, type Market, retrieve } from './market.ts';
import { createIssuer } from './tokens.ts';

/**
 * `tsx scripts/drills/partition.ts [--rows N] [--kills N]`: fills a database whose large tables
 * aren't in partitions, and converts it while a gateway serves retrievals, pages and renames. Kills
 * the conversion at random moments. Checks that no request failed, that what was acknowledged is
 * there once, that books balance and chains verify; prints how long requests took at most
 * (docs/decisions/0071-large-tables.md).
 */
const [ROWS, KILLS] = [argument('rows', 200_000), argument('kills', 3)];
/** Requests are measured without a conversion for this long, ms. */
const USUAL = 10_000;
const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const PAGE =
  '{ tenant { usage { records(first: 20) { edges { node { id at } } } } auditEvents(first: 20) { edges { node { id } } } charges(first: 20) { edges { node { id } } } } }';

type Load = { readonly took: number[]; readonly acknowledged: string[]; renames: number; failed: number; stop(): Promise<void> };

/** Retrieves, reads and renames, two clients each, until it is stopped. */
function load(url: string, token: string, market: Market, fault: (what: string) => void): Load {
  const state = { took: [] as number[], acknowledged: [] as string[], renames: 0, failed: 0 };
  let isOver = false;
  const ask = async (query: string, variables: object = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-tenant-id': market.buyer },
      body: JSON.stringify({ query, variables }),
    });
    const { errors } = (await response.json()) as { errors?: readonly object[] };
    if (errors) fault(`${response.status} ${JSON.stringify(errors).slice(0, 300)}`);
    return !errors;
  };
  let name = 0;
  const kinds: (() => Promise<void>)[] = [
    async () => {
      const id = await retrieve(url, token, market, crypto.randomUUID());
      if (id) state.acknowledged.push(id);
      else fault('a retrieval failed');
    },
    async () => void (await ask(PAGE)),
    async () => {
      name += 1;
      if (await ask('mutation ($n: String!) { renameTenant(input: { name: $n }) { tenant { name } } }', { n: `Buyer ${name}` }))
        state.renames += 1;
    },
  ];
  const loops = [...kinds, ...kinds].map(async once => {
    while (!isOver) {
      const since = performance.now();
      await once();
      state.took.push(performance.now() - since);
      await sleep(10);
    }
  });
  return Object.assign(state, {
    stop: async () => {
      isOver = true;
      await Promise.all(loops);
    },
  });
}

const share = (took: readonly number[], part: number) =>
  [...took].sort((a, b) => a - b)[Math.min(took.length - 1, Math.floor(took.length * part))] ?? 0;
const figures = (took: readonly number[]) =>
  `p50 ${share(took, 0.5).toFixed(0)}, p99 ${share(took, 0.99).toFixed(0)}, longest ${share(took, 1).toFixed(0)} ms`;

/** Runs the conversion as a process, and kills it after a while unless that is null. */
async function convert(database: ScriptDatabase, killAfter: number | null): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', CLI, 'partition'], {
    env: { ...process.env, DATABASE_URL: database.adminUrl },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.on('data', chunk => {
    text += chunk;
    process.stderr.write(chunk);
  });
  const timer = killAfter === null ? null : setTimeout(() => child.kill('SIGKILL'), killAfter);
  const [code] = await once(child, 'exit');
  if (timer) clearTimeout(timer);
  return { code, text };
}

async function verify(database: ScriptDatabase, fault: (what: string) => void) {
  // Of millions of rows a verification takes longer than a request may.
  await database.sql(`ALTER ROLE ${new URL(database.runtimeUrl).username} SET statement_timeout = 0`);
  for (const command of ['audit', 'billing']) {
    const child = spawn(process.execPath, ['--import', 'tsx', CLI, command, 'verify'], {
      env: { ...process.env, DATABASE_URL: database.runtimeUrl },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', chunk => {
      text += chunk;
    });
    const [code] = await once(child, 'exit');
    process.stderr.write(text);
    if (code !== 0) fault(`${command} verify: ${text}`);
  }
}

const sizeOf = async ({ sql }: ScriptDatabase) =>
  Number((await sql<{ size: string }>('SELECT pg_database_size(current_database()) AS size'))[0]!.size) / 2 ** 20;

await runDrill(
  'partition',
  async ({ fault, atEnd }) => {
    const cluster = await startCluster({ durable: true });
    atEnd(cluster.stop);
    let runtime: Parameters<typeof migrate>[0]['runtime'] | undefined;
    const database = await makeDatabase(cluster.url, 'partition', options => {
      runtime = options.runtime;
      return migrateBefore(options, LARGE_TABLES);
    });
    atEnd(database.drop);
    const began = performance.now();
    await fillLargeTables(database, { rows: ROWS });
    const market = await foundMarket(database);
    await addEvents(database, 1); // or `audit verify` misses that of a founding
    await migrate({ url: database.adminUrl, runtime: runtime! });
    process.stderr.write(
      `${ROWS.toLocaleString('en')} rows in ${((performance.now() - began) / 1_000).toFixed(0)} s, ${(await sizeOf(database)).toFixed(0)} MB\n`,
    );
    const { keys, tokenOf } = await createIssuer();
    const gateway: ChildProcess = fork(fileURLToPath(new URL('./transfer-child.ts', import.meta.url)), {
      env: { ...process.env, DRILL_DATABASE_URL: database.runtimeUrl, DRILL_KEYS: JSON.stringify(keys) },
    });
    atEnd(() => gateway.kill('SIGKILL'));
    const [url] = (await once(gateway, 'message')) as [string];
    const token = await tokenOf('buyer');
    await sleep(500);
    const usual = load(url, token, market, fault);
    await sleep(USUAL);
    await usual.stop();

    const during = load(url, token, market, fault);
    const since = performance.now();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const { code } = await convert(database, 1_500 + Math.random() * 5_000);
      if (code === 0) break;
    }
    const { code, text } = await convert(database, null);
    const seconds = (performance.now() - since) / 1_000;
    await sleep(1_000);
    await during.stop();
    if (code !== 0) fault(`the conversion ended with ${code}: ${text}`);
    const [form] = await database.sql<{ kinds: string }>(
      "SELECT string_agg(relkind::text, '') AS kinds FROM pg_class WHERE oid IN ('charge'::regclass, 'earning'::regclass, 'usage_record'::regclass, 'audit_event'::regclass)",
    );
    if (form!.kinds !== 'pppp') fault('a table is not in partitions');
    const acknowledged = [...usual.acknowledged, ...during.acknowledged];
    const kept = await database.sql<{ id: string }>('SELECT id FROM charge JOIN usage_record USING (tenant_id, id) WHERE tenant_id = $1', [
      market.buyer,
    ]);
    if (kept.length !== new Set(acknowledged).size || !acknowledged.every(id => kept.some(row => row.id === id)))
      fault(`${acknowledged.length} retrievals were acknowledged, and ${kept.length} are there`);
    const [log] = await database.sql<{ many: number }>(
      "SELECT count(*)::int AS many FROM audit_event WHERE tenant_id = $1 AND action = 'tenant.rename'",
      [market.buyer],
    );
    if (log!.many !== usual.renames + during.renames) fault(`${usual.renames + during.renames} renames, and ${log!.many} events`);
    await verify(database, fault);
    return `${ROWS.toLocaleString('en')} rows in ${seconds.toFixed(0)} s, ${KILLS} kills, ${during.took.length.toLocaleString('en')} requests ${figures(during.took)}, before ${figures(usual.took)}`;
  },
  { rounds: 1, limit: [7_200, 0] },
);
