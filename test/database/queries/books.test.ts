import { uuidv7 as uuid } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { fixtures, useDatabase } from '../../support/database.ts';
import { insertMarketRows, marketValues } from '../../support/isolation/market.ts';
import { queryAs } from '../../support/query-as.ts';

/**
 * Retrievals, charges and earnings, as the gateway's role may see them, and as it may not write
 * them, where it is bound to their tenant.
 */
const database = useDatabase();
let pool: ConnectionPool;
const [BUYER, SELLER] = [marketValues('Buyer'), marketValues('Seller')];
let [buyer, seller] = ['', ''];
beforeAll(async () => {
  pool = new ConnectionPool({ connectionString: database.runtimeUrl, max: 1 });
  const make = fixtures(database);
  const owner = await make.person('Owner');
  [buyer, seller] = [(await make.tenant('buyer', owner)).id, (await make.tenant('seller', owner)).id];
  await insertMarketRows(database, buyer, BUYER);
  await insertMarketRows(database, seller, SELLER);
  // One retrieval by the buyer of what the seller sells: its usage record, charge and earning have
  // one id.
  const values = [buyer, seller, RETRIEVAL, SELLER.datasetId, BUYER.entitlementId];
  await database.sql(
    `WITH used AS (INSERT INTO usage_record (tenant_id, id, entitlement_id, object_id, object_name, size, at)
         VALUES ($1, $3, $5, gen_random_uuid(), 'between.csv', 1, now())),
       charged AS (INSERT INTO charge (tenant_id, id, amount, currency, title, provider, provider_ref, at)
         VALUES ($1, $3, 9, 'EUR', 'Between', 'Seller', counterparty_ref($1, $2), now()))
     INSERT INTO earning (tenant_id, id, dataset_id, amount, currency, title, buyer_ref, at, retrieval_ref)
       VALUES ($2, $3, $4, 9, 'EUR', 'Between', counterparty_ref($2, $1), now(), retrieval_ref($3))`,
    values,
  );
});
afterAll(() => pool?.end());

const RETRIEVAL = uuid();
const as = async (tenantId: string, text: string, values: unknown[] = []) =>
  (await queryAs(pool, { tenantId, personId: null }, text, values)).rows;
const books = async () =>
  Promise.all(['usage_record', 'charge', 'earning', 'market_index'].map(table => database.sql(`SELECT * FROM ${table} ORDER BY 1, 2`)));

describe('M5: of one retrieval', () => {
  const seen = async (tenantId: string) => {
    const tables = ['usage_record', 'charge', 'earning'];
    const counts = await Promise.all(tables.map(table => as(tenantId, `SELECT FROM ${table} WHERE id = $1`, [RETRIEVAL])));
    return Object.fromEntries(tables.map((table, i) => [table, counts[i]!.length]));
  };

  test('the buyer sees what was used and charged, the seller what was earned, and a third tenant nothing', async () => {
    expect(await seen(buyer)).toEqual({ usage_record: 1, charge: 1, earning: 0 });
    expect(await seen(seller)).toEqual({ usage_record: 0, charge: 0, earning: 1 });
    expect(await seen(uuid())).toEqual({ usage_record: 0, charge: 0, earning: 0 });
  });

  test('neither side sees a row of what the other has on its own side of the marketplace', async () => {
    for (const [one, other] of [
      [buyer, SELLER],
      [seller, BUYER],
    ] as const)
      for (const [table, id] of [
        ['dataset', other.datasetId],
        ['data_object', other.objectId],
        ['listing', other.listingId],
        ['entitlement', other.entitlementId],
        ['api_key', other.keyId],
      ])
        expect([table, await as(one, `SELECT FROM ${table} WHERE id = $1`, [id])]).toEqual([table, []]);
  });

  test.each([
    'SELECT provider_ref FROM charge',
    'SELECT buyer_ref FROM earning',
    'SELECT count(DISTINCT buyer_ref) FROM earning',
    'SELECT * FROM charge',
    'SELECT * FROM earning',
    'SELECT id FROM earning ORDER BY buyer_ref',
    'SELECT id FROM charge WHERE provider_ref IS NOT NULL',
    'SELECT counterparty_ref(app_tenant(), app_tenant())',
    'SELECT FROM market_index',
  ])('who the other is can’t be asked: %s', async statement => {
    for (const tenantId of [buyer, seller]) await expect(as(tenantId, statement)).rejects.toMatchObject({ code: '42501' });
  });
});

describe("M3: the gateway's role", () => {
  const USED = `INSERT INTO usage_record (tenant_id, id, entitlement_id, object_id, object_name, size, at)
    SELECT tenant_id, gen_random_uuid(), entitlement_id, object_id, object_name, size, at FROM usage_record LIMIT 1`;
  const EARNED = `INSERT INTO earning (tenant_id, id, dataset_id, amount, currency, title, buyer_ref, at, retrieval_ref)
    VALUES (app_tenant(), gen_random_uuid(), gen_random_uuid(), 1, 'EUR', 'x', sha256('x'), now(), sha256('x'))`;
  const CHARGED = `INSERT INTO charge (tenant_id, id, amount, currency, title, provider, provider_ref, at)
    VALUES (app_tenant(), gen_random_uuid(), 1, 'EUR', 'x', 'x', sha256('x'), now())`;
  const INDEXED = `INSERT INTO market_index (tenant_id, listing_id, document, tags, price, currency, published_at)
    VALUES (app_tenant(), gen_random_uuid(), '', '{}', 1, 'EUR', now())`;

  // biome-ignore format: a table is read by its columns
  test.each<[string, string]>([
    ['writes no retrieval',             USED],
    ['writes no charge',                CHARGED],
    ['writes no earning',               EARNED],
    ['writes no entry of the index',    INDEXED],
    ['rewrites no retrieval',           'UPDATE usage_record SET size = 0'],
    ['puts no retrieval at another time', 'UPDATE usage_record SET at = now()'],
    ['waives no charge',                'UPDATE charge SET amount = 0'],
    ['raises no earning',               'UPDATE earning SET amount = amount * 2'],
    ['touches no entry of the index',   'UPDATE market_index SET price = 0'],
    ['removes no retrieval',            'DELETE FROM usage_record'],
    ['removes no charge',               'DELETE FROM charge'],
    ['removes no earning',              'DELETE FROM earning'],
    ['removes no entry of the index',   'DELETE FROM market_index'],
    ['holds no retrieval for itself',   'SELECT id FROM usage_record FOR UPDATE'],
    ['removes no entitlement',          'DELETE FROM entitlement'],
    ['changes no term of one',          'UPDATE entitlement SET price = 0'],
    ['puts none to another listing',    'UPDATE entitlement SET listing_id = gen_random_uuid()'],
    ['removes no count of retrievals',  'DELETE FROM retrieval_count'],
    ['removes no API key',              'DELETE FROM api_key'],
    ['renames none',                    "UPDATE api_key SET name = 'x'"],
    ['lengthens none',                  'UPDATE api_key SET expires_at = NULL'],
    ['moves no object to another dataset', 'UPDATE data_object SET dataset_id = gen_random_uuid()'],
    ['changes nothing of what was announced of one', "UPDATE data_object SET sha256 = sha256('x'), size = 0"],
    ['lists no other dataset in place of one', 'UPDATE listing SET dataset_id = gen_random_uuid()'],
  ])('%s', async (_what, statement) => {
    const before = await books();
    for (const tenantId of [buyer, seller]) await expect(as(tenantId, statement)).rejects.toMatchObject({ code: '42501' });
    expect(await books()).toEqual(before);
  });

  test('allows other writes: ends an entitlement, counts, revokes a key, marks an object as stored', async () => {
    for (const statement of [
      'UPDATE entitlement SET ended_at = now()',
      'UPDATE retrieval_count SET used = used + 1',
      'UPDATE api_key SET revoked_at = now()',
      'UPDATE data_object SET stored_at = now()',
      "UPDATE listing SET title = 'Another'",
    ])
      expect((await queryAs(pool, { tenantId: buyer, personId: null }, statement)).rowCount, statement).toBeGreaterThan(0);
  });
});
