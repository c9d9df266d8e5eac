import { beforeAll, expect, test } from 'vitest';
import { fill } from '../../../scripts/scale/fill.ts';
import { measure, strays } from '../../../scripts/scale/measure.ts';
import { typical } from '../../../scripts/scale/searches.ts';
import { useDatabase } from '../../support/database.ts';

/** The short form of `npm run scale`: checks PostgreSQL's plan of a search, not its duration. */
const LISTINGS = 3_000;

const database = useDatabase();
let tenantId: string;
beforeAll(async () => {
  await fill(database, { tenants: 300, listings: LISTINGS });
  const [tenant] = await database.sql<{ id: string }>("SELECT tenant_id AS id FROM tenant WHERE status = 'active' LIMIT 1");
  tenantId = tenant!.id;
});

test('T8: a search uses its index, even after many executions of the prepared statement', async () => {
  const measured = await measure(database.adminUrl, tenantId, LISTINGS, 7);
  expect(strays(measured)).toEqual([]);
  expect(measured.map(({ index }) => index).filter(index => index !== null)).toHaveLength(14);
  const touched = Object.fromEntries(measured.map(({ name, plan: { buffers } }) => [name, buffers]));
  for (const name of ['rare word', 'newest', 'newest, deep page', 'price', 'price, deep page', 'how many: rare word'])
    expect(touched[name], name).toBeLessThan(touched['tags: everything']! / 2);
});

test('T8: without that index, the measurement reports every search that needs it', async () => {
  await database.sql('DROP INDEX market_index_document_idx, market_index_published_at_idx');
  const without = strays(await measure(database.adminUrl, tenantId, LISTINGS, 1));
  const needing = typical(LISTINGS).filter(({ index }) => /document|published_at/.test(index ?? ''));
  expect(without.map(stray => stray.split(': ').slice(0, -1).join(': '))).toEqual(needing.map(({ name }) => name));
});
