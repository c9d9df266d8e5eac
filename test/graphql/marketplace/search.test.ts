import { beforeAll, describe, expect, test } from 'vitest';
import type { TenantWithMembers } from '../../support/tenant-actors.ts';
import { useMarket } from './market.ts';

const market = useMarket();
let north: TenantWithMembers;
let south: TenantWithMembers;

const day = (date: number) => new Date(Date.UTC(2026, 0, date));

/** The listings, oldest first. */
// biome-ignore format: a table is read by its columns
const LISTINGS = [
  { title: 'Orchards',       summary: 'Where apples grow',            tags: ['fruit', 'maps'],         price: '10',       currency: 'EUR', publishedAt: day(1) },
  { title: 'Prices of fruit', summary: 'By the day',                  tags: ['apples', 'prices'],      price: '0.1',      currency: 'EUR', publishedAt: day(2) },
  { title: 'Apple harvests', summary: 'By region and year',           tags: ['fruit'],                 price: '0.100001', currency: 'EUR', publishedAt: day(3) },
  { title: 'Pears',          summary: 'Sweet pears from red soil',    tags: ['fruit', 'prices'],       price: '2',        currency: 'USD', publishedAt: day(4) },
  { title: 'Soil',           summary: 'Red soil samples of the Alps', tags: ['maps'],                  price: '0',        currency: 'EUR', publishedAt: day(5) },
];

const NEWEST_FIRST = ['Soil', 'Pears', 'Apple harvests', 'Prices of fruit', 'Orchards'];

beforeAll(async () => {
  [north, south] = [await market.provider(), await market.provider()];
  for (const [index, listing] of LISTINGS.entries()) await market.listing((index % 2 ? south : north).tenant, listing);
});

describe('a search', () => {
  test('M2: returns each field, across providers', async () => {
    const { data, errors } = await market.search({ query: 'pears' });
    expect(errors).toEqual([]);
    const cursor = expect.stringMatching(/^[\w-]+$/);
    expect(data).toEqual({
      marketplace: {
        search: {
          totalCount: 1,
          pageInfo: { startCursor: cursor, endCursor: cursor, hasNextPage: false, hasPreviousPage: false },
          edges: [
            {
              cursor,
              node: {
                id: expect.stringMatching(/^[\w-]+$/),
                title: 'Pears',
                summary: 'Sweet pears from red soil',
                tags: ['fruit', 'prices'],
                price: { amount: '2', currency: 'USD' },
                provider: south.tenant.name,
                publishedAt: day(4).toISOString(),
                own: false,
                entitled: false,
              },
            },
          ],
        },
        tags: [
          { tag: 'fruit', count: 1 },
          { tag: 'prices', count: 1 },
        ],
      },
    });
  });

  test('M2: ranks words in the title highest, then in tags, then in the summary', async () => {
    expect(await market.titles({ query: 'apple' })).toEqual(['Apple harvests', 'Prices of fruit', 'Orchards']);
    expect(await market.titles({ query: 'apple', sort: 'RELEVANCE' })).toEqual(['Apple harvests', 'Prices of fruit', 'Orchards']);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string, readonly string[]]>([
    ['the start of a word',           'harv',                 ['Apple harvests']],
    ['upper case',                    'PEAR',                 ['Pears']],
    ['all of several words',          'red soil',             ['Soil', 'Pears']],
    ['a phrase',                      '"red soil samples"',   ['Soil']],
    ['no phrase in another order',    '"soil red"',           []],
    ['either of two',                 'harvest or alps',      ['Apple harvests', 'Soil']],
    ['one word without another',      'soil -pears',          ['Soil']],
    ['nothing for an absent word',    'bananas',              []],
    ['nothing for a present and an absent word', 'soil bananas',        []],
    ['no end of a word',              'chards',               []],
    ['no start of a word in a phrase', '"red soi"',           []],
    ['no start of an excluded word',  'soil -pea',            ['Soil', 'Pears']],
  ])('M2: finds %s: %s', async (_what, query, titles) => {
    expect([...(await market.titles({ query, sort: 'RELEVANCE' }))].sort()).toEqual([...titles].sort());
  });

  test('M2: finds listings that have all tags', async () => {
    expect(await market.titles({ tags: ['fruit'] })).toEqual(['Pears', 'Apple harvests', 'Orchards']);
    expect(await market.titles({ tags: ['fruit', 'prices'] })).toEqual(['Pears']);
    expect(await market.titles({ tags: ['fruit', 'fruit'], query: 'apple' })).toEqual(['Apple harvests', 'Orchards']);
    expect(await market.titles({ tags: ['frui'] })).toEqual([]);
    expect(await market.titles({ tags: [] })).toEqual(NEWEST_FIRST);
    expect(await market.titles({ tags: [' FRUIT ', 'Prices'] })).toEqual(['Pears']);
  });

  test('M2: finds by price in one currency, to the last digit', async () => {
    const atMost = (amount: string, currency = 'EUR') => market.titles({ maxPrice: { amount, currency } });
    expect(await atMost('0.1')).toEqual(['Soil', 'Prices of fruit']);
    expect(await atMost('0.100001')).toEqual(['Soil', 'Apple harvests', 'Prices of fruit']);
    expect(await atMost('0.099999')).toEqual(['Soil']);
    expect(await atMost('0')).toEqual(['Soil']);
    expect(await atMost('2', 'USD')).toEqual(['Pears']);
    expect(await atMost('99999999999999.999999', 'GBP')).toEqual([]);
    expect(await market.titles({ currency: 'USD' })).toEqual(['Pears']);
    expect(await market.titles({ currency: 'EUR', maxPrice: { amount: '0.1', currency: 'EUR' } })).toEqual(['Soil', 'Prices of fruit']);
  });

  test('M2: sorts newest first and cheapest first', async () => {
    expect(await market.titles({ sort: 'NEWEST' })).toEqual(NEWEST_FIRST);
    expect(await market.titles({ sort: 'NEWEST', query: 'apple' })).toEqual(['Apple harvests', 'Prices of fruit', 'Orchards']);
    expect(await market.titles({ sort: 'PRICE', currency: 'EUR' })).toEqual(['Soil', 'Prices of fruit', 'Apple harvests', 'Orchards']);
    expect(await market.titles({ sort: 'PRICE', maxPrice: { amount: '1', currency: 'EUR' }, query: 'apple' })).toEqual([
      'Prices of fruit',
      'Apple harvests',
    ]);
  });

  test('M2: sorts newest first without a query', async () => {
    for (const variables of [{}, { query: '' }, { query: ' \n\t ' }, { query: null, tags: null }, { sort: 'RELEVANCE' }])
      expect(await market.titles(variables)).toEqual(NEWEST_FIRST);
  });

  test("M2: facets are the tags of a search's listings, most frequent first, then by name", async () => {
    const tagsOf = async (variables: object) => (await market.search(variables)).data.marketplace.tags;
    const tags = (...counts: [string, number][]) => counts.map(([tag, count]) => ({ tag, count }));
    expect(await tagsOf({})).toEqual(tags(['fruit', 3], ['maps', 2], ['prices', 2], ['apples', 1]));
    expect(await tagsOf({ tags: ['fruit'] })).toEqual(tags(['fruit', 3], ['maps', 1], ['prices', 1]));
    expect(await tagsOf({ query: 'apple', currency: 'EUR' })).toEqual(tags(['fruit', 2], ['apples', 1], ['maps', 1], ['prices', 1]));
    expect(await tagsOf({ maxPrice: { amount: '0.05', currency: 'EUR' } })).toEqual(tags(['maps', 1]));
    const few = 'query ($first: Int) { marketplace { tags(first: $first) { tag } } }';
    const first = async (count: number) => (await market.gateway.ask(few, { ...market.buyer.owner, variables: { first: count } })) as never;
    expect(await first(2)).toMatchObject({ data: { marketplace: { tags: [{ tag: 'fruit' }, { tag: 'maps' }] } } });
    expect(await first(0)).toMatchObject({ data: { marketplace: { tags: [] } } });
    expect(await first(101)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect(await first(-1)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});

describe('T8: the index follows the listing', () => {
  test('when it is changed, published, withdrawn and published again', async () => {
    const { id } = await market.listing(north.tenant, { status: 'draft', title: 'Glaciers', tags: ['ice'] });
    const set = (what: string) =>
      market.database.sql(
        `WITH bound AS (SELECT set_config('app.tenant_id', $2::text, true)) UPDATE listing SET ${what} FROM bound WHERE id = $1 AND tenant_id = $2::uuid`,
        [id, north.tenant.id],
      );
    const found = () =>
      Promise.all([market.titles({ query: 'glacier' }), market.titles({ query: 'fjords' }), market.titles({ tags: ['ice'] })]);
    expect(await found()).toEqual([[], [], []]);
    await set(`status = 'published', published_at = now()`);
    expect(await found()).toEqual([['Glaciers'], [], ['Glaciers']]);
    await set(`title = 'Fjords', tags = '{water}', price = 7`);
    expect(await found()).toEqual([[], ['Fjords'], []]);
    expect(await market.titles({ sort: 'PRICE', currency: 'EUR' })).toEqual([
      'Soil',
      'Prices of fruit',
      'Apple harvests',
      'Fjords',
      'Orchards',
    ]);
    await set(`status = 'withdrawn'`);
    expect(await found()).toEqual([[], [], []]);
    await set(`status = 'published'`);
    expect(await found()).toEqual([[], ['Fjords'], []]);
    await market.database.sql('DELETE FROM listing WHERE id = $1', [id]);
    expect(await found()).toEqual([[], [], []]);
  });
});
