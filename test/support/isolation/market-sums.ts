import type { Sum } from './sums.ts';

const SIDES = { datasets: true, staleObjects: true, earnings: true, entitlements: true, retrievalCounts: true, apiKeys: true };

/** Reads of marketplace rows without conditions, with the result in one of two equal tenants. */
// biome-ignore format: a table is read by its columns
export const MARKET_AGGREGATES: readonly (readonly [string, unknown, Sum])[] = [
  ['datasets',                         1, db => db.dataset.count()],
  ['datasets, grouped by tenant',    [1], async db => (await db.dataset.groupBy({ by: ['tenantId'], _count: true })).map(({ _count }) => _count)],
  ['objects',                          2, async db => (await db.dataObject.findMany()).length],
  ['sizes of objects',            '2000', async db => String((await db.dataObject.aggregate({ _sum: { size: true } }))._sum.size)],
  ['stale objects',                    1, db => db.staleObject.count()],
  ['listings',                         1, db => db.listing.count({ where: { status: 'published' } })],
  ['prices of listings',          '1.25', async db => String((await db.listing.aggregate({ _sum: { price: true } }))._sum.price)],
  ['earnings',                     '2.5', async db => String((await db.earning.aggregate({ _sum: { amount: true } }))._sum.amount)],
  ['earnings by day',             [1, 1], async db => (await db.earning.groupBy({ by: ['at'], _count: true })).map(({ _count }) => _count)],
  ['entitlements',                     1, db => db.entitlement.count()],
  ['retrievals',                       2, db => db.usageRecord.count()],
  ['retrievals by currency of their charge', 2, db => db.usageRecord.count({ where: { charge: { is: { currency: 'EUR' } } } })],
  ['charges',                        '7', async db => String((await db.charge.aggregate({ _sum: { amount: true } }))._sum.amount)],
  ['charges by currency',            [2], async db => (await db.charge.groupBy({ by: ['currency'], _count: true })).map(({ _count }) => _count)],
  ['counted retrievals',               2, async db => (await db.retrievalCount.aggregate({ _sum: { used: true } }))._sum.used],
  ['API keys',                         1, async db => (await db.apiKey.findMany()).length],
  ['both sides, included',  [1, 1, 2, 1, 2, 1], async db => (await db.tenant.findMany({ include: SIDES })).flatMap(tenant => Object.keys(SIDES).map(side => tenant[side as keyof typeof SIDES].length))],
  ['both sides of all plans\' tenants, three deep', [2, 1, 2, 2], async db => {
    const plans = await db.plan.findMany({ select: { tenants: { select: {
      datasets: { select: { objects: true, listing: true } }, entitlements: { select: { usage: { select: { charge: true } } } } } } } });
    const tenants = plans.flatMap(plan => plan.tenants);
    const [datasets, used] = [tenants.flatMap(tenant => tenant.datasets), tenants.flatMap(tenant => tenant.entitlements).flatMap(({ usage }) => usage)];
    return [datasets.flatMap(({ objects }) => objects).length, datasets.filter(({ listing }) => listing).length, used.length, used.filter(({ charge }) => charge).length];
  }],
  ['datasets of fellow members\' tenants, counted', [1, 1, 1], async db => (await db.membership.findMany({ select: { tenant: { select: { _count: { select: { datasets: true } } } } } })).map(({ tenant }) => tenant._count.datasets)],
  ['lists of datasets, counted whole', [{ objects: 2, earnings: 2 }], async db => (await db.dataset.findMany({ include: { _count: true } })).map(({ _count }) => _count)],
  ['plans by any published listing', ['STARTER'], async db => (await db.plan.findMany({ where: { tenants: { some: { datasets: { some: { listing: { status: 'published' } } } } } } })).map(({ code }) => code)],
  ['plans by no API key',              3, db => db.plan.count({ where: { tenants: { none: { apiKeys: { some: {} } } } } })],
  ['tenants by datasets',              1, async db => (await db.tenant.findMany({ orderBy: { datasets: { _count: 'desc' } } })).length],
  ['objects by their listing\'s price', 2, async db => (await db.dataObject.findMany({ orderBy: { dataset: { listing: { price: 'asc' } } } })).length],
];
