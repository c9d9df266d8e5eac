import type { Target } from './isolation.ts';
import type { Trial } from './reads.ts';

const day = new Date('2026-11-01T00:00:00Z');
const key = (of: (target: Target) => string) => (t: Target) => ({ tenantId_id: { tenantId: t.tenantId, id: of(t) } });
const datasetOf = key(t => t.datasetId);
const objectOf = key(t => t.objectId);
const staleOf = key(t => t.staleId);
const listingOf = key(t => t.listingId);
const earningOf = key(t => t.earningId);
const entitlementOf = key(t => t.entitlementId);
const usageOf = key(t => t.usageId);
const apiKeyOf = key(t => t.keyId);
const countOf = ({ tenantId }: Target) => ({ tenantId_since_shard: { tenantId, since: day, shard: 0 } });

/** Reads that name marketplace rows of the other tenant, with the expected result. */
// biome-ignore format: a table is read by its columns
export const MARKET_READS: readonly (readonly [string, unknown, Trial])[] = [
  ['dataset by its key',                null, (db, t) => db.dataset.findUnique({ where: datasetOf(t) })],
  ['dataset by own tenant, other\'s id', null, (db, t, own) => db.dataset.findUnique({ where: datasetOf({ ...t, tenantId: own.tenantId }) })],
  ['dataset by other tenant, own id',   null, (db, t, own) => db.dataset.findUnique({ where: datasetOf({ ...own, tenantId: t.tenantId }) })],
  ['datasets by name',                    [], (db, t) => db.dataset.findMany({ where: { name: { contains: t.datasetName.toLowerCase(), mode: 'insensitive' } } })],
  ['datasets by OR',                       1, (db, t) => db.dataset.count({ where: { OR: [{ tenantId: t.tenantId }, { name: { contains: 'dataset' } }] } })],
  ['datasets in other tenants',           [], (db, _, own) => db.dataset.findMany({ where: { NOT: { tenantId: own.tenantId } } })],
  ['datasets by an object',                0, (db, t) => db.dataset.count({ where: { objects: { some: { name: t.objectName } } } })],
  ['datasets by their listing',            0, (db, t) => db.dataset.count({ where: { listing: { is: { title: t.listingTitle } } } })],
  ['datasets by no such listing',          1, (db, t) => db.dataset.count({ where: { listing: { isNot: { title: t.listingTitle } } } })],
  ['datasets by their tenant\'s plan\'s',  0, (db, t) => db.dataset.count({ where: { tenant: { plan: { tenants: { some: { datasets: { some: { id: t.datasetId } } } } } } } })],
  ['groups of datasets',                  [], (db, t) => db.dataset.groupBy({ by: ['name'], having: { name: t.datasetName }, _count: true })],
  ['objects of its dataset inside of one\'s own', [], async (db, t) => (await db.dataset.findFirst({ include: { objects: { where: { datasetId: t.datasetId } } } }))?.objects],
  ['counts of objects inside of one\'s own', { objects: 0 }, async (db, t) => (await db.dataset.findFirst({ select: { _count: { select: { objects: { where: { OR: [{ tenantId: t.tenantId }] } } } } } }))?._count],
  ['object by its key',                 null, (db, t) => db.dataObject.findUnique({ where: objectOf(t) })],
  ['object by its dataset and name',    null, (db, t) => db.dataObject.findUnique({ where: { tenantId_datasetId_name: { tenantId: t.tenantId, datasetId: t.datasetId, name: t.objectName } } })],
  ['objects by media type',                0, (db, t) => db.dataObject.count({ where: { mediaType: t.mediaType } })],
  ['objects by their dataset',             0, (db, t) => db.dataObject.count({ where: { dataset: { is: { name: t.datasetName } } } })],
  ['objects by their dataset\'s tenant',   0, (db, t) => db.dataObject.count({ where: { dataset: { tenant: { slug: t.slug } } } })],
  ['sizes of objects',   { _count: 0, _max: { name: null } }, (db, t) => db.dataObject.aggregate({ where: { tenantId: t.tenantId }, _count: true, _max: { name: true } })],
  ['stale object by its key',           null, (db, t) => db.staleObject.findUnique({ where: staleOf(t) })],
  ['stale objects by id',                  0, (db, t) => db.staleObject.count({ where: { OR: [{ id: t.staleId }, { tenant: { name: t.name } }] } })],
  ['listing by its key',                null, (db, t) => db.listing.findUnique({ where: listingOf(t) })],
  ['listing by its dataset',            null, (db, t) => db.listing.findUnique({ where: { tenantId_datasetId: { tenantId: t.tenantId, datasetId: t.datasetId } } })],
  ['listing by id, though it is published', null, (db, t) => db.listing.findFirst({ where: { id: t.listingId, status: 'published' } })],
  ['listings by tag',                     [], (db, t) => db.listing.findMany({ where: { tags: { has: t.listingTag } } })],
  ['published listings',                   1, (db, t) => db.listing.count({ where: { OR: [{ status: 'published' }, { tenantId: t.tenantId }] } })],
  ['listings by summary',                  0, (db, t) => db.listing.count({ where: { summary: { startsWith: t.listingSummary } } })],
  ['prices of listings', { _sum: { price: null } }, (db, t) => db.listing.aggregate({ where: { title: t.listingTitle }, _sum: { price: true } })],
  ['tenants by a listing',                 0, (db, t) => db.tenant.count({ where: { datasets: { some: { listing: { title: t.listingTitle } } } } })],
  ['plans by a listing',                   0, (db, t) => db.plan.count({ where: { tenants: { some: { datasets: { some: { listing: { is: { id: t.listingId } } } } } } } })],
  ['earning by its key',                null, (db, t) => db.earning.findUnique({ where: earningOf(t) })],
  ['earning by the retrieval\'s id',    null, (db, t) => db.earning.findFirst({ where: { id: t.usageId } })],
  ['datasets by an earning',               0, (db, t) => db.dataset.count({ where: { earnings: { some: { title: t.earningTitle } } } })],
  ['earnings by the name of a dataset',    0, (db, t) => db.earning.count({ where: { dataset: { name: t.datasetName } } })],
  ['earnings by dataset',                  0, (db, t) => db.earning.count({ where: { datasetId: t.datasetId } })],
  ['sums of earnings', { _sum: { amount: null } }, (db, t) => db.earning.aggregate({ where: { title: t.earningTitle }, _sum: { amount: true } })],
  ['groups of earnings',                  [], (db, t) => db.earning.groupBy({ by: ['datasetId', 'title'], where: { OR: [{ tenantId: t.tenantId }] }, _sum: { amount: true } })],

  ['entitlement by its key',            null, (db, t) => db.entitlement.findUnique({ where: entitlementOf(t) })],
  ['entitlements to its listing',          0, (db, t) => db.entitlement.count({ where: { listingId: t.listingId } })],
  ['entitlements to what it bought',      [], (db, t) => db.entitlement.findMany({ where: { listingId: t.boughtListingId, endedAt: null } })],
  ['entitlements by provider',             0, (db, t) => db.entitlement.count({ where: { provider: t.boughtFrom } })],
  ['entitlements by a retrieval',          0, (db, t) => db.entitlement.count({ where: { usage: { some: { objectName: t.usedObjectName } } } })],
  ['entitlements without that retrieval',  1, (db, t) => db.entitlement.count({ where: { usage: { none: { objectName: t.usedObjectName } } } })],
  ['entitlements by a charge',             0, (db, t) => db.entitlement.count({ where: { usage: { some: { charge: { is: { title: t.chargeTitle } } } } } })],
  ['retrievals inside of one\'s entitlement', [], async (db, t) => (await db.entitlement.findFirst({ include: { usage: { where: { entitlementId: t.entitlementId } } } }))?.usage],
  ['counts of retrievals inside of it', { usage: 0 }, async (db, t) => (await db.entitlement.findFirst({ select: { _count: { select: { usage: { where: { tenantId: t.tenantId } } } } } }))?._count],
  ['retrieval by its key',              null, (db, t) => db.usageRecord.findUnique({ where: usageOf(t) })],
  ['retrievals by API key',                0, (db, t) => db.usageRecord.count({ where: { apiKeyId: t.keyId } })],
  ['retrievals by object',                 0, (db, t) => db.usageRecord.count({ where: { OR: [{ objectId: t.usedObjectId }, { objectName: t.usedObjectName }] } })],
  ['retrievals by entitlement',            0, (db, t) => db.usageRecord.count({ where: { entitlement: { title: t.boughtTitle } } })],
  ['days of retrievals',                  [], (db, t) => db.usageRecord.groupBy({ by: ['at'], where: { tenantId: t.tenantId }, _count: true })],
  ['charge by its key',                 null, (db, t) => db.charge.findUnique({ where: usageOf(t) })],
  ['charge by the earning\'s id',       null, (db, t) => db.charge.findFirst({ where: { id: t.earningId } })],
  ['charges by retrieval',                 0, (db, t) => db.charge.count({ where: { usage: { is: { objectName: t.usedObjectName } } } })],
  ['charges by who charged',               0, (db, t) => db.charge.count({ where: { provider: { contains: t.chargedBy, mode: 'insensitive' } } })],
  ['sums of charges', { _sum: { amount: null } }, (db, t) => db.charge.aggregate({ where: { title: t.chargeTitle }, _sum: { amount: true } })],
  ['count of retrievals by its key',    null, (db, t) => db.retrievalCount.findUnique({ where: countOf(t) })],
  ['sums of counts', { _sum: { used: null } }, (db, t) => db.retrievalCount.aggregate({ where: { tenant: { slug: t.slug } }, _sum: { used: true } })],
  ['API key by its key',                null, (db, t) => db.apiKey.findUnique({ where: apiKeyOf(t) })],
  ['API key by its secret\'s hash',     null, (db, t) => db.apiKey.findFirst({ where: { secretHash: Buffer.from(t.keySecretHash, 'hex') } })],
  ['API keys by name',                     0, (db, t) => db.apiKey.count({ where: { name: { contains: t.keyName, mode: 'insensitive' } } })],
  ['API keys by holder',                  [], (db, t) => db.apiKey.findMany({ where: { OR: [{ holderId: t.keyHolderId }, { holderName: t.keyHolder }] } })],
  ['API keys of everybody but oneself',    0, (db, _, own) => db.apiKey.count({ where: { NOT: { tenantId: own.tenantId } } })],
  ['tenants by an API key',                0, (db, t) => db.tenant.count({ where: { apiKeys: { some: { name: t.keyName } } } })],
  ['tenants without that API key',         1, (db, t) => db.tenant.count({ where: { apiKeys: { none: { name: t.keyName } } } })],
  ['people by a dataset of their tenants', 0, (db, t) => db.user.count({ where: { memberships: { some: { tenant: { datasets: { some: { name: t.datasetName } } } } } } })],
  ['people by an entitlement of their tenants', 0, (db, t) => db.user.count({ where: { memberships: { some: { tenant: { entitlements: { some: { id: t.entitlementId } } } } } } })],
  ['counts inside of one\'s tenant, of both sides', { datasets: 0, staleObjects: 0, earnings: 0, entitlements: 0, retrievalCounts: 0, apiKeys: 0 },
    async (db, { tenantId }) => (await db.tenant.findFirst({ select: { _count: { select: Object.fromEntries(['datasets', 'staleObjects', 'earnings', 'entitlements', 'retrievalCounts', 'apiKeys'].map(list => [list, { where: { OR: [{ tenantId }] } }])) } } }))?._count],
];

/** Cursors at marketplace rows, with the same result as for an absent row. */
// biome-ignore format: a table is read by its columns
export const MARKET_CURSORS: readonly (readonly [string, Trial])[] = [
  ['datasets by key',            (db, t) => db.dataset.findMany({ cursor: datasetOf(t), orderBy: { name: 'asc' } })],
  ['objects by name',            (db, t) => db.dataObject.findMany({ cursor: { tenantId_datasetId_name: { tenantId: t.tenantId, datasetId: t.datasetId, name: t.objectName } }, orderBy: { name: 'desc' } })],
  ['objects of one\'s dataset',  async (db, t) => (await db.dataset.findFirst({ select: { objects: { cursor: objectOf(t), orderBy: { id: 'asc' } } } }))?.objects],
  ['stale objects by key',       (db, t) => db.staleObject.findMany({ cursor: staleOf(t), orderBy: { since: 'asc' } })],
  ['listings by dataset',        (db, t) => db.listing.findMany({ cursor: { tenantId_datasetId: { tenantId: t.tenantId, datasetId: t.datasetId } }, orderBy: { price: 'desc' } })],
  ['earnings by key',            (db, t) => db.earning.findMany({ cursor: earningOf(t), orderBy: [{ at: 'desc' }, { id: 'desc' }] })],
  ['entitlements by key',        (db, t) => db.entitlement.findMany({ cursor: entitlementOf(t), orderBy: { title: 'asc' } })],
  ['retrievals by key',          (db, t) => db.usageRecord.findMany({ cursor: usageOf(t), orderBy: [{ at: 'asc' }, { id: 'asc' }] })],
  ['retrievals, counted',        (db, t) => db.usageRecord.count({ cursor: usageOf(t), orderBy: { at: 'desc' } })],
  ['charges by key',             (db, t) => db.charge.findMany({ cursor: usageOf(t), orderBy: { amount: 'asc' }, take: -3 })],
  ['counts of retrievals',       (db, t) => db.retrievalCount.findMany({ cursor: countOf(t), orderBy: { shard: 'asc' } })],
  ['API keys by key',            (db, t) => db.apiKey.findMany({ cursor: apiKeyOf(t), orderBy: { holderName: 'desc' } })],
];
