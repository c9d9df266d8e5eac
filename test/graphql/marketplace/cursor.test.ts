import { beforeAll, describe, expect, test } from 'vitest';
import { COUNT, ORDERS, useOffers } from './offers.ts';

const market = useOffers();
beforeAll(async () => {
  await market.reset();
});

const pageOf = (variables: object) => market.pageOf(variables);
const orders = Object.entries(ORDERS);

const cursorOf = (...place: unknown[]) => Buffer.from(JSON.stringify(place)).toString('base64url');
const ID = '01a20cb7-f4b9-74ed-ad73-60cc532bc546';
const NOT_OURS = { code: 'BAD_USER_INPUT', message: 'This is not a cursor that this API gives out.' };

describe('a cursor', () => {
  test('of another order is BAD_USER_INPUT; a cursor of another search with the same order is valid', async () => {
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
    ['not base64url',                'NEWEST',    'this is none'],
    ['empty',                        'NEWEST',    ''],
    ['text that is not JSON',        'NEWEST',    Buffer.from('hello').toString('base64url')],
    ['not a list',                   'NEWEST',    Buffer.from('{"0":"newest"}').toString('base64url')],
    ['null',                         'NEWEST',    Buffer.from('null').toString('base64url')],
    ['a list that is too short',     'NEWEST',    cursorOf('newest', '2026-01-01T00:00:00.000Z')],
    ['a list that is too long',      'NEWEST',    cursorOf('newest', '2026-01-01T00:00:00.000Z', ID, 'more')],
    ['JSON with spaces',             'NEWEST',    Buffer.from(`["newest", "2026-01-01T00:00:00.000Z", "${ID}"]`).toString('base64url')],
    ['padded',                       'NEWEST',    `${cursorOf('newest', '2026-01-01T00:00:00.000Z', ID)}=`],
    ['an invalid id',                'NEWEST',    cursorOf('newest', '2026-01-01T00:00:00.000Z', 'x')],
    ['an id in upper case',          'NEWEST',    cursorOf('newest', '2026-01-01T00:00:00.000Z', ID.toUpperCase())],
    ['an invalid timestamp',         'NEWEST',    cursorOf('newest', 'yesterday', ID)],
    ['a date that does not exist',   'NEWEST',    cursorOf('newest', '2026-02-30T00:00:00.000Z', ID)],
    ['the year 0',                   'NEWEST',    cursorOf('newest', '0000-01-01T00:00:00.000Z', ID)],
    ['infinity',                     'NEWEST',    cursorOf('newest', 'infinity', ID)],
    ['a number for a string',        'PRICE',     cursorOf('price', 1, ID)],
    ['an amount of NaN',             'PRICE',     cursorOf('price', 'NaN', ID)],
    ['a negative amount',            'PRICE',     cursorOf('price', '-1', ID)],
    ['an amount that is too large',  'PRICE',     cursorOf('price', '999999999999999', ID)],
    ['SQL',                          'PRICE',     cursorOf('price', "1' OR true --", ID)],
    ['a rank of NaN',                'RELEVANCE', cursorOf('relevance', 'NaN', ID)],
    ['an infinite rank',             'RELEVANCE', cursorOf('relevance', 'Infinity', ID)],
    ['a rank that is too large',     'RELEVANCE', cursorOf('relevance', '1e+200', ID)],
    ['a rank that is too small',     'RELEVANCE', cursorOf('relevance', '1e-60', ID)],
    ['a negative rank',              'RELEVANCE', cursorOf('relevance', '-1', ID)],
    ['an empty rank',                'RELEVANCE', cursorOf('relevance', '', ID)],
  ])('that is %s is BAD_USER_INPUT', async (_what, sort, after) => {
    const order = ORDERS[sort as keyof typeof ORDERS];
    expect(await market.refusal({ ...order, after })).toEqual(NOT_OURS);
    expect(await market.refusal({ ...order, last: 2, before: after })).toEqual(NOT_OURS);
  });

  test('with a position that was never issued continues from that position', async () => {
    expect(await market.titles({ sort: 'NEWEST', after: cursorOf('newest', '9999-12-31T23:59:59.999Z', ID) })).toHaveLength(COUNT);
    expect(await market.titles({ sort: 'NEWEST', after: cursorOf('newest', '1000-01-01T00:00:00.000Z', ID) })).toEqual([]);
    expect(await market.titles({ ...ORDERS.PRICE, after: cursorOf('price', '99999999999999.999999', ID) })).toEqual([]);
    expect(await market.titles({ ...ORDERS.RELEVANCE, after: cursorOf('relevance', '1e-30', ID) })).toEqual([]);
    expect(await market.titles({ ...ORDERS.RELEVANCE, after: cursorOf('relevance', '1e+37', ID) })).toHaveLength(COUNT);
  });
});
