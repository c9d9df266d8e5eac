import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/database/index.ts';
import { buryTenant, purgeRows } from '../../../src/database/queries/tenant.ts';
import type { TenantWithMembers } from '../../support/tenant-actors.ts';
import { type Deal, useTrade } from '../../support/trade.ts';

const trade = useTrade();

/** Deletes a tenant for good, as its owner and the jobs do it. */
async function deleted({ owner, tenant }: TenantWithMembers) {
  await trade.must(owner, 'requestTenantDeletion', { confirmation: tenant.name });
  trade.gateway.clock.advance({ days: 31 });
  await trade.gateway.settle();
  expect(await trade.database.sql('SELECT FROM tombstone WHERE tenant_id = $1 AND purged_at IS NOT NULL', [tenant.id])).toHaveLength(1);
}

const EVER = () => {
  const [from, until] = [-90, 90].map(days => new Date(trade.gateway.clock.now().getTime() + days * 86_400_000).toISOString());
  return `(from: "${from}", until: "${until}")`;
};

const bought = ({ buyer }: Deal) =>
  trade.read(
    buyer.owner,
    `entitlements { edges { node { title provider availability objects { totalCount } } } }
     usage${EVER()} { count records { edges { node { objectName size charge { amount { amount currency } } } } } } chargeTotals${EVER()} { amount currency }`,
  );

describe('S6: when one side is deleted the other keeps its own records', () => {
  test('of the provider, the buyer keeps entitlement, usage and charges, and gets PROVIDER_GONE', async () => {
    const deal = await trade.deal({ title: 'Tides', price: '1.25' });
    await trade.retrieve(deal.buyer.owner, deal);
    const before = await bought(deal);
    await deleted(deal.provider);
    const [{ node }] = before.entitlements.edges;
    expect(await bought(deal)).toEqual({
      ...before,
      entitlements: { edges: [{ node: { ...node, availability: 'PROVIDER_GONE', objects: null } }] },
    });
    expect(before).toMatchObject({ usage: { count: 1 }, chargeTotals: [{ amount: '1.25', currency: 'EUR' }] });
    expect((await trade.retrieve(deal.buyer.owner, deal)).code).toBe('PROVIDER_GONE');
    expect((await trade.books()).faults).toEqual([]);
  });

  test('of the buyer, the provider keeps its earnings and its number of buyers', async () => {
    const deal = await trade.deal({ price: '1.25' });
    await trade.retrieve(deal.buyer.owner, deal);
    const sold = () =>
      trade.read(
        deal.provider.owner,
        `earnings { totalCount edges { node { amount { amount currency } title at } } } analytics${EVER()} { retrievals buyers revenue { amount currency } }`,
      );
    const before = await sold();
    expect(before).toMatchObject({
      earnings: { totalCount: 1 },
      analytics: { retrievals: 1, buyers: 1, revenue: [{ amount: '1.25', currency: 'EUR' }] },
    });
    await deleted(deal.buyer);
    expect(await sold()).toEqual(before);
    for (const table of ['entitlement', 'usage_record', 'charge', 'retrieval_count'])
      expect(await trade.database.sql(`SELECT FROM ${table} WHERE tenant_id = $1`, [deal.buyer.tenant.id])).toEqual([]);
    expect((await trade.books()).faults).toEqual([]);
  });

  test("M3: the books balance at each step of a purge, and only a deleted side's records may be missing", async () => {
    const [gone, lives] = [await trade.deal(), await trade.deal()];
    for (const deal of [gone, lives]) for (let n = 0; n < 3; n += 1) await trade.retrieve(deal.buyer.owner, deal);
    await trade.must(gone.provider.owner, 'requestTenantDeletion', { confirmation: gone.provider.tenant.name });
    trade.gateway.clock.advance({ days: 31 });
    const database = openDatabase(trade.database.runtimeUrl, { poolSize: 1 });
    const unit = database.bind({ tenantId: gone.provider.tenant.id, personId: null });
    const now = trade.gateway.clock.now();
    await unit.transaction(({ query }) => buryTenant(query, now));
    const steps: (string | null)[] = [];
    while (steps.at(-1) !== null) {
      steps.push(await unit.transaction(({ query }) => purgeRows(query, 1, now)));
      expect((await trade.books()).faults).toEqual([]);
    }
    await database.close();
    expect(steps.filter(table => table === 'earning')).toHaveLength(3);
    await trade.database.sql(`DELETE FROM earning WHERE tenant_id = '${lives.provider.tenant.id}'`);
    expect((await trade.books()).faults.map(({ fault }) => fault)).toEqual(['earning_missing', 'earning_missing', 'earning_missing']);
  });
});
