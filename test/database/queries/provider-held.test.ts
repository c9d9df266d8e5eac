import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtures, type Tenant, useDatabase } from '../../support/database.ts';
import { marketFixtures } from '../../support/market.ts';

/**
 * The crossings that read a provider lock its row until they commit, against writers without the
 * advisory lock too (SPEC S2).
 */
const database = useDatabase();
let client: pg.Client;
let seller: Tenant;
let names: { listing: string; entitlement: string; object: string };
beforeAll(async () => {
  const [make, market] = [fixtures(database), marketFixtures(database)];
  const owner = await make.person('Olive Owner');
  seller = await make.tenant('seller', owner);
  const buyer = await make.tenant('buyer', owner);
  await market.setSides(seller, { sells: true });
  const listing = await market.listing(seller);
  const object = await market.object(seller, { id: listing.datasetId });
  names = { listing: listing.id, entitlement: (await market.entitlement(buyer, listing)).id, object: object.id };
  client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  await client.query("SELECT set_config('app.tenant_id', $1, false)", [buyer.id]);
});
afterAll(() => client?.end());

const suspend = () => database.sql('SELECT FROM tenant WHERE tenant_id = $1 FOR NO KEY UPDATE NOWAIT', [seller.id]);

test.each<[string, string, () => readonly string[]]>([
  ['acquiring', 'SELECT own FROM crossing_offer($1)', () => [names.listing]],
  ['retrieving', 'SELECT refused FROM crossing_retrieve($1, $2, $3, NULL, now())', () => [randomUUID(), names.entitlement, names.object]],
])('M2, S2: %s: a suspension is before or after it', async (_what, statement, values) => {
  await client.query('BEGIN');
  try {
    expect((await client.query(statement, [...values()])).rows).toMatchObject([
      statement.includes('own') ? { own: false } : { refused: null },
    ]);
    await expect(suspend()).rejects.toMatchObject({ code: '55P03' });
  } finally {
    await client.query('ROLLBACK');
  }
  await suspend();
});
