import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { migrate } from '../../../src/database/admin/migrate.ts';
import { cancelPartitioning, partitionTables } from '../../../src/database/admin/partition.ts';
import { createDatabase, fixtures, type Tenant, type TestDatabase } from '../../support/database.ts';
import { addEvents, catalogueOf, createUnpartitioned } from '../../support/unpartitioned.ts';

/** The steps of a conversion, one by one (docs/decisions/0071-large-tables.md). */
let database: TestDatabase;
let tenant: Tenant;
let client: pg.Client;
beforeEach(async () => {
  database = await createUnpartitioned();
  const make = fixtures(database);
  tenant = await make.tenant('large', await make.person('Owner'));
  await addEvents(database, tenant.id, 50);
  client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  await client.query('SET ROLE ipto_owner');
}, 60_000);
afterEach(async () => {
  await client?.end();
  await database?.drop();
});

const bound = () => client.query("SELECT set_config('app.tenant_id', $1, false)", [tenant.id]);
const copied = async (table = 'audit_event') =>
  (await database.sql<{ many: number }>(`SELECT count(*)::int AS many FROM tenant_hash.${table} WHERE tenant_id = $1`, [tenant.id]))[0]!
    .many;
const begin = async () => {
  for (const table of ['usage_record', 'charge', 'earning', 'audit_event'])
    await client.query('SELECT tenant_hash.begin_copy($1)', [table]);
};
const page = async (many: number, table = 'audit_event') =>
  (await client.query('SELECT tenant_hash.copy_rows($1, $2) AS many', [table, many])).rows[0].many;
const differences = async () => (await client.query('SELECT * FROM tenant_hash.compare($1)', ['audit_event'])).rows;
const ids = async () =>
  (await database.sql<{ id: string }>('SELECT id FROM audit_event WHERE tenant_id = $1 ORDER BY id', [tenant.id])).map(({ id }) => id);
const url = () => ({ url: database.adminUrl });

describe('a database that had rows', () => {
  test('keeps its tables as they were, and gets partitions from the command', async () => {
    expect(
      await database.sql("SELECT DISTINCT relkind FROM pg_class WHERE relname IN ('audit_event', 'usage_record', 'charge', 'earning')"),
    ).toEqual([{ relkind: 'r' }]);
    expect(await partitionTables(url())).toBe(true);
    const fresh = await createDatabase();
    try {
      expect(await catalogueOf(database)).toEqual(await catalogueOf(fresh));
    } finally {
      await fresh.drop();
    }
    expect(await partitionTables(url())).toBe(false);
    expect(await database.sql('SELECT * FROM crossing_audit_breaks()')).toEqual([]);
    await addEvents(database, tenant.id, 2);
    expect(await database.sql('SELECT * FROM crossing_audit_breaks()')).toEqual([]);
    expect(await ids()).toHaveLength(52);
  });

  test('goes on where a run ended: in a copy, after it, and between exchange and foreign keys', async () => {
    await begin();
    await page(20);
    expect(await copied()).toBe(15); // after the event of the first tenant, which counts for more
    expect([await page(1_000), await copied()]).toEqual([expect.any(Number), 50]);
    for (const table of ['usage_record', 'charge', 'earning']) await page(10, table);
    await client.query('SELECT tenant_hash.swap()');
    // A foreign key holds from the exchange on, before it is joined.
    await expect(database.sql("UPDATE audit_event SET tenant_id = tenant_id, actor_kind = 'ghost'")).rejects.toMatchObject({
      code: '23514',
    });
    await expect(migrateLater()).rejects.toThrow('The large tables are being converted.');
    await expect(cancelPartitioning(url())).rejects.toThrow('The tables are exchanged already.');
    expect(await partitionTables(url())).toBe(true);
    expect(await ids()).toHaveLength(50);
    expect(await database.sql('SELECT conname FROM pg_constraint WHERE NOT convalidated')).toEqual([]);
  });

  test('is as it was after --cancel', async () => {
    const before = await catalogueOf(database);
    await begin();
    await page(20);
    expect(await cancelPartitioning(url())).toBe(true);
    expect(await catalogueOf(database)).toEqual(before);
    expect(await cancelPartitioning(url())).toBe(false);
  });

  test('is not migrated meanwhile', async () => {
    await begin();
    await expect(migrateLater()).rejects.toThrow('Complete it with `ipto partition`, or end it with `ipto partition --cancel`.');
    await cancelPartitioning(url());
  });
});

/** What `migrate` does when a migration is pending. */
async function migrateLater() {
  await database.sql("DELETE FROM _prisma_migrations WHERE migration_name LIKE '%_key_cap'");
  try {
    await migrate({ url: database.adminUrl, runtime: inject('cluster').runtime });
  } finally {
    await database.sql(
      "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) SELECT gen_random_uuid(), 'x', '20261201100000_key_cap', now()",
    );
  }
}

describe('while rows are copied', () => {
  test('what is added, changed and removed is repeated in the copy, in the same transaction', async () => {
    await begin();
    await page(20);
    const [first, second] = await ids();
    await addEvents(database, tenant.id, 3);
    await database.sql("UPDATE audit_event SET actor_name = 'Another' WHERE id = $1", [first]);
    await database.sql('DELETE FROM audit_event WHERE id = $1', [second]);
    await expect(database.sql("BEGIN; UPDATE audit_event SET actor_name = 'Nobody'; SELECT 1/0; COMMIT")).rejects.toMatchObject({
      code: '22012',
    });
    await database.sql('ROLLBACK');
    while ((await page(10)) !== null);
    expect(await differences()).toEqual([]);
    expect(await copied()).toBe(52);
    const [changed] = await database.sql('SELECT actor_name AS name, seq, hash FROM tenant_hash.audit_event WHERE id = $1', [first]);
    expect([changed]).toEqual(await database.sql('SELECT actor_name AS name, seq, hash FROM audit_event WHERE id = $1', [first]));
  });

  test('a row that is being written is passed over without waiting; if its writer gives up, it is copied afterwards', async () => {
    await begin();
    const [first] = await ids();
    const writer = new pg.Client({ connectionString: database.adminUrl });
    await writer.connect();
    try {
      await writer.query('BEGIN');
      await writer.query('DELETE FROM audit_event WHERE id = $1', [first]);
      while ((await page(1_000)) !== null);
      expect(await copied()).toBe(49);
      await writer.query('ROLLBACK');
    } finally {
      await writer.end();
    }
    expect(await differences()).toEqual([{ tenant_id: tenant.id, rows_here: '50', rows_there: '49' }]);
    expect(await partitionTables(url())).toBe(true);
    expect(await ids()).toHaveLength(50);
  });

  test('a row that is removed while it is copied does not come back', async () => {
    await begin();
    await client.query('BEGIN');
    await page(1_000);
    const removal = database.sql('DELETE FROM audit_event WHERE tenant_id = $1', [tenant.id]);
    await client.query('SELECT pg_sleep(0.1)');
    await client.query('COMMIT');
    await removal;
    expect(await copied()).toBe(0);
    expect(await differences()).toEqual([]);
  });

  test('a copy that differs stops the conversion', async () => {
    await begin();
    while ((await page(1_000)) !== null);
    await database.sql("UPDATE tenant_hash.audit_event SET actor_name = 'Forged' WHERE tenant_id = $1", [tenant.id]);
    await expect(partitionTables(url())).rejects.toThrow(
      `audit_event and its copy differ for 1 tenants, first for ${tenant.id}: 50 rows, and 50 in the copy.`,
    );
    expect(await cancelPartitioning(url())).toBe(true);
  });
});

describe('a conversion is refused', () => {
  test('while another one runs', async () => {
    await client.query("SELECT pg_advisory_lock(hashtextextended('partition the large tables', 0))");
    await expect(partitionTables(url())).rejects.toThrow('Another `ipto partition` runs on this database.');
  });

  test('for a table to which a later one refers', async () => {
    await database.sql('CREATE TABLE refund (tenant_id uuid, id uuid, FOREIGN KEY (tenant_id, id) REFERENCES charge (tenant_id, id))');
    await expect(partitionTables(url())).rejects.toThrow(/^public.refund refers to public.charge by refund_tenant_id_id_fkey/);
    await cancelPartitioning(url());
  });
});

describe('the exchange', () => {
  test('waits for a long statement without making others wait for long', async () => {
    await begin();
    const reader = new pg.Client({ connectionString: database.adminUrl });
    await reader.connect();
    try {
      await reader.query('BEGIN');
      await reader.query('SELECT FROM audit_event LIMIT 1');
      const converting = partitionTables(url());
      const waits: number[] = [];
      for (let n = 0; n < 40; n += 1) {
        const asked = performance.now();
        await addEvents(database, tenant.id, 1);
        waits.push(performance.now() - asked);
        await client.query('SELECT pg_sleep(0.05)');
      }
      expect(Math.max(...waits)).toBeLessThan(900);
      await reader.query('COMMIT');
      expect(await converting).toBe(true);
      expect(await ids()).toHaveLength(90);
    } finally {
      await reader.end();
    }
  }, 60_000);

  test('is one that a statement under way, prepared before, sees through', async () => {
    await bound();
    const prepared = {
      name: 'events',
      text: 'SELECT id FROM audit_event WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 5',
      values: [tenant.id],
    };
    for (let n = 0; n < 7; n += 1) await client.query(prepared);
    const was = (await client.query(prepared)).rows;
    await partitionTables(url());
    expect((await client.query(prepared)).rows).toEqual(was);
  });
});
