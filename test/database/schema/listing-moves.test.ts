import { uuidv7 as uuid } from 'uuidv7';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../../support/database.ts';

/**
 * A listing's status (SPEC M1) and its row in the index, as the database enforces them for every
 * writer, here a superuser.
 */
const database = useDatabase();
let tenantId: string;
beforeAll(async () => {
  const make = fixtures(database);
  tenantId = (await make.tenant('seller', await make.person('Owner'))).id;
});

let id: string;
/** A listing of each test's own. */
beforeEach(async () => {
  id = uuid();
  await database.sql(
    `WITH d AS (INSERT INTO dataset (tenant_id, id, name) VALUES ($1, $2, 'x'))
     INSERT INTO listing (tenant_id, id, dataset_id, title, summary, tags, price, currency)
     VALUES ($1, $2, $2, 'Harbour tides', 'Levels by the hour', '{sea,weather}', 2.5, 'EUR')`,
    [tenantId, id],
  );
});

const write = (change: string) => database.sql(`UPDATE listing SET ${change} WHERE id = $1`, [id]);
const move = (status: string) => write(`status = '${status}', published_at = coalesce(published_at, now())`);
const status = async () => (await database.sql('SELECT status FROM listing WHERE id = $1', [id]))[0]?.status;
const indexed = () =>
  database.sql(
    `SELECT tags, price::text, currency, document @@ market_words('tide') AS "byTitle",
       document @@ market_words('hou') AS "bySummary", document @@ market_words('weather') AS "byTag",
       published_at = (SELECT l.published_at FROM listing l WHERE l.id = listing_id) AS dated
     FROM market_index WHERE listing_id = $1`,
    [id],
  );
const ENTRY = { tags: ['sea', 'weather'], price: '2.500000', currency: 'EUR', byTitle: true, bySummary: true, byTag: true, dated: true };

/** The ways to a status. */
const WAYS = { draft: [], published: ['published'], withdrawn: ['published', 'withdrawn'] } as const;
const Y = true;
const _ = false;
// biome-ignore format: a table is read by its columns
const MOVES: Readonly<Record<keyof typeof WAYS, readonly [draft: boolean, published: boolean, withdrawn: boolean, other: boolean]>> = {
  draft:     [Y, Y, _, _],
  published: [_, Y, Y, _],
  withdrawn: [_, Y, Y, _],
};
const STATUSES = ['draft', 'published', 'withdrawn', 'sold'] as const;
const PAIRS = (Object.keys(WAYS) as (keyof typeof WAYS)[]).flatMap(from => STATUSES.map((to, at) => [from, to, MOVES[from][at]!] as const));

describe('M1: a listing goes', () => {
  test.each(PAIRS.filter(([, , allowed]) => allowed))('from %s to %s, and the index with it', async (from, to) => {
    for (const step of WAYS[from]) await move(step);
    await move(to);
    expect(await status()).toBe(to);
    expect(await indexed()).toEqual(to === 'published' ? [ENTRY] : []);
  });

  test.each(PAIRS.filter(([, , allowed]) => !allowed))('never from %s to %s', async (from, to) => {
    for (const step of WAYS[from]) await move(step);
    const before = await indexed();
    await expect(move(to)).rejects.toMatchObject({ code: '23514', constraint: 'listing_status_moves' });
    expect([await status(), await indexed()]).toEqual([from, before]);
  });

  test('to published only with a time of publication', async () => {
    await expect(write("status = 'published'")).rejects.toMatchObject({ constraint: 'listing_status_check' });
    await move('published');
    await expect(write('published_at = NULL')).rejects.toMatchObject({ constraint: 'listing_status_check' });
  });
});

describe('T8: the index that spans tenants', () => {
  test('has the present text of a published listing', async () => {
    await move('published');
    await write("title = 'River floods', tags = '{river}', price = 0, currency = 'USD'");
    expect(await indexed()).toEqual([
      { ...ENTRY, tags: ['river'], price: '0.000000', currency: 'USD', byTitle: false, byTag: false, bySummary: true },
    ]);
  });

  test('has no row for a draft or a withdrawn listing, however it changes', async () => {
    await write("title = 'River floods'");
    expect(await indexed()).toEqual([]);
    for (const step of WAYS.withdrawn) await move(step);
    await write("title = 'River floods'");
    expect(await indexed()).toEqual([]);
  });

  test('loses a listing with its dataset', async () => {
    await move('published');
    await database.sql('DELETE FROM dataset WHERE id = $1', [id]);
    expect([await indexed(), await status()]).toEqual([[], undefined]);
  });

  test('S2: is not changed by a suspension: a search reads the provider’s status', async () => {
    await move('published');
    await fixtures(database).setStatus({ id: tenantId }, 'suspended');
    expect(await indexed()).toEqual([ENTRY]);
    await fixtures(database).setStatus({ id: tenantId }, 'active');
    expect(await indexed()).toEqual([ENTRY]);
  });

  test('has a row for each tenant, even if two listings have one id', async () => {
    await move('published');
    const make = fixtures(database);
    const other = await make.tenant(`other-${id.slice(-6)}`, await make.person('Other'));
    await database.sql(
      `WITH d AS (INSERT INTO dataset (tenant_id, id, name) VALUES ($1, $2, 'x'))
       INSERT INTO listing (tenant_id, id, dataset_id, status, title, tags, price, currency, published_at)
       VALUES ($1, $2, $2, 'published', 'x', '{}', 1, 'EUR', now())`,
      [other.id, id],
    );
    await database.sql('DELETE FROM listing WHERE tenant_id = $1', [other.id]);
    expect(await indexed()).toEqual([ENTRY]);
  });
});
