import { beforeAll, describe, expect, test } from 'vitest';
import type { Role, TenantStatus } from '../../../src/access/vocabulary.ts';
import { openDatabase, type Query } from '../../../src/database/index.ts';
import { countMarket, marketListings, marketTags, searchMarket } from '../../../src/database/queries/marketplace.ts';
import type { Actor, TenantWithMembers } from '../../support/tenant-actors.ts';
import { listingId, useMarket } from './market.ts';

const market = useMarket();
let provider: TenantWithMembers;
let listing: { id: string };
beforeAll(async () => {
  provider = await market.provider();
  listing = await market.listing(provider.tenant, { title: 'Rivers', tags: ['water'] });
});

const ASKED =
  'query ($id: ID!) { marketplace { search { edges { node { title own entitled } } } listing(id: $id) { title own entitled } } node(id: $id) { id } }';
const ask = (who: Partial<Actor>) => market.gateway.ask(ASKED, { ...who, variables: { id: listingId(listing.id) } });

/** The listing as a caller sees it in every field that can return it. */
async function flagsOf(who: Actor) {
  const { data } = await ask(who);
  const { search, listing: found } = data.marketplace;
  expect(search.edges.map(({ node }: { node: object }) => node)).toEqual([found]);
  return { own: found.own, entitled: found.entitled };
}

describe('own and entitled', () => {
  test("M4: own is true for the listing's tenant only", async () => {
    expect(await flagsOf(provider.owner)).toEqual({ own: true, entitled: false });
    expect(await flagsOf(market.buyer.owner)).toEqual({ own: false, entitled: false });
  });

  test('M2, T4: entitled is true for a tenant with an open entitlement only', async () => {
    const { tenant, owner } = await market.home();
    const past = await market.home();
    await market.entitlement(past.tenant, listing, { endedAt: new Date() });
    await market.entitlement(tenant, listing);
    expect(await flagsOf(owner)).toEqual({ own: false, entitled: true });
    expect(await flagsOf(past.owner)).toEqual({ own: false, entitled: false });
    expect(await flagsOf(provider.owner)).toEqual({ own: true, entitled: false });
    await market.database.sql('UPDATE entitlement SET ended_at = now() WHERE tenant_id = $1', [tenant.id]);
    expect(await flagsOf(owner)).toEqual({ own: false, entitled: false });
  });
});

const ALL = { title: 'Rivers', own: false, entitled: false };

describe('callers who can read the marketplace', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[Role, object | null, readonly string[]]>([
    ['owner',          ALL,                          []],
    ['admin',          ALL,                          []],
    ['buyer_manager',  ALL,                          []],
    ['viewer',         ALL,                          []],
    ['seller_manager', { ...ALL, entitled: null },   ['entitlement:read', 'entitlement:read']],
    ['operator',       null,                         ['marketplace:read', 'marketplace:read']],
  ])('M2, R3: %s', async (role, rowsSeen, refused) => {
    const { data, errors } = await ask(role === 'owner' ? market.buyer.owner : await market.member([role]));
    expect(data.marketplace).toEqual(rowsSeen && { search: { edges: [{ node: rowsSeen }] }, listing: rowsSeen });
    expect(data.node).toEqual(rowsSeen && { id: listingId(listing.id) });
    expect(errors.map(({ extensions }) => [extensions.code, extensions.because, extensions.permission])).toEqual(refused.map(name => ['FORBIDDEN', 'ROLE', name]));
  });

  // biome-ignore format: a table is read by its columns
  test.each<[TenantStatus]>([['active'], ['suspended'], ['pending_deletion']])('S2, S3: while the tenant is %s', async status => {
    const home = await market.home();
    await market.make.setStatus(home.tenant, status);
    expect((await ask(home.owner)).data.marketplace.listing).toEqual(ALL);
  });

  test('T2: refused to callers outside of any tenant and to staff', async () => {
    const person = await market.make.person('Nowhere');
    const outside = [
      [{}, 'UNAUTHENTICATED'],
      [{ token: await market.gateway.tokenOf(person) }, 'TENANT_REQUIRED'],
      [await market.staff(), 'FORBIDDEN'],
    ] as const;
    for (const [who, code] of outside) {
      const { data, errors } = await ask(who);
      expect(data).toEqual({ marketplace: null, node: null });
      expect(errors.map(({ extensions }) => extensions.code)).toEqual([code, code]);
    }
  });
});

test('T2, T6: the database returns no marketplace row to a statement that is bound to no tenant', async () => {
  const opened = openDatabase(market.database.runtimeUrl);
  const everything = { query: null, tags: null, maxPrice: null, currency: null };
  const page = { sort: 'newest', after: null, before: null, backwards: false, limit: 5 } as const;
  const rowsSeen = async (ask: Query) => ({
    listings: (await marketListings(ask, [listing.id])).length,
    found: (await searchMarket(ask, everything, page)).length,
    count: await countMarket(ask, everything),
    tags: (await marketTags(ask, everything, 5)).length,
  });
  try {
    const bound = opened.bind({ tenantId: market.buyer.tenant.id, personId: null });
    expect(await rowsSeen(bound.query)).toEqual({ listings: 1, found: 1, count: 1, tags: 1 });
    expect(await rowsSeen(opened.bind({ tenantId: null, personId: market.buyer.owner.person.id }).query)).toEqual({
      listings: 0,
      found: 0,
      count: 0,
      tags: 0,
    });
    expect(await rowsSeen(opened.query)).toEqual({ listings: 0, found: 0, count: 0, tags: 0 });
  } finally {
    await opened.close();
  }
});
