import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import { scrape, valueIn } from '../../observe/scrape.ts';
import { fixtures, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';
import { waitUntil } from '../../support/wait.ts';

/** With one connection 8 requests are executed at once (4 of one tenant), and 128 wait (32). */
const database = useDatabase();
const gateway = useGateway(database, { poolSize: 1, metrics: { host: '127.0.0.1', port: 0 } });
const make = fixtures(database);

async function tenant(slug: string) {
  const owner = await make.person(slug);
  const { id } = await make.tenant(slug, owner);
  const token = await gateway.tokenOf(owner);
  const rename = (name: string) =>
    gateway.ask(`mutation { renameTenant(input: { name: "${name}" }) { tenant { name } } }`, { token, tenant: slug });
  return { id, rename };
}

type Verbose = { readonly checks: { readonly load: { readonly ok: boolean; readonly found: string } } };

test('a gateway whose places to wait are taken is not ready, and is again when they are free', async () => {
  const tenants = [await tenant('acme'), await tenant('bolt'), await tenant('coil'), await tenant('dune')];
  const statusOf = async (url: string) => (await fetch(`${url}/readyz`)).status;
  const loadOf = async () => ((await (await fetch(`${gateway.metricsUrl}/readyz?verbose`)).json()) as Verbose).checks.load;
  expect([await statusOf(gateway.url), await loadOf()]).toMatchObject([200, { ok: true, found: '0 requests wait' }]);
  const client = new pg.Client(database.adminUrl);
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM tenant WHERE tenant_id = $1 FOR UPDATE', [tenants[0]!.id]);
  const statuses = new Set<number>();
  // On a slow machine those that came first waited too long when the last come: they ask again.
  let mayAsk = true;
  const ask = async (at: number): Promise<void> => {
    const { status } = await tenants[at % tenants.length]!.rename(`Name ${at}`);
    statuses.add(status);
    if (status === 503 && mayAsk) await sleep(100).then(() => ask(at));
  };
  const blocked = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  const waiting = async () => valueIn(await scrape(gateway.metricsUrl), 'ipto_queue_waiting');
  const asked: Promise<void>[] = [];
  let ready: Promise<number>;
  try {
    // The only connection waits for the row's lock, so that nobody is answered.
    asked.push(ask(0));
    await waitUntil(async () => (await database.sql(blocked)).length);
    for (let at = 1; at < 140; at += 1) asked.push(ask(at));
    await waitUntil(async () => (await waiting()) === 128);
    mayAsk = false;
    ready = statusOf(gateway.url);
    // After it, the first was answered, or waits for the database.
    await fetch(`${gateway.url}/livez`);
  } finally {
    await client.query('ROLLBACK');
    await client.end();
  }
  expect(await ready).toBe(503);
  await Promise.all(asked);
  expect([...statuses].sort()).toEqual([200, 503]);
  expect([await statusOf(gateway.url), await loadOf()]).toMatchObject([200, { ok: true, found: '0 requests wait' }]);
});
