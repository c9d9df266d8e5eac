import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { rowIn, useTrade } from '../support/trade.ts';
import { invariants, PATIENCE, ROUNDS, SOUND, tally } from './rounds.ts';

const trade = useTrade({ poolSize: 20 });

const AT_ONCE = 200;

const rowsOf = (table: string, id: string) =>
  trade.database.sql<{ id: string; at: Date }>(`SELECT * FROM ${table} WHERE tenant_id = $1`, [id]);

test(`M3: ${AT_ONCE} concurrent retrievals with one key are one retrieval and one charge, with the same response`, {
  timeout: PATIENCE,
}, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const deal = await trade.deal({ price: '3.25' });
    // In every other round there is one left.
    if (round % 2) {
      const limits = { memberLimit: null, apiKeyLimit: null, datasetLimit: null, costPointsPerMinute: null, monthlyRetrievals: 1 };
      await trade.must(await trade.staff(), 'staffArrangeEnterprise', { tenantId: deal.buyer.tenant.id, ...limits });
    }
    const key = randomUUID();
    const outcomes = await Promise.all(Array.from({ length: AT_ONCE }, () => trade.retrieve(deal.buyer.owner, deal, key)));
    expect(outcomes.flatMap(({ errors }) => errors)).toEqual([]);
    expect(new Set(outcomes.map(({ payload }) => JSON.stringify(payload))).size).toBe(1);
    expect((await rowsOf('charge', deal.buyer.tenant.id)).map(({ id }) => id)).toEqual([
      rowIn(outcomes[0]!.payload.retrieval.usageRecordId),
    ]);
    expect(await rowsOf('earning', deal.provider.tenant.id)).toHaveLength(1);
    expect((await trade.read(deal.buyer.owner, 'retrievalUse { used }')).retrievalUse.used).toBe(1);
    expect((await trade.books()).faults).toEqual([]);
  }
});

test('S2: retrievals before a suspension of either side are charged, later ones are refused, and the suspension is not delayed', {
  timeout: PATIENCE,
}, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const deal = await trade.deal();
    const staff = await trade.staff();
    const [victim, code] = round % 2 ? [deal.buyer, 'TENANT_STATUS'] : [deal.provider, 'PROVIDER_UNAVAILABLE'];
    let suspended = false;
    const late: (string | null)[] = [];
    const loops = Array.from({ length: 12 }, async () => {
      for (let n = 0; n < 6; n += 1) {
        const after = suspended;
        const outcome = await trade.retrieve(deal.buyer.owner, deal);
        expect([null, code]).toContain(outcome.code);
        if (after) late.push(outcome.code);
      }
    });
    await trade.must(staff, 'staffSuspendTenant', { tenantId: victim.tenant.id, reason: 'Unpaid' });
    suspended = true;
    await Promise.all(loops);
    expect(new Set(late)).toEqual(new Set([code]));
    expect((await trade.books()).faults).toEqual([]);
  }
});

test('two tenants that repeatedly acquire from each other at once never wait for each other', { timeout: PATIENCE }, async () => {
  const both = async () => {
    const provider = await trade.provider();
    await trade.market.setSides(provider.tenant, { buys: true });
    return provider;
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    const [one, other] = [await both(), await both()];
    const listings = await Promise.all(Array.from({ length: 10 }, async (_, n) => trade.stock(n % 2 ? one : other)));
    const outcomes = await Promise.all(
      listings.map(({ listingId }, n) => trade.run((n % 2 ? other : one).owner, 'acquireEntitlement', { listingId })),
    );
    expect(tally(outcomes)).toEqual({ done: 10 });
    expect(await invariants(trade)).toEqual(SOUND);
  }
});

test('two tenants that acquire from each other while both are changed all succeed, without a deadlock error', {
  timeout: PATIENCE,
}, async () => {
  const both = async () => {
    const provider = await trade.provider();
    await trade.market.setSides(provider.tenant, { buys: true });
    return provider;
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    const sides = [await both(), await both()];
    const listings = await Promise.all(Array.from({ length: 6 }, async (_, n) => trade.stock(sides[n % 2]!)));
    const outcomes = await Promise.all(
      listings.flatMap(({ listingId }, n) => [
        trade.run(sides[(n + 1) % 2]!.owner, 'acquireEntitlement', { listingId }),
        trade.run(sides[n % 2]!.owner, 'renameTenant', { name: `Name ${n}` }),
      ]),
    );
    expect(tally(outcomes)).toEqual({ done: 12 });
    expect(await invariants(trade)).toEqual(SOUND);
  }
});

test('M2: of many concurrent acquisitions one succeeds, and the others are refused as already entitled', async () => {
  const [provider, buyer] = [await trade.provider(), await trade.buyer()];
  const outcomes = await Promise.all(
    Array.from({ length: 30 }, () => trade.run(buyer.owner, 'acquireEntitlement', { listingId: provider.listingId })),
  );
  expect(tally(outcomes)).toEqual({ done: 1, CONFLICT: 29 });
  expect(await rowsOf('entitlement', buyer.tenant.id)).toHaveLength(1);
});

test('M2: once an entitlement has ended, no object can be retrieved with it', { timeout: PATIENCE }, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const deal = await trade.deal();
    const { owner } = deal.buyer;
    let ended = false;
    const loops = Array.from({ length: 10 }, async () => {
      for (let n = 0; n < 5; n += 1) {
        const after = ended;
        const { code } = await trade.retrieve(owner, deal);
        if (after || code) expect(code).toBe('NOT_FOUND');
      }
    });
    await trade.must(owner, 'endEntitlement', { entitlementId: deal.entitlementId });
    ended = true;
    await Promise.all(loops);
    expect((await trade.books()).faults).toEqual([]);
  }
});
