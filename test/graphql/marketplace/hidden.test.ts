import { afterEach, beforeAll, expect, test } from 'vitest';
import type { Actor, TenantWithMembers } from '../../support/tenant-actors.ts';
import { LISTING, listingId, useMarket } from './market.ts';

const market = useMarket();
let other: TenantWithMembers;
let staff: Actor;
beforeAll(async () => {
  staff = await market.staff();
  other = await market.provider();
  await market.listing(other.tenant, { title: 'Always there', tags: ['shared'], publishedAt: new Date('2026-01-01') });
});
afterEach(() => market.database.sql("DELETE FROM listing WHERE title <> 'Always there'"));

const NODES = `query ($id: ID!) { node(id: $id) { id ... on MarketplaceListing { ${LISTING} } } nodes(ids: [$id]) { id } marketplace { listing(id: $id) { ${LISTING} } } }`;

/**
 * A provider with a listing, and every marketplace response in which the listing could appear.
 */
async function shown(status: 'draft' | 'published' | 'withdrawn' = 'published') {
  const provider = await market.provider();
  const { id } = await market.listing(provider.tenant, {
    status,
    title: 'Moody weather',
    tags: ['shared', 'moody'],
    publishedAt: new Date('2026-01-02'),
  });

  const seen = async (who: Actor = market.buyer.owner) => {
    const answers = [];
    for (const variables of [{}, { query: 'moody' }, { tags: ['shared'] }, { sort: 'PRICE', currency: 'EUR' }, { last: 1 }, { first: 1 }])
      answers.push(await market.search(variables, who));
    const { data } = await market.gateway.ask(NODES, { ...who, variables: { id: listingId(id) } });
    return { answers, data, where: whereIn(answers, data) };
  };

  /**
   * The row versions of the listing and of its index row, which change with every write.
   */
  const versions = () =>
    market.database.sql(
      'SELECT l.xmin::text AS listing, m.xmin::text AS index FROM listing l LEFT JOIN market_index m ON m.listing_id = l.id WHERE l.id = $1',
      [id],
    );
  return { provider, id, seen, versions };
}

type Answers = readonly {
  data: { marketplace: { search: { totalCount: number; edges: { node: { title: string } }[] }; tags: { tag: string }[] } };
}[];
type Found = { node: object | null; nodes: (object | null)[]; marketplace: { listing: object | null } };

/** How often the listing appears, for each way to find it. */
const whereIn = (answers: Answers, { node, nodes, marketplace: { listing } }: Found) => ({
  listed: answers.flatMap(({ data }) => data.marketplace.search.edges).filter(({ node: { title } }) => title === 'Moody weather').length,
  counted: answers.map(({ data }) => data.marketplace.search.totalCount),
  facets: answers.flatMap(({ data }) => data.marketplace.tags).filter(({ tag }) => tag === 'moody').length,
  nodes: [node, ...nodes, listing].filter(found => found !== null).length,
});

const THERE = { listed: 5, counted: [2, 1, 2, 2, 2, 2], facets: 6, nodes: 3 };
const NOWHERE = { listed: 0, counted: [1, 0, 1, 1, 1, 1], facets: 0, nodes: 0 };

/** All responses, without the parts that always differ. */
const texts = (answers: readonly { text: string; headers: Headers }[]) =>
  answers.map(({ text, headers }) => text.replaceAll(headers.get('x-request-id')!, ''));

test('S2: a suspended provider is hidden from the next request on, and visible when it resumes, without a changed row', async () => {
  const { provider, seen, versions } = await shown();
  const before = await versions();
  const there = await seen();
  expect(there.where).toEqual(THERE);
  await market.must(staff, 'staffSuspendTenant', { tenantId: provider.tenant.id, reason: 'Unpaid' });
  const hidden = await seen();
  expect(hidden.where).toEqual(NOWHERE);
  expect(await versions()).toEqual(before);
  await market.must(staff, 'staffResumeTenant', { tenantId: provider.tenant.id });
  const back = await seen();
  expect(texts(back.answers)).toEqual(texts(there.answers));
  expect(back.data).toEqual(there.data);
  expect(await versions()).toEqual(before);
  await market.database.sql('DELETE FROM listing WHERE tenant_id = $1', [provider.tenant.id]);
  expect(texts((await seen()).answers)).toEqual(texts(hidden.answers)); // as if it never existed
});

test('S3, S4: a provider pending deletion is hidden, visible when the deletion is cancelled, and hidden once deleted', async () => {
  const { provider, seen, versions } = await shown();
  const before = await versions();
  await market.must(provider.owner, 'requestTenantDeletion', { confirmation: provider.tenant.name });
  expect((await seen()).where).toEqual(NOWHERE);
  await market.must(provider.owner, 'cancelTenantDeletion');
  expect((await seen()).where).toEqual(THERE);
  expect(await versions()).toEqual(before);
  await market.must(provider.owner, 'requestTenantDeletion', { confirmation: provider.tenant.name });
  await market.make.setStatus(provider.tenant, 'deleted');
  expect(await versions()).toEqual(before); // its rows are not yet removed
  expect((await seen()).where).toEqual(NOWHERE);
});

test('M4, M2: a provider with its provider side off is hidden, and visible when the side is on, without a changed row', async () => {
  const { provider, seen, versions } = await shown();
  const before = await versions();
  await market.setSides(provider.tenant, { sells: false });
  expect((await seen()).where).toEqual(NOWHERE);
  await market.setSides(provider.tenant, { sells: true, buys: true });
  expect((await seen()).where).toEqual(THERE);
  await market.setSides(provider.tenant, { buys: false });
  expect((await seen()).where).toEqual(THERE);
  expect(await versions()).toEqual(before);
});

test.each(['draft', 'withdrawn'] as const)('M2: a listing that is %s is not on the marketplace, even for its own tenant', async status => {
  const { provider, seen } = await shown(status);
  expect((await seen()).where).toEqual(NOWHERE);
  expect((await seen(provider.owner)).where).toEqual(NOWHERE);
});

test('S2: members of a suspended tenant cannot see its own listings on the marketplace either', async () => {
  const { provider, seen } = await shown();
  expect((await seen(provider.owner)).where).toEqual(THERE);
  await market.must(staff, 'staffSuspendTenant', { tenantId: provider.tenant.id, reason: 'Unpaid' });
  expect((await seen(provider.owner)).where).toEqual(NOWHERE);
});

test('T4: a cursor at a listing that is now hidden continues like a cursor at a position that never had a listing', async () => {
  const { provider, id, seen } = await shown();
  const order = { sort: 'NEWEST', first: 5 };
  const place = (one: string) => Buffer.from(JSON.stringify(['newest', '2026-01-02T00:00:00.000Z', one])).toString('base64url');
  expect((await market.search({ ...order, first: 1 })).data.marketplace.search.edges[0].cursor).toBe(place(id));
  await market.must(staff, 'staffSuspendTenant', { tenantId: provider.tenant.id, reason: 'Unpaid' });
  const nobody = `${id.slice(0, -4)}${id.endsWith('0000') ? '1111' : '0000'}`;
  const answers = [];
  for (const one of [id, nobody]) for (const way of ['after', 'before']) answers.push(await market.search({ ...order, [way]: place(one) }));
  const [after, before, afterNobody, beforeNobody] = texts(answers);
  expect([after, before]).toEqual([afterNobody, beforeNobody]);
  expect((await seen()).where).toEqual(NOWHERE);
});

test('T4: absent, hidden, unpublished and foreign listings have the same response', async () => {
  const suspended = await shown();
  await market.must(staff, 'staffSuspendTenant', { tenantId: suspended.provider.tenant.id, reason: 'Unpaid' });
  const draft = await shown('draft');
  const ids = [suspended.id, draft.id, '01a20cb7-f4b9-74ed-ad73-60cc532bc546'];
  const answers = [];
  for (const id of ids) answers.push(await market.gateway.ask(NODES, { ...market.buyer.owner, variables: { id: listingId(id) } }));
  expect(texts(answers)).toEqual(Array(3).fill('{"data":{"node":null,"nodes":[null],"marketplace":{"listing":null}}}'));
});

test('an id of another type and an empty id are BAD_USER_INPUT', async () => {
  const ask = (id: string) =>
    market.gateway.ask('query ($id: ID!) { marketplace { listing(id: $id) { id } } }', { ...market.buyer.owner, variables: { id } });
  const tenant = Buffer.from(`Tenant:${market.buyer.tenant.id}`).toString('base64url');
  const padded = Buffer.from(`MarketplaceListing:${market.buyer.tenant.id}:x`).toString('base64url');
  expect((await ask(tenant)).errors).toMatchObject([
    { message: 'This is not the id of a MarketplaceListing.', extensions: { code: 'BAD_USER_INPUT' } },
  ]);
  for (const id of ['', 'x', padded]) expect((await ask(id)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
});
