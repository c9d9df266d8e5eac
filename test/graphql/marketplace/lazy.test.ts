import { graphql } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { grantOf } from '../../../src/access/grant.ts';
import { type Database, openDatabase } from '../../../src/database/index.ts';
import type { Context } from '../../../src/graphql/core/context.ts';
import { buildSchema } from '../../../src/graphql/schema.ts';
import { fixtures, useDatabase } from '../../support/database.ts';
import { marketFixtures } from '../../support/market.ts';

/** The crossings that a document calls. Only a count visits every listing of a search. */
const database = useDatabase();
let opened: Database;
let taken: string[];
let context: Context;
beforeAll(async () => {
  opened = openDatabase(database.runtimeUrl);
  const make = fixtures(database);
  const market = marketFixtures(database);
  const ann = await make.person('Ann');
  const tenant = await make.tenant('north', ann);
  await market.setSides(tenant, { sells: true });
  for (const title of ['One', 'Two', 'Three']) await market.listing(tenant, { title });
  const bound = opened.bind({ tenantId: tenant.id, personId: ann.id });
  const tenantAccess = { tenantId: tenant.id, status: 'active', features: [], roles: ['owner'] } as const;
  const ask: typeof bound.query = (text, values) => {
    taken.push(...[...text.matchAll(/crossing_market_\w+/g)].map(([name]) => name));
    return bound.query(text, values);
  };
  context = { grant: grantOf({ kind: 'user' }, tenantAccess), work: { ...bound, query: ask } } as Partial<Context> as Context;
});
afterAll(() => opened?.close());

const PAGE = ['crossing_market_search', 'crossing_market_listings'];

// biome-ignore format: a table is read by its columns
test.each<[string, string, readonly string[]]>([
  ['a page',               'search { edges { node { title summary entitled own } } }',      PAGE],
  ['a page and its pageInfo', 'search(first: 1) { pageInfo { endCursor hasNextPage } }',       PAGE],
  ['a page and its totalCount', 'search(first: 1) { totalCount edges { cursor } }',              [...PAGE, 'crossing_market_count']],
  ['facets',               'tags { tag count }',                                            ['crossing_market_tags']],
  ['nothing',              '__typename',                                                    []],
])('G4: %s is one statement, and rows are counted only for totalCount', async (_what, selection, crossings) => {
  taken = [];
  const { errors } = await graphql({ schema: buildSchema(), source: `{ marketplace { ${selection} } }`, contextValue: context });
  expect(errors).toBeUndefined();
  expect(taken).toEqual(crossings);
});

test('G4: the listings of `nodes` are one statement', async () => {
  taken = [];
  const ids = (await database.sql<{ id: string }>('SELECT id FROM listing')).map(({ id }) =>
    JSON.stringify(Buffer.from(`MarketplaceListing:${id}`).toString('base64url')),
  );
  const { data } = await graphql({
    schema: buildSchema(),
    source: `{ nodes(ids: [${ids}]) { ... on MarketplaceListing { title } } }`,
    contextValue: context,
  });
  expect(data?.nodes).toHaveLength(3);
  expect(taken).toEqual(['crossing_market_listings']);
});
