import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Deal, entitledObject, rowIn, useTrade } from '../../support/trade.ts';

const trade = useTrade();

const rows = (table: string, { tenant }: { tenant: { id: string } }) =>
  trade.database
    .sql(`SELECT to_jsonb(r) - 'tenant_id' AS row FROM ${table} r WHERE tenant_id = $1 ORDER BY id`, [tenant.id])
    .then(found => found.map(({ row }) => row));

const later = (minutes: number) => new Date(trade.gateway.clock.now().getTime() + minutes * 60_000).toISOString();

/**
 * Deletes a provider's dataset with everything in it. The statement needs a tenant binding: from
 * PostgreSQL 18 on the triggers of a cascade run as the owner of the table, under its policies.
 */
const remove = ({ provider: { tenant, listing } }: Deal) =>
  trade.database.sql(`SELECT set_config('app.tenant_id', '${tenant.id}', true); DELETE FROM dataset WHERE id = '${listing.datasetId}'`);

describe('retrieveObject', () => {
  test('M3: creates a usage record and a charge for the buyer, with one id, and an earning for the provider', async () => {
    const deal = await trade.deal({ price: '0.000001', currency: 'JPY', title: 'Rain' });
    const { payload, errors } = await trade.retrieve(deal.buyer.owner, deal);
    expect(errors).toEqual([]);
    const id = rowIn(payload.retrieval.usageRecordId);
    const charge = { amount: '0.000001', currency: 'JPY' };
    expect(payload.retrieval).toEqual({
      ...{
        id: expect.any(String),
        sha256: deal.provider.objects[0]!.sha256.toString('hex'),
        usageRecordId: expect.any(String),
        objectId: entitledObject(deal),
        name: 'data-1.csv',
        size: '4',
        mediaType: 'text/csv',
        charge,
      },
      ...{ retrievedAt: later(0), expiresAt: later(15), downloadLink: expect.stringMatching(/^http/) },
    });
    const at = expect.any(String);
    const used = { object_id: deal.objectId, object_name: 'data-1.csv', media_type: 'text/csv' };
    expect(await rows('usage_record', deal.buyer)).toEqual([
      { id, at, size: 4, ...used, api_key_id: null, entitlement_id: rowIn(deal.entitlementId) },
    ]);
    const money = { id, at, amount: 0.000001, currency: 'JPY', title: 'Rain' };
    expect(await rows('charge', deal.buyer)).toEqual([{ ...money, provider: deal.provider.tenant.name, provider_ref: expect.any(String) }]);
    expect(await rows('earning', deal.provider)).toEqual([
      {
        ...{ ...money, id: expect.any(String), dataset_id: deal.provider.listing.datasetId },
        ...{ buyer_ref: expect.any(String), retrieval_ref: expect.any(String) },
      },
    ]);
    for (const [table, home] of [
      ['usage_record', deal.provider],
      ['charge', deal.provider],
      ['earning', deal.buyer],
    ] as const)
      expect(await rows(table, home)).toEqual([]);
    expect((await trade.books()).faults).toEqual([]);
  });

  test('M2: the price is fixed when the entitlement is acquired, even if the listing is withdrawn later', async () => {
    const deal = await trade.deal({ price: '2.5', currency: 'EUR' });
    await trade.relist(deal.provider, "price = 9, currency = 'USD'");
    expect((await trade.retrieve(deal.buyer.owner, deal)).payload.retrieval.charge).toEqual({ amount: '2.5', currency: 'EUR' });
    await trade.relist(deal.provider, "status = 'withdrawn'");
    expect((await trade.retrieve(deal.buyer.owner, deal)).payload.retrieval.charge).toEqual({ amount: '2.5', currency: 'EUR' });
    const money = { amount: 2.5, currency: 'EUR' };
    expect(await rows('charge', deal.buyer)).toMatchObject([money, money]);
    expect(await rows('earning', deal.provider)).toMatchObject([money, money]);
  });

  test('M3: a retry returns the same retrieval and is charged once; its link ends 15 minutes after the retrieval, not the retry', async () => {
    const deal = await trade.deal();
    const [key, { owner }] = [randomUUID(), deal.buyer];
    const first = await trade.retrieve(owner, deal, key);
    trade.gateway.clock.advance({ minutes: 14 });
    expect((await trade.retrieve(owner, deal, key)).payload).toEqual(first.payload);
    trade.gateway.clock.advance({ minutes: 1 });
    expect((await trade.retrieve(owner, deal, key)).payload.retrieval).toEqual({ ...first.payload.retrieval, downloadLink: null });
    expect(await rows('charge', deal.buyer)).toHaveLength(1);
    expect((await trade.retrieve(owner, { ...deal, objectId: randomUUID() }, key)).code).toBe('IDEMPOTENCY_KEY_REUSED');
    expect((await trade.retrieve(owner, deal)).payload.retrieval.usageRecordId).not.toBe(first.payload.retrieval.usageRecordId);
  });

  test('M3: without an idempotency key is refused; a key in the header is accepted', async () => {
    const deal = await trade.deal();
    const { entitlementId, buyer } = deal;
    const objectId = entitledObject(deal);
    const { code, errors } = await trade.run(buyer.owner, 'retrieveObject', { entitlementId, objectId });
    expect([code, errors[0]!.message]).toEqual([
      'BAD_USER_INPUT',
      'Send an idempotency key with it: `idempotencyKey`, or the header `Idempotency-Key`.',
    ]);
    expect(await rows('charge', buyer)).toEqual([]);
    expect(
      (await trade.run(buyer.owner, 'retrieveObject', { entitlementId, objectId }, { 'idempotency-key': randomUUID() })).errors,
    ).toEqual([]);
    expect(await rows('charge', buyer)).toHaveLength(1);
  });

  test("M2: an absent or unstored object, another dataset's object and an ended entitlement are NOT_FOUND", async () => {
    const deal = await trade.deal();
    const { owner } = deal.buyer;
    const other = await trade.provider();
    const absent = await trade.retrieve(owner, { ...deal, objectId: randomUUID() });
    expect(absent.code).toBe('NOT_FOUND');
    const own = await trade.stock(deal.provider);
    const pending = await trade.market.object(
      deal.provider.tenant,
      { id: deal.provider.listing.datasetId },
      { name: 'pending', stored: false },
    );
    const errorsOf = ({ errors }: typeof absent) =>
      errors.map(({ message, extensions: { requestId: _, ...rest } }) => ({ message, ...rest }));
    for (const objectId of [other.objects[0]!.id, own.objects[0]!.id, pending.id])
      expect(errorsOf(await trade.retrieve(owner, { ...deal, objectId }))).toEqual(errorsOf(absent));
    const second = await trade.acquire(owner, other);
    const mixed = { entitlementId: deal.entitlementId, objectId: entitledObject({ entitlementId: second, objectId: deal.objectId }) };
    expect(errorsOf(await trade.run(owner, 'retrieveObject', { ...mixed, idempotencyKey: randomUUID() }))).toEqual(errorsOf(absent));
    await trade.must(owner, 'endEntitlement', { entitlementId: deal.entitlementId });
    expect(errorsOf(await trade.retrieve(owner, deal))).toEqual(errorsOf(absent));
    expect((await trade.retrieve(owner, { ...deal, objectId: 'x' })).code).toBe('BAD_USER_INPUT');
    expect(await rows('charge', deal.buyer)).toEqual([]);
  });

  test("T4, T5: another tenant's entitlement has the same response as an absent one", async () => {
    const [deal, other] = [await trade.deal(), await trade.deal()];
    const nowhere = Buffer.from(`Entitlement:${deal.buyer.tenant.id}:${randomUUID()}`).toString('base64url');
    const moved = Buffer.from(`Entitlement:${deal.buyer.tenant.id}:${rowIn(other.entitlementId)}`).toString('base64url');
    for (const entitlementId of [nowhere, other.entitlementId, moved])
      expect((await trade.retrieve(deal.buyer.owner, { ...other, entitlementId })).code).toBe('NOT_FOUND');
    expect(await rows('charge', other.buyer)).toEqual([]);
    expect((await trade.retrieve(other.buyer.owner, other)).errors).toEqual([]);
  });

  test('M4: with the buyer side off is SIDE_OFF, and works again when the side is on', async () => {
    const deal = await trade.deal();
    await trade.market.setSides(deal.buyer.tenant, { buys: false });
    const { code, errors } = await trade.retrieve(deal.buyer.owner, deal);
    expect([code, errors[0]!.extensions.side]).toEqual(['SIDE_OFF', 'buys']);
    await trade.market.setSides(deal.buyer.tenant, { buys: true });
    expect((await trade.retrieve(deal.buyer.owner, deal)).errors).toEqual([]);
  });

  test.each([
    ['buyer_manager', null],
    ['admin', null],
    ['viewer', 'FORBIDDEN'],
    ['seller_manager', 'FORBIDDEN'],
    ['operator', 'FORBIDDEN'],
  ] as const)('R3: as %s: %s; a retrieval leaves no event, successful or refused', async (role, code) => {
    const deal = await trade.deal();
    const member = await trade.join(deal.buyer, [role]);
    const before = await trade.events(deal.buyer);
    expect((await trade.retrieve(member, deal)).code).toBe(code);
    expect(await rows('charge', deal.buyer)).toHaveLength(code ? 0 : 1);
    expect(await trade.events(deal.buyer)).toEqual(before);
  });

  test("M3: the gateway's role cannot write any of the three records directly", async () => {
    const rights = await trade.database.sql(
      `SELECT t.name AS "table", p.name AS "right" FROM unnest(ARRAY['usage_record', 'charge', 'earning']) AS t (name),
         unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS p (name) WHERE has_table_privilege($1, t.name, p.name)`,
      [new URL(trade.database.runtimeUrl).username],
    );
    expect(rights).toEqual([]);
  });
});

describe('S2, S6: a provider that is not available', () => {
  const [UNAVAILABLE, GONE] = ['PROVIDER_UNAVAILABLE', 'PROVIDER_GONE'];
  const state = async ({ buyer }: Deal) =>
    (await trade.read(buyer.owner, 'entitlements(first: 1) { edges { node { title availability objects { totalCount } } } }')).entitlements
      .edges[0].node;

  // biome-ignore format: a table is read by its columns
  test.each<[string, string, string, (deal: Deal) => Promise<unknown>]>([
    ['is suspended',             UNAVAILABLE, 'S2', ({ provider }) => trade.make.setStatus(provider.tenant, 'suspended')],
    ['is pending deletion',      UNAVAILABLE, 'S3', ({ provider }) => trade.make.setStatus(provider.tenant, 'pending_deletion')],
    ['has its provider side off', UNAVAILABLE, 'M4', ({ provider }) => trade.market.setSides(provider.tenant, { sells: false })],
    ['is deleted',               GONE, 'S6', ({ provider }) => trade.make.setStatus(provider.tenant, 'deleted')],
    ['has deleted the dataset',  GONE, 'S6', remove],
  ])('%s: %s', async (_what, code, _rule, change) => {
    const deal = await trade.deal({ title: 'Wind' });
    expect(await state(deal)).toEqual({ title: 'Wind', availability: 'AVAILABLE', objects: { totalCount: 1 } });
    await change(deal);
    expect((await trade.retrieve(deal.buyer.owner, deal)).code).toBe(code);
    expect(await state(deal)).toEqual({ title: 'Wind', availability: code, objects: null });
    expect(await rows('charge', deal.buyer)).toEqual([]);
    if (code === GONE) return;
    await trade.make.setStatus(deal.provider.tenant, 'active');
    await trade.market.setSides(deal.provider.tenant, { sells: true });
    expect((await trade.retrieve(deal.buyer.owner, deal)).errors).toEqual([]);
  });

  test('S2: suspended by staff, and resumed', async () => {
    const deal = await trade.deal();
    const [staff, input] = [await trade.staff(), { tenantId: deal.provider.tenant.id }];
    await trade.must(staff, 'staffSuspendTenant', { ...input, reason: 'Unpaid' });
    expect((await trade.retrieve(deal.buyer.owner, deal)).code).toBe(UNAVAILABLE);
    await trade.must(staff, 'staffResumeTenant', input);
    expect((await trade.retrieve(deal.buyer.owner, deal)).errors).toEqual([]);
  });

  test.each(['suspended', 'pending_deletion'] as const)(
    'S2, S3: a buyer that is %s can retrieve nothing, and can read its past retrievals',
    async status => {
      const deal = await trade.deal();
      await trade.retrieve(deal.buyer.owner, deal);
      await trade.make.setStatus(deal.buyer.tenant, status);
      expect((await trade.retrieve(deal.buyer.owner, deal)).code).toBe('TENANT_STATUS');
      expect(await trade.read(deal.buyer.owner, 'usage { count records { totalCount } }')).toEqual({
        usage: { count: 1, records: { totalCount: 1 } },
      });
    },
  );
});
