import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, fixtures, type TestDatabase } from '../support/database.ts';
import { marketFixtures } from '../support/market.ts';

/** How a page of a large dataset's objects is answered: by a walk of its index, and not by a look at each of them. */
const OBJECTS = 3_000;

let database: TestDatabase;
let client: pg.Client;
let entitled: string;
beforeAll(async () => {
  database = await createDatabase();
  const [make, market] = [fixtures(database), marketFixtures(database)];
  const owner = await make.person('Olive Owner');
  const [seller, buyer] = [await make.tenant('seller', owner), await make.tenant('buyer', owner)];
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
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

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

test('M2: a page holds what lies between two places, in either order', async () => {
  const ids = async (place: string) =>
    (await client.query<{ id: string }>(`SELECT id FROM crossing_entitled_objects('${entitled}', ${place})`)).rows.map(({ id }) => id);
  const up = await ids(`NULL, NULL, false, ${OBJECTS + 1}`);
  expect(up).toHaveLength(OBJECTS);
  expect(up).toEqual([...up].sort());
  expect(await ids(`NULL, NULL, true, ${OBJECTS + 1}`)).toEqual(up.toReversed());
  expect(await ids(`'${up[9]}', '${up[13]}', false, 100`)).toEqual(up.slice(10, 13));
  expect(await ids(`'${up[9]}', '${up[13]}', true, 2`)).toEqual([up[12], up[11]]);
});
