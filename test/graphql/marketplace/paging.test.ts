import { beforeEach, describe, expect, test } from 'vitest';
import { COUNT, ORDERS, type Page, useOffers } from './offers.ts';

const market = useOffers();

const pageOf = (variables: object) => market.pageOf(variables);
const orders = Object.entries(ORDERS);

beforeEach(() => market.reset());

/** Every title, page by page, with an action between the pages. */
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
  test.each([1, 5, 8, 23, 24])('pages of %i show every listing once, in the same order forwards and backwards', async size => {
    const { titles: all, totalCount } = await pageOf({ ...order, first: 100 });
    expect([...all].sort()).toEqual(Array.from({ length: COUNT }, (_, number) => `Offer ${number}`).sort());
    expect(totalCount).toBe(COUNT);
    expect(await walk(order, 'forwards', size)).toEqual(all);
    expect(await walk(order, 'backwards', size)).toEqual(all);
  });

  test('each cursor continues from its position, in both directions and between two cursors', async () => {
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

  test.each(['forwards', 'backwards'] as const)('%s, unchanged listings appear once while others come and go', async way => {
    const { titles: all } = await pageOf({ ...order, first: 100 });
    const gone = new Set<string>();
    let added = 0;
    const seen = await walk(order, way, 4, async ({ titles }, at) => {
      const cursor = way === 'forwards' ? titles.at(-1)! : titles[0]!;
      const ahead = all.filter(title => !gone.has(title))[way === 'forwards' ? 4 * (at + 2) : COUNT - 4 * (at + 2)];
      for (const title of [cursor, ...(ahead ? [ahead] : [])]) {
        gone.add(title);
        await market.withdraw(title);
      }
      for (let number = 0; number < 3; number++) await market.add(`Late ${added}`, added++);
    });
    expect(new Set(seen).size).toBe(seen.length);
    const stood = all.filter(title => !gone.has(title));
    expect(seen.filter(title => stood.includes(title))).toEqual(stood);
    expect(gone.size).toBeGreaterThan(4);
  });

  test('a cursor stays valid after its listing or provider is gone', async () => {
    const { titles, cursors } = await pageOf({ ...order, first: 10 });
    await market.withdraw(titles[4]!);
    const rest = titles.filter((_, index) => index > 4);
    expect((await pageOf({ ...order, first: 5, after: cursors[4] })).titles).toEqual(rest);
    expect((await pageOf({ ...order, last: 4, before: cursors[4] })).titles).toEqual(titles.slice(0, 4));
  });

  test('T4: a cursor reveals only its order and position, and a page past the end is empty', async () => {
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
