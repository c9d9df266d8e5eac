import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { useDatabase } from '../../support/database.ts';
import { useTrade } from '../../support/trade.ts';

/** Every partition of every table, whichever there are: reachable through its table alone (T6). */
const trade = useTrade();
const bare = useDatabase();
let client: pg.Client;
let tenantId: string;
beforeAll(async () => {
  const deal = await trade.deal();
  expect((await trade.retrieve(deal.buyer.owner, deal)).errors).toEqual([]);
  tenantId = deal.buyer.tenant.id;
  client = new pg.Client({ connectionString: trade.database.runtimeUrl });
  await client.connect();
  await client.query("SELECT set_config('app.tenant_id', $1, false)", [tenantId]);
});
afterAll(() => client?.end());

const PARTITIONS =
  "SELECT c.oid::regclass::text AS name, c.relnamespace::regnamespace::text AS schema FROM pg_class c WHERE c.relispartition AND c.relkind = 'r' ORDER BY 1";
const partitions = () => trade.database.sql<{ name: string; schema: string }>(PARTITIONS);

test("T6: the gateway's role is refused each partition by itself", async () => {
  const all = await partitions();
  expect(all.length).toBeGreaterThanOrEqual(4 * 16 + 3);
  expect(await bare.sql(PARTITIONS)).toEqual(all);
  for (const { name } of all)
    for (const statement of [`SELECT FROM ${name}`, `DELETE FROM ${name}`, `INSERT INTO ${name} DEFAULT VALUES`])
      await expect(client.query(statement), statement).rejects.toMatchObject({
        code: '42501',
        message: expect.stringMatching(/^permission denied for schema /),
      });
});

test('T6: with privileges it would find no row there, not its own, and add none', async () => {
  const { name: runtime } = inject('cluster').runtime;
  const all = await partitions();
  const tables = ['audit_event', 'charge', 'usage_record'];
  for (const table of tables) expect((await client.query(`SELECT FROM ${table}`)).rowCount, table).toBeGreaterThan(0);
  for (const schema of new Set(all.map(({ schema }) => schema)))
    await trade.database.sql(`GRANT USAGE ON SCHEMA ${schema} TO ${runtime}; GRANT ALL ON ALL TABLES IN SCHEMA ${schema} TO ${runtime}`);
  for (const { name } of all) {
    expect((await client.query(`SELECT FROM ${name}`)).rowCount, name).toBe(0);
    expect((await client.query(`DELETE FROM ${name}`)).rowCount, name).toBe(0);
  }
  for (const table of tables) {
    const [home] = await trade.database.sql<{ name: string }>(
      `SELECT tableoid::regclass::text AS name FROM ${table} WHERE tenant_id = $1 LIMIT 1`,
      [tenantId],
    );
    const [row] = (await client.query(`SELECT id FROM ${table} LIMIT 1`)).rows;
    await expect(
      client.query(`INSERT INTO ${home!.name} SELECT (jsonb_populate_record(NULL::${home!.name}, $1)).*`, [
        { tenant_id: tenantId, id: row.id },
      ]),
    ).rejects.toMatchObject({ code: '42501', message: expect.stringContaining('row-level security') });
    expect((await client.query(`SELECT FROM ${table}`)).rowCount, table).toBeGreaterThan(0);
  }
});
