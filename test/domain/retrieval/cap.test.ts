import { describe, expect, test } from 'vitest';
import { tally } from '../../races/rounds.ts';
import { type Deal, useTrade } from '../../support/trade.ts';

const trade = useTrade({ poolSize: 20 });

const CONTRACT = { memberLimit: null, apiKeyLimit: null, datasetLimit: null, costPointsPerMinute: null };

/** Puts a buyer on Enterprise with so many retrievals a cycle; null is no cap. */
const arrange = async ({ buyer }: Deal, monthlyRetrievals: number | null) =>
  trade.must(await trade.staff(), 'staffArrangeEnterprise', { tenantId: buyer.tenant.id, ...CONTRACT, monthlyRetrievals });

const use = async ({ buyer }: Deal) => (await trade.read(buyer.owner, 'retrievalUse { limit used over }')).retrievalUse;

const many = (deal: Deal, count: number) => Promise.all(Array.from({ length: count }, () => trade.retrieve(deal.buyer.owner, deal)));

const charges = async ({ buyer }: Deal) => (await trade.database.sql('SELECT FROM charge WHERE tenant_id = $1', [buyer.tenant.id])).length;

describe('the retrievals of a billing cycle', () => {
  test.each([
    [1, 0],
    [37, 11],
  ])(
    'P3: of 200 concurrent retrievals with a cap of %i and a use of %i, exactly the rest succeed',
    { timeout: 180_000 },
    async (cap, used) => {
      const deal = await trade.deal();
      await arrange(deal, cap);
      await many(deal, used);
      expect(await use(deal)).toEqual({ limit: cap, used, over: 0 });
      const outcomes = await many(deal, 200);
      expect(tally(outcomes)).toEqual({ done: cap - used, LIMIT_REACHED: 200 - cap + used });
      const refused = outcomes.filter(({ code }) => code).map(({ errors: [error] }) => [error!.extensions.limit, error!.extensions.used]);
      expect(new Set(refused.map(String))).toEqual(new Set([`${cap},${cap}`]));
      expect(await charges(deal)).toBe(cap);
      expect(await use(deal)).toEqual({ limit: cap, used: cap, over: 0 });
      expect((await trade.books()).faults).toEqual([]);
    },
  );

  test('P4: a cap below the use refuses and says by how much the use exceeds it; a raised cap allows exactly the difference', async () => {
    const deal = await trade.deal();
    await arrange(deal, null);
    expect(tally(await many(deal, 40))).toEqual({ done: 40 });
    expect(await use(deal)).toEqual({ limit: null, used: 40, over: 0 });
    await arrange(deal, 33);
    expect(tally(await many(deal, 20))).toEqual({ LIMIT_REACHED: 20 });
    expect(await use(deal)).toEqual({ limit: 33, used: 40, over: 7 });
    // less than a shard has used: no check of the database may hold the two against each other
    await arrange(deal, 1);
    expect(tally(await many(deal, 20))).toEqual({ LIMIT_REACHED: 20 });
    expect(await use(deal)).toEqual({ limit: 1, used: 40, over: 39 });
    await arrange(deal, 45);
    expect(tally(await many(deal, 20))).toEqual({ done: 5, LIMIT_REACHED: 15 });
    await arrange(deal, null);
    expect(tally(await many(deal, 20))).toEqual({ done: 20 });
    expect(await use(deal)).toEqual({ limit: null, used: 65, over: 0 });
  });

  test('P3: uneven use of the shards counts in total: exactly the remaining retrievals succeed', async () => {
    const deal = await trade.deal();
    await arrange(deal, 160);
    await many(deal, 1);
    await trade.database.sql('UPDATE retrieval_count SET used = CASE shard WHEN 3 THEN 10 ELSE 0 END WHERE tenant_id = $1', [
      deal.buyer.tenant.id,
    ]);
    await arrange(deal, 32);
    expect(tally(await many(deal, 40))).toEqual({ done: 22, LIMIT_REACHED: 18 });
  });

  test("P1: without a contract the plan's cap applies, and each cycle starts at zero", async () => {
    const deal = await trade.deal({}, 'FREE');
    await many(deal, 1);
    await trade.database.sql('UPDATE retrieval_count SET used = CASE WHEN shard < 8 THEN 63 ELSE 62 END WHERE tenant_id = $1', [
      deal.buyer.tenant.id,
    ]);
    expect(await use(deal)).toEqual({ limit: 1000, used: 1000, over: 0 });
    const { code, errors } = await trade.retrieve(deal.buyer.owner, deal);
    expect([code, errors[0]!.message]).toEqual(['LIMIT_REACHED', 'The plan allows 1000 retrievals in a billing cycle; 1000 are in use.']);
    trade.gateway.clock.advance({ days: 32 });
    expect(await use(deal)).toEqual({ limit: 1000, used: 0, over: 0 });
    expect((await trade.retrieve(deal.buyer.owner, deal)).errors).toEqual([]);
    expect(await use(deal)).toEqual({ limit: 1000, used: 1, over: 0 });
  });

  test('P2: a downgrade counts from its due day, even if no job has run', async () => {
    const deal = await trade.deal({}, 'STARTER');
    await trade.database.sql(`UPDATE tenant SET next_plan_code = 'FREE', next_plan_due_at = $2 WHERE tenant_id = $1`, [
      deal.buyer.tenant.id,
      new Date(trade.gateway.clock.now().getTime() + 60_000),
    ]);
    expect(await use(deal)).toEqual({ limit: 50_000, used: 0, over: 0 });
    trade.gateway.clock.advance({ minutes: 2 });
    expect((await trade.retrieve(deal.buyer.owner, deal)).errors).toEqual([]);
    expect(await use(deal)).toEqual({ limit: 1000, used: 1, over: 0 });
    await trade.gateway.settle();
    expect(await use(deal)).toEqual({ limit: 1000, used: 1, over: 0 });
  });

  test('M3: a retrieval that is refused for another reason does not count', async () => {
    const deal = await trade.deal();
    await arrange(deal, 5);
    await trade.retrieve(deal.buyer.owner, { ...deal, objectId: '00000000-0000-4000-8000-000000000000' });
    await trade.make.setStatus(deal.provider.tenant, 'suspended');
    await trade.retrieve(deal.buyer.owner, deal);
    expect(await use(deal)).toEqual({ limit: 5, used: 0, over: 0 });
  });
});
