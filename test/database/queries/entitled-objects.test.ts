import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtures, type Tenant, useDatabase } from '../../support/database.ts';
import { marketFixtures } from '../../support/market.ts';

/**
 * The objects of an entitlement as the database tells them by itself; a page of a large dataset's
 * by a walk of an index, not by a look at each.
 */
const OBJECTS = 3_000;

const database = useDatabase();
let client: pg.Client;
let entitled: string;
let seller: Tenant;
let buyer: Tenant;
beforeAll(async () => {
  const [make, market] = [fixtures(database), marketFixtures(database)];
  const owner = await make.person('Olive Owner');
  [seller, buyer] = [await make.tenant('seller', owner), await make.tenant('buyer', owner)];
  await market.setSides(seller, { sells: true });
  const listing = await market.listing(seller);
  await database.sql(
    `INSERT INTO data_object (tenant_id, id, dataset_id, name, size, media_type, sha256, stored_at)
     SELECT $1, md5(n::text)::uuid, $2, n || '.csv', 4, 'text/csv', sha256('rows'), now() FROM generate_series(1, ${OBJECTS}) n`,
    [seller.id, listing.datasetId],
  );
  await database.sql('ANALYZE data_object');
  entitled = (await market.entitlement(buyer, listing)).id;
  client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  await client.query("SELECT set_config('app.tenant_id', $1, false)", [buyer.id]);
});
afterAll(() => client?.end());

type Plan = { 'QUERY PLAN': [{ Plan: { 'Shared Hit Blocks': number; 'Shared Read Blocks': number; 'Actual Rows': number } }] };

/** How many rows a call tells, and how many blocks it touches once its plan is made. */
async function touched(call: string) {
  await client.query(`SELECT * FROM ${call}`);
  const { rows } = await client.query<Plan>(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM ${call}`);
  const { 'Shared Hit Blocks': hit, 'Shared Read Blocks': read, 'Actual Rows': told } = rows[0]!['QUERY PLAN'][0].Plan;
  return { told, blocks: hit + read };
}
const MIDDLE = "'80000000-0000-0000-0000-000000000000'";

test.each([
  ['the first', `NULL, NULL, false`],
  ['the last', `NULL, NULL, true`],
  ['one from the middle on', `${MIDDLE}, NULL, false`],
  ['one up to the middle', `NULL, ${MIDDLE}, true`],
])('M2: a page of a large dataset touches what is on it: %s', async (_which, place) => {
  const all = await touched(`crossing_entitled_object_count('${entitled}')`);
  const page = await touched(`crossing_entitled_objects('${entitled}', ${place}, 11)`);
  expect(page.told).toBe(11);
  expect(page.blocks).toBeLessThan(all.blocks / 2);
});

test('M2: a page has the objects between two ids, in either order', async () => {
  const ids = async (place: string) =>
    (await client.query<{ id: string }>(`SELECT id FROM crossing_entitled_objects('${entitled}', ${place})`)).rows.map(({ id }) => id);
  const up = await ids(`NULL, NULL, false, ${OBJECTS + 1}`);
  expect(up).toHaveLength(OBJECTS);
  expect(up).toEqual([...up].sort());
  expect(await ids(`NULL, NULL, true, ${OBJECTS + 1}`)).toEqual(up.toReversed());
  expect(await ids(`'${up[9]}', '${up[13]}', false, 100`)).toEqual(up.slice(10, 13));
  expect(await ids(`'${up[9]}', '${up[13]}', true, 2`)).toEqual([up[12], up[11]]);
});

/**
 * What a transaction reads of the entitlement in a given situation: a page from either
 * end, and the count.
 */
async function told(change: string, values: readonly unknown[] = []) {
  await client.query('BEGIN');
  try {
    await client.query(change, [...values]);
    const { rows } = await client.query(
      `SELECT (SELECT count(*) FROM crossing_entitled_objects($1, NULL, NULL, false, 5000))::int AS up,
         (SELECT count(*) FROM crossing_entitled_objects($1, NULL, NULL, true, 5000))::int AS down,
         crossing_entitled_object_count($1)::int AS count`,
      [entitled],
    );
    return rows[0];
  } finally {
    await client.query('ROLLBACK');
  }
}

// biome-ignore format: a table is read by its columns
test.each<[string, number, string, () => readonly unknown[]]>([
  ['M2: all of them while it is open',               OBJECTS,     'SELECT',                                                                    () => []],
  ['M1: not one whose bytes are not stored',         OBJECTS - 1, "UPDATE data_object SET stored_at = NULL WHERE name = '7.csv'",              () => []],
  ['M2: none once it has ended',                     0,           'UPDATE entitlement SET ended_at = now() WHERE tenant_id = $1',              () => [buyer.id]],
  ['S2: none while the provider is suspended',       0,           "UPDATE tenant SET status = 'suspended' WHERE tenant_id = $1",               () => [seller.id]],
  ['M4: none while its provider side is off',        0,           'UPDATE tenant SET sells = false WHERE tenant_id = $1',                      () => [seller.id]],
  ['T4: none to the tenant whose they are',          0,           "SELECT set_config('app.tenant_id', $1, true)",                              () => [seller.id]],
  ['T2: none outside of any tenant',                 0,           "SELECT set_config('app.tenant_id', '', true)",                              () => []],
])('the database tells of an entitlement’s objects: %s', async (_when, many, change, values) => {
  expect(await told(change, values())).toEqual({ up: many, down: many, count: many });
});
