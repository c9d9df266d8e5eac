import { beforeAll, describe, expect, test } from 'vitest';
import { LIMITS } from '../../../src/http/graphql/limits.ts';
import { useMarket } from './market.ts';

const market = useMarket();
beforeAll(async () => {
  const { tenant } = await market.provider();
  await market.listing(tenant, { title: 'Cats and dogs', summary: 'Not "mice", 100% sure', tags: ['pets', "it's"], price: '3' });
});

/** Searches for texts without a word find nothing and do not fail. */
test.each([
  ...['the', '""', '"', "'", "''", '-', '--', '!', '&', '|', ':', ':*', '( ) & | ! <->', '<2>', '\\', '%', '_', '*', '?', '.', '`', '{}'],
  ...[
    "'; DROP TABLE listing; --",
    '$$ || pg_sleep(9) || $$',
    '🦊',
    '\u200b',
    '\u202e',
    'ﬁ'.repeat(100),
    ...['-', '- ', '-!', '-(', '-"', '(-)|'].map(signs => signs.repeat(100).slice(0, 200)),
  ],
])('M2: a query of %j finds nothing without an error', async query => {
  for (const sort of ['RELEVANCE', 'NEWEST']) {
    const { data, errors } = await market.search({ query, sort });
    expect(errors).toEqual([]);
    expect(data.marketplace).toMatchObject({ search: { totalCount: 0, edges: [] }, tags: [] });
  }
});

// biome-ignore format: a table is read by its columns
test.each<[string, readonly string[]]>([
  ['cats:*',            ['Cats and dogs']],
  ['cats & dogs',       ['Cats and dogs']],
  ['!cats',             ['Cats and dogs']],
  ['"cats',             ['Cats and dogs']],
  ['cats "',            ['Cats and dogs']],
  ['cats or',           ['Cats and dogs']],
  ['or cats',           ['Cats and dogs']],
  ['cats -',            ['Cats and dogs']],
  ["cat's dog's",       ['Cats and dogs']],
  ["' OR 'a'='a",       ['Cats and dogs']],
  ['$1',                ['Cats and dogs']],
  ['and or the',        ['Cats and dogs']],
  ['-birds',            ['Cats and dogs']],
  ['-cats',             []],
  ['100%',              ['Cats and dogs']],
])('M2: a query of %j is read as words', async (query, titles) => {
  expect(await market.titles({ query })).toEqual(titles);
});

describe('is BAD_USER_INPUT with the reason', () => {
  const EUR = { amount: '1', currency: 'EUR' };
  // biome-ignore format: a table is read by its columns
  test.each<[string, object, RegExp]>([
    ['a query of 201 characters',      { query: 'a'.repeat(201) },                    /^The query is longer than 200 characters\.$/],
    ['a query of 10 kB',               { query: 'cats '.repeat(2_000) },              /^The query is longer than 200 characters\.$/],
    ['a query with a NUL',             { query: 'cats\0' },                           /NUL/],
    ['an unpaired surrogate',          { query: 'cats \ud800' },                      /surrogate/],
    ['21 tags',                        { tags: Array(21).fill('pets') },              /^A search takes at most 20 tags\.$/],
    ['a tag of 33 characters',         { tags: ['a'.repeat(33)] },                    /^A tag is longer than 32 characters\.$/],
    ['an empty tag',                   { tags: ['pets', ' '] },                       /^A tag is empty\.$/],
    ['two currencies',                 { maxPrice: EUR, currency: 'USD' },            /^`maxPrice` is in EUR and `currency` is USD\. Use one currency\.$/],
    ['an unknown currency',            { currency: 'XXY' },                           /^"XXY" is not an ISO 4217 currency code/],
    ['a currency in lower case',       { currency: 'eur' },                           /^"eur" is not an ISO 4217 currency code/],
    ['no currency',                    { currency: '' },                              /^"" is not an ISO 4217 currency code/],
    ['a price without a currency',     { maxPrice: { ...EUR, currency: 'EURO' } },    /^"EURO" is not an ISO 4217 currency code/],
    ['a price that is negative',       { maxPrice: { ...EUR, amount: '-1' } },        /Decimal/],
    ['a price that is a float',        { maxPrice: { ...EUR, amount: '1e3' } },       /Decimal/],
    ['cheapest first without a currency', { sort: 'PRICE' },                             /^Name a `currency` to sort by price/],
    ['an unknown order',               { sort: 'BEST' },                              /MarketplaceSort/],
    ['first and last together',        { first: 1, last: 1 },                         /^Ask for `first` or for `last`/],
    ['a page of 101',                  { first: 101 },                                /^A page holds at most 100/],
    ['a negative page',                { last: -1 },                                  /can't be negative/],
  ])('%s', async (_what, variables, message) => {
    expect(await market.refusal(variables)).toEqual({ code: 'BAD_USER_INPUT', message: expect.stringMatching(message) });
  });

  test('a query of 200 characters and 20 tags are accepted', async () => {
    expect(await market.titles({ query: `cats ${' or cats'.repeat(24)}`.padEnd(200, 'x') })).toEqual(['Cats and dogs']);
    expect(await market.titles({ tags: Array(20).fill("it's") })).toEqual(['Cats and dogs']);
    expect(await market.titles({ tags: ["'} OR {'"] })).toEqual([]);
  });
});

test('G7: many searches in one document cost too much', async () => {
  const query = `{ marketplace { ${Array.from({ length: 25 }, (_, i) => `s${i}: search(first: 100, query: "a") { totalCount edges { node { id title summary tags } } }`).join(' ')} } }`;
  const { errors } = await market.gateway.ask(query, market.buyer.owner);
  expect(errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_EXPENSIVE', limit: LIMITS.cost } }]);
});
