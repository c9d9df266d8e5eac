import { uuidv7 as uuid } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { fixtures, type Member, type Person, useDatabase } from '../../support/database.ts';
import { insertLifecycleRows, lifecycleValues } from '../../support/isolation/lifecycle-rows.ts';
import { insertMarketRows, marketValues } from '../../support/isolation/market.ts';
import { queryAs } from '../../support/query-as.ts';
import { PURGED, REMAINS } from '../../support/tables.ts';

/** What a deletion does in the database (SPEC S4), called under the gateway's role. */
const database = useDatabase();
let pool: ConnectionPool;
let people: Person[];
beforeAll(async () => {
  pool = new ConnectionPool({ connectionString: database.runtimeUrl, max: 1 });
  const make = fixtures(database);
  people = [await make.person('Owner'), await make.person('Heir')];
});
afterAll(() => pool?.end());

type Inhabited = { id: string; slug: string; owner: Member };
let [going, staying]: Inhabited[] = [];
let made = 0;
const inhabited = async (): Promise<Inhabited> => {
  made += 1;
  const make = fixtures(database);
  const tenant = await make.tenant(`tenant-${made}`, people[0]!);
  const recipient = await make.member(tenant, people[1]!, ['viewer']);
  await insertLifecycleRows(
    database,
    { id: tenant.id, ownerMembershipId: tenant.owner.id, recipientMembershipId: recipient.id },
    lifecycleValues(`Tenant${made}`),
  );
  await insertMarketRows(database, tenant.id, marketValues(`Tenant${made}`));
  return tenant;
};
const isPurged = (table: unknown) => (PURGED as readonly unknown[]).includes(table);
const DUE = '2027-01-31T00:00:00Z';
const EARLIER = '2027-01-30T23:59:59.999Z';
/** A tenant to be deleted, and one beside it. */
beforeEach(async () => {
  [going, staying] = [await inhabited(), await inhabited()];
  await database.sql(`UPDATE tenant SET status = 'pending_deletion', deletion_due_at = '${DUE}' WHERE tenant_id = $1`, [going.id]);
});

const under = async (tenantId: string | null, text: string, values: unknown[] = []) =>
  (await queryAs(pool, { tenantId, personId: null }, text, values)).rows;
const bury = async (tenantId: string | null, moment = DUE) =>
  (await under(tenantId, 'SELECT bury_tenant($1::timestamptz) AS buried', [moment]))[0].buried;
const purge = async (tenantId: string | null, atMost = 1000) =>
  (await under(tenantId, 'SELECT purge_rows($1::int, $2::timestamptz) AS told', [atMost, DUE]))[0].told;
const purgeAll = async (tenantId: string, atMost = 1000) => {
  const told: string[] = [];
  for (let next = await purge(tenantId, atMost); next !== null; next = await purge(tenantId, atMost)) told.push(next);
  return told;
};

/** Every row of a tenant, by table. */
const rowsOf = async (tenantId: string) =>
  Object.fromEntries(
    await Promise.all(
      [...PURGED, ...REMAINS].map(async table => [
        table,
        (await database.sql(`SELECT to_jsonb(r) AS row FROM ${table} r WHERE tenant_id = $1 ORDER BY 1`, [tenantId])).map(({ row }) => row),
      ]),
    ),
  );
const tombstone = (tenantId: string) => database.sql('SELECT * FROM tombstone WHERE tenant_id = $1', [tenantId]);

describe('S4: a burial', () => {
  test('writes a tombstone and the status when the grace period is over', async () => {
    expect(await bury(going!.id)).toBe(true);
    const dates = { created_at: expect.any(Date), deletion_requested_at: expect.any(Date), deleted_at: new Date(DUE), purged_at: null };
    expect(await tombstone(going!.id)).toEqual([{ tenant_id: going!.id, status: 'deleted', ...dates }]);
    expect(await database.sql('SELECT status FROM tenant WHERE tenant_id = $1', [going!.id])).toEqual([{ status: 'deleted' }]);
    expect(await database.sql('SELECT FROM slug_claim WHERE held_by = $1', [going!.id])).toEqual([]);
  });

  test('happens once', async () => {
    expect([await bury(going!.id), await bury(going!.id)]).toEqual([true, false]);
    expect(await tombstone(going!.id)).toHaveLength(1);
  });

  test('never happens early, to a tenant that stays, or to another than the bound one', async () => {
    const before = [await rowsOf(going!.id), await rowsOf(staying!.id)];
    expect(await bury(going!.id, EARLIER)).toBe(false);
    for (const tenantId of [staying!.id, uuid(), null]) expect(await bury(tenantId)).toBe(false);
    await fixtures(database).setStatus(staying!, 'suspended');
    expect(await bury(staying!.id, '2999-01-01T00:00:00Z')).toBe(false);
    await fixtures(database).setStatus(staying!, 'active');
    expect([await rowsOf(going!.id), await rowsOf(staying!.id)]).toEqual(before);
  });
});

describe('S4: a purge', () => {
  test('removes nothing of a tenant that is not buried, whatever its status, nor without a binding', async () => {
    const before = [await rowsOf(going!.id), await rowsOf(staying!.id)];
    for (const tenantId of [going!.id, staying!.id, uuid(), null]) expect(await purge(tenantId)).toBeNull();
    expect([await rowsOf(going!.id), await rowsOf(staying!.id)]).toEqual(before);
  });

  test('removes all rows of the bound tenant and none of any other, and leaves a receipt of each table', async () => {
    const before = await rowsOf(staying!.id);
    const counts = Object.entries(await rowsOf(going!.id)).map(([table, rows]) => [table, (rows as unknown[]).length]);
    // Of every table, so that rows that are left are seen; test/support/isolation inserts them.
    expect(counts.filter(([table, count]) => isPurged(table) && count === 0)).toEqual([['ownership_transfer', 0]]);
    await bury(going!.id);
    // The burial voided the transfer, as every change of status does; so did the request.
    expect(await purgeAll(going!.id)).toEqual(PURGED.filter(table => table !== 'ownership_transfer'));
    const left = await rowsOf(going!.id);
    for (const table of PURGED) expect(left[table], table).toEqual([]);
    expect(left.tombstone).toEqual([expect.objectContaining({ status: 'deleted', purged_at: expect.stringContaining('2027-01-31') })]);
    expect(Object.fromEntries((left.purge_receipt as Record<string, unknown>[]).map(row => [row.table_name, row.row_count]))).toEqual(
      Object.fromEntries(counts.filter(([table]) => isPurged(table))),
    );
    expect(await rowsOf(staying!.id)).toEqual(before);
    expect(await database.sql('SELECT FROM person')).toHaveLength(2);
  });

  test('continues where it stopped, a batch at a time, and counts each row once', async () => {
    await bury(going!.id);
    const rows = await rowsOf(going!.id);
    expect(await purgeAll(going!.id, 1)).toEqual(PURGED.flatMap(table => (rows[table] as unknown[]).map(() => table)));
    const receipt = await database.sql('SELECT table_name AS name, row_count AS rows FROM purge_receipt WHERE tenant_id = $1', [going!.id]);
    // What the purge itself removes leaves no bytes to the job: they went before.
    expect(Object.fromEntries(receipt.map(({ name, rows }) => [name, rows]))).toMatchObject({
      audit_event: 2,
      membership: 2,
      stale_object: 1,
    });
  });

  test('does nothing after its end', async () => {
    await bury(going!.id);
    await purgeAll(going!.id);
    const after = await rowsOf(going!.id);
    expect(await purge(going!.id)).toBeNull();
    expect(await rowsOf(going!.id)).toEqual(after);
  });
});

describe("S4: a tenant's id", () => {
  const found = (id: string, slug: string) =>
    database.sql(
      `WITH t AS (INSERT INTO tenant (tenant_id, slug, name) VALUES ($1, $2, 'x'))
       INSERT INTO membership (tenant_id, id, person_id, roles) VALUES ($1, gen_random_uuid(), $3, '{owner}')`,
      [id, slug, people[0]!.id],
    );

  test('is never used again, though its slug is', async () => {
    await bury(going!.id);
    await purgeAll(going!.id);
    await expect(found(going!.id, going!.slug)).rejects.toMatchObject({ code: '23505', constraint: 'tenant_id_is_new' });
    await found(uuid(), going!.slug);
  });

  test('T4: that is in use, was in use or never was looks the same under the binding of another tenant', async () => {
    const gone = await inhabited();
    await database.sql(`UPDATE tenant SET status = 'pending_deletion', deletion_due_at = '${DUE}' WHERE tenant_id = $1`, [gone.id]);
    await bury(gone.id);
    await purgeAll(gone.id);
    const insert = (id: string) =>
      under(staying!.id, "INSERT INTO tenant (tenant_id, slug, name) VALUES ($1, 'new-slug', 'x')", [id]).catch(error => [
        error.code,
        error.message,
      ]);
    const told = [await insert(going!.id), await insert(gone.id), await insert(uuid())];
    expect(told).toEqual(Array(3).fill(['42501', 'new row violates row-level security policy for table "tenant"']));
  });
});
