import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { listingName, type Provider, type Trade, useTrade } from '../../support/trade.ts';

const trade = useTrade();

const entitlements = async ({ tenant }: { tenant: { id: string } }) =>
  (await trade.database.sql('SELECT FROM entitlement WHERE tenant_id = $1', [tenant.id])).length;

describe('acquireEntitlement', () => {
  test("M2: records the current terms, and leaves an event in the buyer's log only", async () => {
    const [provider, buyer] = [await trade.provider({ title: 'Tides', price: '12.50', currency: 'GBP' }), await trade.buyer()];
    const { payload } = await trade.run(buyer.owner, 'acquireEntitlement', { listingId: provider.listingId });
    const price = { amount: '12.5', currency: 'GBP' };
    expect(payload.entitlement).toEqual({
      ...{ id: expect.any(String), title: 'Tides', provider: provider.tenant.name, price, availability: 'AVAILABLE' },
      ...{ acquiredAt: trade.gateway.clock.now().toISOString(), endedAt: null },
    });
    const target = `Entitlement:${Buffer.from(payload.entitlement.id, 'base64url').toString().split(':')[2]}`;
    const after = { title: 'Tides', provider: provider.tenant.name, price: '12.500000', currency: 'GBP' };
    expect(await trade.events(buyer)).toEqual([
      { actor: buyer.owner.person.name, action: 'entitlement.acquire', code: null, target, before: null, after },
    ]);
    expect(await trade.events(provider)).toEqual([]);
    await trade.relist(provider, "title = 'Other', price = 1");
    await trade.database.sql("UPDATE tenant SET name = 'Renamed' WHERE tenant_id = $1", [provider.tenant.id]);
    const { data } = await trade.gateway.ask(
      `{ node(id: "${payload.entitlement.id}") { ... on Entitlement { title provider price { amount } } } }`,
      buyer.owner,
    );
    expect(data.node).toEqual({ title: 'Tides', provider: provider.tenant.name, price: { amount: '12.5' } });
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, (provider: Provider) => Promise<unknown>]>([
    ['is a draft',                        async provider => trade.database.sql("DELETE FROM market_index WHERE listing_id = $1", [provider.listing.id]).then(() => trade.database.sql(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE listing SET status = 'draft' WHERE id = '${provider.listing.id}'; COMMIT`))],
    ['is withdrawn',                      provider => trade.relist(provider, "status = 'withdrawn'")],
    ['belongs to a suspended provider',   provider => trade.make.setStatus(provider.tenant, 'suspended')],
    ['belongs to a provider pending deletion', provider => trade.make.setStatus(provider.tenant, 'pending_deletion')],
    ['belongs to a deleted provider',     provider => trade.make.setStatus(provider.tenant, 'deleted')],
    ['belongs to a provider with its provider side off', provider => trade.market.setSides(provider.tenant, { sells: false })],
  ])('T5: %s has the same response as an absent listing', async (_what, hide) => {
    const [provider, buyer] = [await trade.provider(), await trade.buyer()];
    const errorsOf = ({ errors }: Awaited<ReturnType<Trade['run']>>) => errors.map(({ message, extensions: { requestId: _, ...rest } }) => ({ message, ...rest }));
    const nowhere = await trade.run(buyer.owner, 'acquireEntitlement', { listingId: listingName(randomUUID()) });
    expect(nowhere.code).toBe('NOT_FOUND');
    await hide(provider);
    expect(errorsOf(await trade.run(buyer.owner, 'acquireEntitlement', { listingId: provider.listingId }))).toEqual(errorsOf(nowhere));
    expect(await entitlements(buyer)).toBe(0);
  });

  test('M4: is refused for an own listing and while the buyer side is off; one tenant can be both provider and buyer', async () => {
    const [provider, other] = [await trade.provider(), await trade.provider()];
    const off = await trade.run(provider.owner, 'acquireEntitlement', { listingId: other.listingId });
    expect([off.code, off.errors[0]!.extensions.side]).toEqual(['SIDE_OFF', 'buys']);
    await trade.market.setSides(provider.tenant, { buys: true });
    expect((await trade.run(provider.owner, 'acquireEntitlement', { listingId: provider.listingId })).code).toBe('OWN_LISTING');
    expect((await trade.run(provider.owner, 'acquireEntitlement', { listingId: other.listingId })).code).toBe(null);
    expect(await entitlements(provider)).toBe(1);
    expect((await trade.events(provider)).map(({ code }) => code)).toEqual(['SIDE_OFF', 'OWN_LISTING', null]);
  });

  test('M2: a second open entitlement is CONFLICT until the first has ended; a retry with the same key returns the same response', async () => {
    const [provider, buyer] = [await trade.provider(), await trade.buyer()];
    const input = { listingId: provider.listingId, idempotencyKey: randomUUID() };
    const first = await trade.must(buyer.owner, 'acquireEntitlement', input);
    expect(await trade.must(buyer.owner, 'acquireEntitlement', input)).toEqual(first);
    expect((await trade.run(buyer.owner, 'acquireEntitlement', { listingId: provider.listingId })).code).toBe('CONFLICT');
    const { entitlement } = await trade.must(buyer.owner, 'endEntitlement', { entitlementId: first.entitlement.id });
    expect(entitlement).toEqual({ id: first.entitlement.id, endedAt: trade.gateway.clock.now().toISOString() });
    expect((await trade.run(buyer.owner, 'endEntitlement', { entitlementId: first.entitlement.id })).code).toBe('CONFLICT');
    const again = await trade.must(buyer.owner, 'acquireEntitlement', { listingId: provider.listingId });
    const states = await trade.read(
      buyer.owner,
      'open: entitlements(state: OPEN) { totalCount edges { node { id } } } ended: entitlements(state: ENDED) { totalCount edges { node { id } } } all: entitlements { totalCount }',
    );
    expect(states).toEqual({
      open: { totalCount: 1, edges: [{ node: { id: again.entitlement.id } }] },
      ended: { totalCount: 1, edges: [{ node: { id: first.entitlement.id } }] },
      all: { totalCount: 2 },
    });
  });

  test("T4: another tenant's entitlement can be neither ended nor read", async () => {
    const [deal, other] = [await trade.deal(), await trade.buyer()];
    expect((await trade.run(other.owner, 'endEntitlement', { entitlementId: deal.entitlementId })).code).toBe('NOT_FOUND');
    const { data, errors } = await trade.gateway.ask(
      `{ node(id: "${deal.entitlementId}") { id } tenant { entitlements { totalCount } } }`,
      other.owner,
    );
    expect([data, errors]).toEqual([{ node: null, tenant: { entitlements: { totalCount: 0 } } }, []]);
    expect((await trade.retrieve(deal.buyer.owner, deal)).errors).toEqual([]);
  });
});

describe('M2: the objects of an entitlement', () => {
  const objects = async (who: Parameters<Trade['read']>[0], args: string) =>
    (
      await trade.read(
        who,
        `entitlements { edges { node { objects${args} { totalCount pageInfo { hasNextPage endCursor } edges { node { id name size mediaType sha256 } } } } } }`,
      )
    ).entitlements.edges[0].node.objects;

  test('are the stored objects, paged in both directions', async () => {
    const provider = await trade.provider({}, { files: 5 });
    await trade.market.object(provider.tenant, { id: provider.listing.datasetId }, { name: 'pending', stored: false });
    await trade.stock(provider, {}, 2);
    const buyer = await trade.buyer();
    await trade.acquire(buyer.owner, provider);
    const first = await objects(buyer.owner, '(first: 2)');
    expect(first).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: true } });
    const [one] = provider.objects;
    expect(first.edges[0].node).toEqual({
      id: expect.any(String),
      name: 'data-1.csv',
      size: '4',
      mediaType: 'text/csv',
      sha256: one!.sha256.toString('hex'),
    });
    const [, , , objectId] = Buffer.from(first.edges[0].node.id, 'base64url').toString().split(':');
    expect(objectId).toBe(one!.id);
    const names = ({ edges }: { edges: { node: { name: string } }[] }) => edges.map(({ node }) => node.name);
    expect(names(await objects(buyer.owner, `(first: 2, after: "${first.pageInfo.endCursor}")`))).toEqual(['data-3.csv', 'data-4.csv']);
    expect(names(await objects(buyer.owner, '(last: 2)'))).toEqual(['data-4.csv', 'data-5.csv']);
    expect(names(await objects(buyer.owner, `(last: 5, before: "${first.pageInfo.endCursor}")`))).toEqual(['data-1.csv']);
  });

  test('are empty once the entitlement has ended', async () => {
    const deal = await trade.deal();
    await trade.must(deal.buyer.owner, 'endEntitlement', { entitlementId: deal.entitlementId });
    expect(await objects(deal.buyer.owner, '')).toBe(null);
  });
});
