import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { codeOf, providerOf } from '../support/provider.ts';
import { type Caller, type TenantWithMembers, useTenantFixtures } from '../support/tenant-fixtures.ts';

/**
 * The whole way over HTTP, with real tokens, keys, links and bytes: nothing is put into the
 * database behind the gateway's back but people.
 */
const fixtures = useTenantFixtures();
let provider: TenantWithMembers;
let buyer: TenantWithMembers;
beforeAll(async () => {
  [provider, buyer] = [await fixtures.home({ name: 'Tidal Data' }), await fixtures.home({ name: 'Harbour Works' })];
  fixtures.gateway.clock.advance({ minutes: 1 }); // it stood still while their billing cycles began
});

const BYTES = 'hour,height\n0,1.2\n6,4.8\n';
const SEARCH = `{ marketplace { search(query: "tides") { totalCount edges { node { id title provider price { amount currency } } } } tags { tag } } }`;
const RETRIEVED = 'retrieval { usageRecordId name size charge { amount currency } downloadLink }';
const AVAILABILITY =
  '{ tenant { entitlements { edges { node { title provider availability objects { edges { node { id name } } } } } } } }';

const read = async (caller: Caller, query: string, variables: object = {}) => {
  const { data, errors } = await fixtures.query(caller, query, variables);
  expect(errors).toEqual([]);
  return data;
};

test('M1, M2, M3, M5, K1, S2, S6: a dataset is listed, found, acquired and retrieved with a key; its provider is suspended, resumed and deleted', async () => {
  const { run, stored } = providerOf(fixtures);

  // The provider lists.
  await run(provider.admin, 'setTenantSides', { sells: true }, '__typename');
  const { id: datasetId } = (await run(provider.seller_manager, 'createDataset', { name: 'Tides' }, 'dataset { id }')).dataset;
  await stored(provider.seller_manager, datasetId, BYTES);
  const terms = { title: 'Tides of the North Sea', tags: ['sea'], price: { amount: '0.125', currency: 'EUR' } };
  const { id: listing } = (await run(provider.seller_manager, 'draftListing', { datasetId, ...terms }, 'listing { id }')).listing;
  await run(provider.seller_manager, 'publishListing', { listingId: listing }, '__typename');

  // The buyer finds and acquires.
  await run(buyer.admin, 'setTenantSides', { buys: true }, '__typename');
  const found = await read(buyer.viewer, SEARCH);
  const [{ node: offer }] = found.marketplace.search.edges;
  expect(found.marketplace).toMatchObject({ search: { totalCount: 1 }, tags: [{ tag: 'sea' }] });
  expect(offer).toMatchObject({ title: terms.title, provider: 'Tidal Data', price: terms.price });
  const { entitlement } = await run(buyer.buyer_manager, 'acquireEntitlement', { listingId: offer.id }, 'entitlement { id }');

  // A program of the buyer's retrieves, with a key.
  const scopes = ['TENANT_READ', 'ENTITLEMENT_READ', 'OBJECT_RETRIEVE', 'USAGE_READ'];
  const { secret, apiKey } = await run(buyer.buyer_manager, 'createApiKey', { name: 'Nightly', scopes }, 'secret apiKey { id }');
  const key: Caller = { token: secret };
  const listed = await read(key, AVAILABILITY);
  const [{ node: entitled }] = listed.tenant.entitlements.edges;
  const objectId = entitled.objects.edges[0].node.id;
  const input = { entitlementId: entitlement.id, objectId, idempotencyKey: randomUUID() };
  const { retrieval } = await run(key, 'retrieveObject', input, RETRIEVED);
  expect(retrieval).toMatchObject({ name: 'rows.csv', size: String(BYTES.length), charge: terms.price });
  expect(await (await fetch(retrieval.downloadLink)).text()).toBe(BYTES);
  expect((await run(key, 'retrieveObject', input, RETRIEVED)).retrieval).toEqual(retrieval);
  expect(codeOf(await fixtures.query(key, '{ tenant { charges { totalCount } } }'))).toBe('FORBIDDEN');

  // Both see their side, and neither the other's.
  const BOUGHT = `{ tenant { usage { count byKey { apiKeyId name count } } chargeTotals { amount currency } charges { edges { node { provider title } } } } }`;
  expect((await read(buyer.viewer, BOUGHT)).tenant).toEqual({
    usage: { count: 1, byKey: [{ apiKeyId: apiKey.id, name: 'Nightly', count: 1 }] },
    chargeTotals: [terms.price],
    charges: { edges: [{ node: { provider: 'Tidal Data', title: terms.title } }] },
  });
  const SOLD =
    '{ tenant { analytics { retrievals buyers revenue { amount currency } } earnings { edges { node { title amount { amount } } } } } }';
  const sold = await fixtures.query(provider.seller_manager, SOLD);
  expect(sold.data.tenant).toEqual({
    analytics: { retrievals: 1, buyers: 1, revenue: [terms.price] },
    earnings: { edges: [{ node: { title: terms.title, amount: { amount: '0.125' } } }] },
  });
  for (const word of [buyer.id, buyer.slug, 'Harbour Works', 'Nightly']) expect(sold.text).not.toContain(word);

  // The provider is suspended: it disappears from the search, its totals, its tags and `node`; the
  // buyer sees that it is unavailable.
  const staff = await fixtures.staff();
  await run(staff, 'staffSuspendTenant', { tenantId: provider.id, reason: 'Unpaid' }, '__typename');
  expect((await read(buyer.viewer, SEARCH)).marketplace).toEqual({ search: { totalCount: 0, edges: [] }, tags: [] });
  expect(
    await read(buyer.viewer, 'query ($id: ID!) { node(id: $id) { id } marketplace { listing(id: $id) { id } } }', { id: offer.id }),
  ).toEqual({
    node: null,
    marketplace: { listing: null },
  });
  const again = () => fixtures.mutate(key, 'retrieveObject', { ...input, idempotencyKey: randomUUID() }, RETRIEVED);
  expect(codeOf(await again())).toBe('PROVIDER_UNAVAILABLE');
  expect((await read(key, AVAILABILITY)).tenant.entitlements.edges[0].node).toMatchObject({ availability: 'PROVIDER_UNAVAILABLE' });

  // Resumed: as before.
  await run(staff, 'staffResumeTenant', { tenantId: provider.id }, '__typename');
  expect(await read(buyer.viewer, SEARCH)).toEqual(found);
  expect(await read(key, AVAILABILITY)).toEqual(listed);
  expect((await again()).errors).toEqual([]);

  // Deleted: the buyer's records stay.
  await run(provider.owner, 'requestTenantDeletion', { confirmation: 'Tidal Data' }, '__typename');
  fixtures.gateway.clock.advance({ days: 31 });
  await fixtures.gateway.settle();
  expect((await read(buyer.viewer, SEARCH)).marketplace.search.totalCount).toBe(0);
  expect((await read(key, AVAILABILITY)).tenant.entitlements.edges[0].node).toMatchObject({
    provider: 'Tidal Data',
    availability: 'PROVIDER_GONE',
  });
  expect(codeOf(await again())).toBe('PROVIDER_GONE');
  expect((await read(buyer.viewer, '{ tenant { charges { totalCount } } }')).tenant.charges.totalCount).toBe(2);
  expect(await fixtures.database.sql('SELECT * FROM crossing_billing_faults()')).toEqual([]);
});
