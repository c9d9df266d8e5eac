import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BoundWork } from '../../../src/database/bound-work.ts';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import type { UnitOfWork } from '../../../src/database/index.ts';
import { type Source, sourceOn } from '../../../src/database/source.ts';
import { ReadCounts } from '../../../src/database/sql/counts.ts';
import { useDatabase } from '../../support/database.ts';
import { useWorld, type World } from '../../support/isolation/isolation.ts';

/**
 * Which writes are one statement, and which are left to Prisma, for which reason; each in a
 * transaction that is rolled back.
 */
const database = useDatabase();
const world = useWorld(database);
let pool: ConnectionPool;
let counts: ReadCounts;
let source: Source;
beforeAll(async () => {
  pool = new ConnectionPool({ connectionString: database.adminUrl, max: 2 });
});
beforeEach(() => {
  counts = new ReadCounts();
  source = sourceOn(pool, { counts });
});
afterAll(() => pool?.end());

type Delegate = Record<string, (args: object) => Promise<unknown>>;
type Args = (world: World) => object;
const undone = new Error('undone');

/** How a write was answered. */
async function outcomeOf(model: keyof UnitOfWork['db'], operation: string, args: Args): Promise<string> {
  const { tenantId, ownerId } = world.a;
  await new BoundWork(source, { tenantId, personId: ownerId })
    .transaction(async ({ db }) => {
      await (db[model] as unknown as Delegate)[operation]!(args(world));
      throw undone;
    })
    .catch(() => {});
  await source.prisma.$disconnect();
  return counts.all()[0]!.outcome;
}

const now = new Date();
const id = '01a20ac5-7e0e-7725-bb9f-925801a8cdb1';
const dataset = { id, name: 'A', description: '', createdAt: now, updatedAt: now };

describe('one statement runs', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, keyof UnitOfWork['db'], string, Args]>([
    ['a new row',                           'dataset',        'create',              () => ({ data: dataset })],
    ['a new row, and some of its columns',  'dataset',        'create',              () => ({ data: dataset, select: { name: true, id: true } })],
    ['new rows',                            'dataset',        'createMany',          () => ({ data: [dataset, { ...dataset, id: id.replace('1', '2') }] })],
    ['new rows that may be there',          'dataset',        'createMany',          () => ({ data: [dataset, dataset], skipDuplicates: true })],
    ['new rows, and what they are',         'dataset',        'createManyAndReturn', () => ({ data: [dataset], select: { name: true } })],
    ['bytes and lists',                     'apiKey',         'create',              w => ({ data: { id, name: 'k', scopes: ['dataset:read'], secretHash: Buffer.alloc(32), holderId: w.a.ownerId, holderName: 'x', createdAt: now, documentMode: 'off' } })],
    ['a change of one by its key',          'tenant',         'update',              w => ({ where: { id: w.a.tenantId }, data: { name: 'x' } })],
    ['a change by a key of several',        'membership',     'update',              w => ({ where: { tenantId_id: { tenantId: w.a.tenantId, id: w.a.membershipId } }, data: { roles: ['viewer'] } })],
    ['a change to nothing',                 'tenant',         'updateMany',          () => ({ data: { billingEmail: null, statusReason: undefined } })],
    ['a change by conditions on others',    'membership',     'updateMany',          () => ({ where: { tenant: undefined, giving: { none: {} } }, data: { roles: ['viewer'] } })],
    ['changes, and what they made',         'membership',     'updateManyAndReturn', () => ({ where: { roles: { has: 'viewer' } }, data: { roles: ['admin'] }, select: { id: true, roles: true } })],
    ['a removal',                           'membership',     'delete',              w => ({ where: { tenantId_id: { tenantId: w.a.tenantId, id: w.a.membershipId } } })],
    ['removals',                            'invitation',     'deleteMany',          () => ({ where: { OR: [{ expiresAt: { lt: now } }, { sentAt: null }] } })],
    ['a removal of all',                    'contract',       'deleteMany',          () => ({})],
  ])('%s', async (_what, model, operation, args) => {
    expect(['statement', 'refused']).toContain(await outcomeOf(model, operation, args));
  });
});

describe('Prisma runs, or refuses', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, keyof UnitOfWork['db'], string, Args]>([
    ['operation', 'tenant',     'upsert',      w => ({ where: { id: w.a.tenantId }, create: { id: w.a.tenantId, name: 'x', slug: 'x' }, update: { name: 'x' } })],
    ['value',     'dataset',    'create',      () => ({ data: { name: 'left to a default' } })],
    ['value',     'dataset',    'create',      () => ({ data: { ...dataset, createdAt: now.toISOString() } })],
    ['value',     'dataset',    'create',      () => ({ data: { ...dataset, name: null } })],
    ['value',     'dataset',    'createMany',  () => ({ data: [] })],
    ['argument',  'dataset',    'createMany',  () => ({ data: [dataset], skipDuplicates: 1 })],
    ['argument',  'dataset',    'create',      () => ({ data: { ...dataset, nope: 1 } })],
    ['selection', 'dataset',    'create',      () => ({ data: dataset, select: { tenant: true } })],
    ['argument',  'dataset',    'create',      () => ({ data: dataset, include: { tenant: true } })],
    ['argument',  'dataset',    'create',      () => ({ data: dataset, omit: { name: true } })],
    ['value',     'tenant',     'updateMany',  () => ({ data: {} })],
    ['value',     'tenant',     'updateMany',  () => ({ data: { name: { set: 'x' } } })],
    ['value',     'tenant',     'updateMany',  () => ({ data: { name: null } })],
    ['argument',  'tenant',     'updateMany',  () => ({ data: { name: 'x' }, limit: 1 })],
    ['filter',    'tenant',     'update',      () => ({ where: { name: 'x' }, data: { name: 'y' } })],
    ['filter',    'membership', 'updateMany',  () => ({ where: { user: { name: 'x' } }, data: { roles: ['viewer'] } })],
    ['filter',    'membership', 'deleteMany',  () => ({ where: { nope: 1 } })],
    ['absent',    'tenant',     'update',      w => ({ where: { id: w.a.tenantId, name: 'not so' }, data: { name: 'y' } })],
    ['absent',    'membership', 'delete',      w => ({ where: { tenantId_id: { tenantId: w.a.tenantId, id } } })],
    ['refused',   'dataset',    'create',      () => ({ data: { ...dataset, id: 'no id' } })],
    ['refused',   'membership', 'create',      w => ({ data: { id: w.a.membershipId, userId: w.a.ownerId, roles: ['viewer'], createdAt: now } })],
  ])('for the sake of the %s: %s.%s', async (reason, model, operation, args) => {
    expect(await outcomeOf(model, operation, args)).toBe(reason);
  });
});
