import { uuidv7 as uuid } from 'uuidv7';
import type { Target } from './isolation.ts';
import type { Trial } from './reads.ts';
import type { Verdict } from './writes.ts';

const soon = new Date('2030-01-01T00:00:00Z');
const bytes = Buffer.from('x'.repeat(32));
const dataset = () => ({ id: uuid(), name: 'x' });
const object = (datasetId: string) => ({ id: uuid(), datasetId, name: 'x', size: 1n, mediaType: 'text/x', sha256: bytes });
const listing = (datasetId: string) => ({ id: uuid(), datasetId, title: 'x', tags: [], price: 1, currency: 'EUR' });
const earning = (datasetId: string) => ({ id: uuid(), datasetId, amount: 1, currency: 'EUR', title: 'x', at: soon });
const entitlement = () => ({ id: uuid(), listingId: uuid(), title: 'x', provider: 'x', price: 1, currency: 'EUR' });
const usage = (entitlementId: string) => ({ id: uuid(), entitlementId, objectId: uuid(), objectName: 'x', size: 1n, at: soon });
const apiKey = () => ({ id: uuid(), name: 'x', scopes: ['tenant:read'], secretHash: bytes, holderId: uuid(), holderName: 'x' });

const key = (of: (target: Target) => string) => (t: Target) => ({ tenantId_id: { tenantId: t.tenantId, id: of(t) } });
const datasetOf = key(t => t.datasetId);
const objectOf = key(t => t.objectId);
const listingOf = key(t => t.listingId);
const earningOf = key(t => t.earningId);
const entitlementOf = key(t => t.entitlementId);
const usageOf = key(t => t.usageId);
const apiKeyOf = key(t => t.keyId);
const at = (t: Target, own: Target): Target => ({ ...t, tenantId: own.tenantId });

/** Writes of seller rows that name rows of the other tenant, or have no condition. */
// biome-ignore format: a table is read by its columns
export const SELLER_WRITES: readonly (readonly [string, Verdict, Trial])[] = [
  ['make a dataset there',                 'refused', (db, t) => db.dataset.create({ data: { ...dataset(), tenantId: t.tenantId } })],
  ['make datasets here and there',         'refused', (db, t) => db.dataset.createMany({ data: [dataset(), { ...dataset(), tenantId: t.tenantId }] })],
  ['make a dataset with an object',        'refused', (db, t) => db.dataset.create({ data: { ...dataset(), objects: { connect: objectOf(t) } } })],
  ['connect its dataset',                  'refused', (db, t, own) => db.tenant.update({ where: { id: own.tenantId }, data: { datasets: { connect: datasetOf(t) } } })],
  ['rename its dataset',                   'nothing', (db, t) => db.dataset.update({ where: datasetOf(t), data: { name: 'x' } })],
  ['rename its dataset by own tenant',     'nothing', (db, t, own) => db.dataset.update({ where: datasetOf(at(t, own)), data: { name: 'x' } })],
  ['rename datasets by an object',         'nothing', (db, t) => db.dataset.updateMany({ where: { objects: { some: { name: t.objectName } } }, data: { name: 'x' } })],
  ['rename all datasets',                      'own', (db) => db.dataset.updateMany({ data: { name: 'x' } })],
  ['rename its dataset\'s objects',        'refused', (db, t, own) => db.dataset.update({ where: datasetOf(own), data: { objects: { updateMany: { where: { tenantId: t.tenantId }, data: { name: 'x' } } } } })],
  ['move a dataset there',                 'refused', (db, t, own) => db.dataset.update({ where: datasetOf(own), data: { tenantId: t.tenantId } })],
  ['move all datasets there',              'refused', (db, t) => db.dataset.updateMany({ data: { tenantId: t.tenantId } })],
  ['upsert its dataset',                   'refused', (db, t) => db.dataset.upsert({ where: datasetOf(t), create: { ...dataset(), tenantId: t.tenantId }, update: {} })],
  ['delete its dataset',                   'nothing', (db, t) => db.dataset.delete({ where: datasetOf(t) })],
  ['delete datasets by OR',                'nothing', (db, t) => db.dataset.deleteMany({ where: { OR: [{ id: t.datasetId }, { tenantId: t.tenantId }] } })],
  ['delete all datasets',                      'own', (db) => db.dataset.deleteMany()],

  ['put an object there',                  'refused', (db, t) => db.dataObject.create({ data: { ...object(t.datasetId), tenantId: t.tenantId } })],
  ['put an object into its dataset',       'keyless', (db, t) => db.dataObject.createMany({ data: [object(t.datasetId)] })],
  ['put an object by connecting it',       'refused', (db, t) => db.dataObject.create({ data: { id: uuid(), name: 'x', size: 1n, mediaType: 'text/x', sha256: bytes, dataset: { connect: datasetOf(t) } } })],
  ['say that its object is stored',        'nothing', (db, t) => db.dataObject.update({ where: objectOf(t), data: { storedAt: soon } })],
  ['move objects into its dataset',        'keyless', (db, t) => db.dataObject.updateMany({ data: { datasetId: t.datasetId } })],
  ['unstore all objects',                      'own', (db) => db.dataObject.updateMany({ data: { storedAt: null } })],
  ['delete its object',                    'nothing', (db, t) => db.dataObject.delete({ where: objectOf(t) })],
  ['delete objects of its dataset',        'nothing', (db, t) => db.dataObject.deleteMany({ where: { dataset: { name: t.datasetName } } })],
  ['delete all objects',                       'own', (db) => db.dataObject.deleteMany()],
  ['have its object removed',              'refused', (db, t) => db.staleObject.create({ data: { id: t.objectId, tenantId: t.tenantId } })],
  ['forget its stale object',              'nothing', (db, t) => db.staleObject.deleteMany({ where: { id: t.staleId } })],
  ['forget all stale objects',                 'own', (db) => db.staleObject.deleteMany()],

  ['list its dataset there',               'refused', (db, t) => db.listing.create({ data: { ...listing(t.datasetId), tenantId: t.tenantId } })],
  ['list its dataset as one\'s own',       'keyless', (db, t) => db.listing.createMany({ data: [listing(t.datasetId)] })],
  ['list its dataset in place of one\'s',  'keyless', (db, t) => db.listing.updateMany({ data: { datasetId: t.datasetId } })],
  ['withdraw its listing',                 'nothing', (db, t) => db.listing.update({ where: listingOf(t), data: { status: 'withdrawn' } })],
  ['withdraw it by its dataset',           'nothing', (db, t) => db.listing.update({ where: { tenantId_datasetId: { tenantId: t.tenantId, datasetId: t.datasetId } }, data: { status: 'withdrawn' } })],
  ['price its listing',                    'nothing', (db, t) => db.listing.updateMany({ where: { title: t.listingTitle }, data: { price: 0 } })],
  ['price all listings',                       'own', (db) => db.listing.updateMany({ data: { price: 0 } })],
  ['withdraw all listings',                    'own', (db) => db.listing.updateManyAndReturn({ data: { status: 'withdrawn' }, select: { status: true } })],
  ['upsert its listing',                   'refused', (db, t) => db.listing.upsert({ where: listingOf(t), create: { ...listing(t.datasetId), tenantId: t.tenantId }, update: {} })],
  ['delete its listing',                   'nothing', (db, t) => db.listing.delete({ where: listingOf(t) })],
  ['delete all listings',                      'own', (db) => db.listing.deleteMany()],

  ['earn there',                           'refused', (db, t) => db.earning.create({ data: { ...earning(t.datasetId), tenantId: t.tenantId } as never })],
  ['change what it earned',                'nothing', (db, t) => db.earning.update({ where: earningOf(t), data: { amount: 0 } })],
  ['change all earnings',                      'own', (db) => db.earning.updateMany({ data: { amount: 0 } })],
  ['move earnings there',                  'refused', (db, t) => db.earning.updateMany({ data: { tenantId: t.tenantId } })],
  ['remove what it earned',                'nothing', (db, t) => db.earning.deleteMany({ where: { datasetId: t.datasetId } })],
  ['remove all earnings',                      'own', (db) => db.earning.deleteMany()],
];

/** Such writes of buyer rows and API keys. */
// biome-ignore format: a table is read by its columns
export const BUYER_WRITES: readonly (readonly [string, Verdict, Trial])[] = [
  ['entitle it',                           'refused', (db, t) => db.entitlement.create({ data: { ...entitlement(), tenantId: t.tenantId } })],
  ['entitle both',                         'refused', (db, t) => db.entitlement.createMany({ data: [entitlement(), { ...entitlement(), tenantId: t.tenantId }] })],
  ['take its entitlement over',            'refused', (db, t, own) => db.tenant.update({ where: { id: own.tenantId }, data: { entitlements: { connect: entitlementOf(t) } } })],
  ['end its entitlement',                  'nothing', (db, t) => db.entitlement.update({ where: entitlementOf(t), data: { endedAt: soon } })],
  ['end entitlements to what it bought',   'nothing', (db, t) => db.entitlement.updateMany({ where: { listingId: t.boughtListingId }, data: { endedAt: soon } })],
  ['end all entitlements',                     'own', (db) => db.entitlement.updateMany({ data: { endedAt: soon } })],
  ['give entitlements away',               'refused', (db, t) => db.entitlement.updateMany({ data: { tenantId: t.tenantId } })],
  ['remove its entitlement',               'nothing', (db, t) => db.entitlement.delete({ where: entitlementOf(t) })],

  ['retrieve there',                       'refused', (db, t) => db.usageRecord.create({ data: { ...usage(t.entitlementId), tenantId: t.tenantId } })],
  ['retrieve by its entitlement',          'keyless', (db, t, own) => db.usageRecord.updateMany({ where: { id: own.usageId }, data: { entitlementId: t.entitlementId } })],
  ['rewrite its retrieval',                'nothing', (db, t) => db.usageRecord.update({ where: usageOf(t), data: { size: 0n } })],
  ['rewrite all retrievals',                   'own', (db) => db.usageRecord.updateMany({ data: { size: 0n } })],
  ['remove its retrieval',                 'nothing', (db, t) => db.usageRecord.deleteMany({ where: { apiKeyId: t.keyId } })],
  ['charge it',                            'refused', (db, t) => db.charge.create({ data: { id: t.usageId, tenantId: t.tenantId, amount: 9, currency: 'EUR', title: 'x', provider: 'x', at: soon } as never })],
  ['change its charge',                    'nothing', (db, t) => db.charge.update({ where: usageOf(t), data: { amount: 9 } })],
  ['change charges by retrieval',          'nothing', (db, t) => db.charge.updateMany({ where: { usage: { objectName: t.usedObjectName } }, data: { amount: 9 } })],
  ['waive all charges',                        'own', (db) => db.charge.updateMany({ data: { amount: 0 } })],
  ['move charges there',                   'refused', (db, t) => db.charge.updateMany({ data: { tenantId: t.tenantId } })],
  ['remove its charge',                    'nothing', (db, t) => db.charge.delete({ where: usageOf(t) })],
  ['remove all charges',                       'own', (db) => db.charge.deleteMany()],
  ['count there',                          'refused', (db, t) => db.retrievalCount.create({ data: { tenantId: t.tenantId, since: soon, shard: 0 } })],
  ['use its count up',                     'nothing', (db, t) => db.retrievalCount.updateMany({ where: { tenantId: t.tenantId }, data: { used: 1000 } })],
  ['uncount everybody',                        'own', (db) => db.retrievalCount.updateMany({ data: { used: 0, cap: null } })],
  ['remove its counts',                    'nothing', (db, t) => db.retrievalCount.deleteMany({ where: { tenant: { slug: t.slug } } })],

  ['make a key of it',                     'refused', (db, t) => db.apiKey.create({ data: { ...apiKey(), tenantId: t.tenantId } })],
  ['make keys here and there',             'refused', (db, t) => db.apiKey.createMany({ data: [apiKey(), { ...apiKey(), tenantId: t.tenantId }] })],
  ['rotate its key',                       'nothing', (db, t) => db.apiKey.update({ where: apiKeyOf(t), data: { secretHash: bytes } })],
  ['rotate its key by own tenant',         'nothing', (db, t, own) => db.apiKey.update({ where: apiKeyOf(at(t, own)), data: { secretHash: bytes } })],
  ['revoke keys of its holder',            'nothing', (db, t) => db.apiKey.updateMany({ where: { holderId: t.keyHolderId }, data: { revokedAt: soon } })],
  ['widen all keys',                           'own', (db) => db.apiKey.updateMany({ data: { scopes: ['tenant:read', 'dataset:read'] } })],
  ['hand a key over to it',                'refused', (db, t, own) => db.apiKey.update({ where: apiKeyOf(own), data: { tenant: { connect: { id: t.tenantId } } } })],
  ['upsert its key',                       'refused', (db, t) => db.apiKey.upsert({ where: apiKeyOf(t), create: { ...apiKey(), tenantId: t.tenantId }, update: {} })],
  ['remove its key',                       'nothing', (db, t) => db.apiKey.delete({ where: apiKeyOf(t) })],
  ['remove all keys',                          'own', (db) => db.apiKey.deleteMany()],
];
