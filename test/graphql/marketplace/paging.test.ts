import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Home } from '../../support/tenant-life.ts';
import { type Market, startMarket } from './market.ts';

let market: Market;
let providers: Home[];
beforeAll(async () => {
  market = await startMarket();
  providers = [await market.provider(), await market.provider(), await market.provider()];
});
afterAll(() => market?.stop());

const COUNT = 24;

/** Many listings that stand at the same place in each of the orders, but for their ids. */
beforeEach(async () => {
  await market.database.sql('DELETE FROM listing');
  for (let number = 0; number < COUNT; number++) await add(`Offer ${number}`, number);
});

const add = (title: string, number: number) =>
  market.listing(providers[number % 3]!.tenant, {
    title,
    summary: 'cheese '.repeat(1 + (number % 4)),
    price: `${number % 3}.5`,
    publishedAt: new Date(Date.UTC(2026, 0, 1 + (number % 5))),
  });

const withdraw = (title: string) =>
  market.database.sql(
    `WITH bound AS (SELECT set_config('app.tenant_id', tenant_id::text, true) FROM listing WHERE title = $1)
     UPDATE listing SET status = 'withdrawn' FROM bound WHERE title = $1`,
    [title],
  );

const ORDERS = {
  RELEVANCE: { query: 'cheese', sort: 'RELEVANCE' },
  NEWEST: { sort: 'NEWEST' },
  PRICE: { sort: 'PRICE', currency: 'EUR' },
} as const;
const orders = Object.entries(ORDERS);

type Page = {
  titles: string[];
  cursors: string[];
  totalCount: number;
  start: string | null;
  end: string | null;
  behind: boolean;
  before: boolean;
};

async function pageOf(variables: object): Promise<Page> {
  const { data, errors } = await market.search(variables);
  if (errors.length) throw new Error(JSON.stringify(errors));
  const { edges, pageInfo, totalCount } = data.marketplace.search;
  return {
    titles: edges.map(({ node }: { node: { title: string } }) => node.title),
    cursors: edges.map(({ cursor }: { cursor: string }) => cursor),
    totalCount,
    ...{ start: pageInfo.startCursor, end: pageInfo.endCursor, behind: pageInfo.hasNextPage, before: pageInfo.hasPreviousPage },
  };
}

/** Every title, page by page, with something done between the pages. */
async function walk(
  order: object,
  way: 'forwards' | 'backwards',
  size: number,
  between: (page: Page, at: number) => Promise<unknown> = async () => {},
) {
  const titles: string[] = [];
  let more = {};
  for (let at = 0; at <= COUNT; at++) {
    const page = await pageOf({ ...order, [way === 'forwards' ? 'first' : 'last']: size, ...more });
    if (way === 'forwards') titles.push(...page.titles);
    else titles.unshift(...page.titles);
    if (!(way === 'forwards' ? page.behind : page.before)) return titles;
    more = way === 'forwards' ? { after: page.end } : { before: page.start };
    await between(page, at);
  }
  throw new Error('the pages have no end');
}

describe.each(orders)('G4: by %s', (_name, order) => {
  test.each([1, 5, 8, 23, 24])('pages of %i show everything once, in the same order forwards and backwards', async size => {
    const { titles: all, totalCount } = await pageOf({ ...order, first: 100 });
    expect([...all].sort()).toEqual(Array.from({ length: COUNT }, (_, number) => `Offer ${number}`).sort());
    expect(totalCount).toBe(COUNT);
    expect(await walk(order, 'forwards', size)).toEqual(all);
    expect(await walk(order, 'backwards', size)).toEqual(all);
  });

  test('each cursor leads on from its own place, both ways, and between two', async () => {
    const { titles, cursors } = await pageOf({ ...order, first: 100 });
    for (const [index, cursor] of cursors.entries()) {
      expect((await pageOf({ ...order, first: 100, after: cursor })).titles).toEqual(titles.slice(index + 1));
      expect((await pageOf({ ...order, last: 100, before: cursor })).titles).toEqual(titles.slice(0, index));
    }
    const ends = { after: cursors[3], before: cursors[9] };
    expect((await pageOf({ ...order, ...ends })).titles).toEqual(titles.slice(4, 9));
    expect((await pageOf({ ...order, ...ends, first: 2 })).titles).toEqual(titles.slice(4, 6));
    expect((await pageOf({ ...order, ...ends, last: 2 })).titles).toEqual(titles.slice(7, 9));
    expect((await pageOf({ ...order, after: cursors[9], before: cursors[3] })).titles).toEqual([]);
  });

  test.each(['forwards', 'backwards'] as const)('%s, what stands throughout is seen once, whatever comes and goes', async way => {
    const { titles: all } = await pageOf({ ...order, first: 100 });
    const gone = new Set<string>();
    let added = 0;
    const seen = await walk(order, way, 4, async ({ titles }, at) => {
      const cursor = way === 'forwards' ? titles.at(-1)! : titles[0]!;
      const ahead = all.filter(title => !gone.has(title))[way === 'forwards' ? 4 * (at + 2) : COUNT - 4 * (at + 2)];
      for (const title of [cursor, ...(ahead ? [ahead] : [])]) {
        gone.add(title);
        await withdraw(title);
      }
      for (let number = 0; number < 3; number++) await add(`Late ${added}`, added++);
    });
    expect(new Set(seen).size).toBe(seen.length);
    const stood = all.filter(title => !gone.has(title));
    expect(seen.filter(title => stood.includes(title))).toEqual(stood);
    expect(gone.size).toBeGreaterThan(4);
  });

  test('a cursor stays good when its listing, or its provider, is not there any more', async () => {
    const { titles, cursors } = await pageOf({ ...order, first: 10 });
    await withdraw(titles[4]!);
    const rest = titles.filter((_, index) => index > 4);
    expect((await pageOf({ ...order, first: 5, after: cursors[4] })).titles).toEqual(rest);
    expect((await pageOf({ ...order, last: 4, before: cursors[4] })).titles).toEqual(titles.slice(0, 4));
  });

  test('T4: a cursor tells of its own order and place alone, and a page is empty where nothing is left', async () => {
    const { cursors, end } = await pageOf({ ...order, first: 100 });
    const ids = new Set((await market.database.sql<{ id: string }>('SELECT id FROM listing')).map(({ id }) => id));
    for (const cursor of cursors) {
      const place = JSON.parse(Buffer.from(cursor, 'base64url').toString());
      expect(place).toEqual([order.sort.toLowerCase(), expect.any(String), expect.any(String)]);
      expect(ids.has(place[2])).toBe(true);
    }
    expect(await pageOf({ ...order, first: 3, after: end })).toMatchObject({
      titles: [],
      start: null,
      end: null,
      behind: false,
      totalCount: COUNT,
    });
    expect(await pageOf({ ...order, last: 3, before: cursors[0] })).toMatchObject({ titles: [], start: null, end: null, before: false });
    expect((await pageOf({ ...order, first: 0 })).titles).toEqual([]);
  });
});

const cursorOf = (...place: unknown[]) => Buffer.from(JSON.stringify(place)).toString('base64url');
const ID = '01a20cb7-f4b9-74ed-ad73-60cc532bc546';
const NOT_OURS = { code: 'BAD_USER_INPUT', message: 'This is not a cursor that this API gives out.' };

describe('a cursor', () => {
  test('of another order is BAD_USER_INPUT; of another search in the same order it is a place', async () => {
    for (const [name, order] of orders) {
      const { start } = await pageOf(order);
      for (const [other, variables] of orders)
        expect([name, other, await market.refusal({ ...variables, after: start })]).toEqual([
          name,
          other,
          name === other ? null : NOT_OURS,
        ]);
    }
    const { end, titles } = await pageOf({ sort: 'NEWEST', first: 4 });
    expect((await pageOf({ sort: 'NEWEST', query: 'cheese', currency: 'EUR', after: end })).titles).not.toContain(titles[3]);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string, string]>([
    ['no base64url',                 'NEWEST',    'this is none'],
    ['empty',                        'NEWEST',    ''],
    ['text that is no JSON',         'NEWEST',    Buffer.from('hello').toString('base64url')],
    ['no list',                      'NEWEST',    Buffer.from('{"0":"newest"}').toString('base64url')],
    ['null',                         'NEWEST',    Buffer.from('null').toString('base64url')],
    ['a list too short',             'NEWEST',    cursorOf('newest', '2026-01-01T00:00:00.000Z')],
    ['a list too long',              'NEWEST',    cursorOf('newest', '2026-01-01T00:00:00.000Z', ID, 'more')],
    ['in another notation',          'NEWEST',    Buffer.from(`["newest", "2026-01-01T00:00:00.000Z", "${ID}"]`).toString('base64url')],
    ['padded',                       'NEWEST',    `${cursorOf('newest', '2026-01-01T00:00:00.000Z', ID)}=`],
    ['no id',                        'NEWEST',    cursorOf('newest', '2026-01-01T00:00:00.000Z', 'x')],
    ['an id in upper case',          'NEWEST',    cursorOf('newest', '2026-01-01T00:00:00.000Z', ID.toUpperCase())],
    ['no moment',                    'NEWEST',    cursorOf('newest', 'yesterday', ID)],
    ['a moment that there was not',  'NEWEST',    cursorOf('newest', '2026-02-30T00:00:00.000Z', ID)],
    ['the year 0',                   'NEWEST',    cursorOf('newest', '0000-01-01T00:00:00.000Z', ID)],
    ['infinity',                     'NEWEST',    cursorOf('newest', 'infinity', ID)],
    ['a number for a text',          'PRICE',     cursorOf('price', 1, ID)],
    ['no amount',                    'PRICE',     cursorOf('price', 'NaN', ID)],
    ['a negative amount',            'PRICE',     cursorOf('price', '-1', ID)],
    ['an amount that is too large',  'PRICE',     cursorOf('price', '999999999999999', ID)],
    ['SQL',                          'PRICE',     cursorOf('price', "1' OR true --", ID)],
    ['no rank',                      'RELEVANCE', cursorOf('relevance', 'NaN', ID)],
    ['an endless rank',              'RELEVANCE', cursorOf('relevance', 'Infinity', ID)],
    ['a rank that is too large',     'RELEVANCE', cursorOf('relevance', '1e+200', ID)],
    ['a rank that is too small',     'RELEVANCE', cursorOf('relevance', '1e-60', ID)],
    ['a negative rank',              'RELEVANCE', cursorOf('relevance', '-1', ID)],
    ['no rank at all',               'RELEVANCE', cursorOf('relevance', '', ID)],
  ])('that is %s is BAD_USER_INPUT', async (_what, sort, after) => {
    const order = ORDERS[sort as keyof typeof ORDERS];
    expect(await market.refusal({ ...order, after })).toEqual(NOT_OURS);
    expect(await market.refusal({ ...order, last: 2, before: after })).toEqual(NOT_OURS);
  });

  test('that nobody was given, yet is a place, leads on from there', async () => {
    expect(await market.titles({ sort: 'NEWEST', after: cursorOf('newest', '9999-12-31T23:59:59.999Z', ID) })).toHaveLength(COUNT);
    expect(await market.titles({ sort: 'NEWEST', after: cursorOf('newest', '1000-01-01T00:00:00.000Z', ID) })).toEqual([]);
    expect(await market.titles({ ...ORDERS.PRICE, after: cursorOf('price', '99999999999999.999999', ID) })).toEqual([]);
    expect(await market.titles({ ...ORDERS.RELEVANCE, after: cursorOf('relevance', '1e-30', ID) })).toEqual([]);
    expect(await market.titles({ ...ORDERS.RELEVANCE, after: cursorOf('relevance', '1e+37', ID) })).toHaveLength(COUNT);
  });
});
