import type { UnitOfWork } from '../../database/index.ts';
import { builder } from '../core/builder.ts';
import { namedTenant } from './staff-tenant.ts';

const staff = { policy: 'staff:read-tenant', nullable: true } as const;

const readTombstone = (work: UnitOfWork) => work.db.tombstone.findFirst({ include: { receipt: { orderBy: { table: 'asc' } } } });

type Tombstone = Awaited<ReturnType<typeof readTombstone>> & object;

const PurgeReceipt = builder.objectRef<Tombstone['receipt'][number]>('PurgeReceipt').implement({
  description: 'The number of rows that were removed from a database table.',
  fields: t => ({ table: t.exposeString('table', staff), rows: t.exposeInt('rows', staff) }),
});

const TombstoneType = builder.node(builder.objectRef<Tombstone>('Tombstone'), {
  description: 'The remaining record of a deleted tenant.',
  id: { resolve: ({ tenantId }) => tenantId, policy: 'staff:read-tenant' },
  loadWithoutCache: (tenantId, { work }) => readTombstone(work.within(tenantId)),
  fields: t => ({
    tenantId: t.exposeID('tenantId', staff),
    createdAt: t.expose('createdAt', { type: 'DateTime', ...staff }),
    deletionRequestedAt: t.expose('deletionRequestedAt', { type: 'DateTime', ...staff }),
    deletedAt: t.expose('deletedAt', { type: 'DateTime', ...staff }),
    purgedAt: t.expose('purgedAt', {
      type: 'DateTime',
      ...staff,
      description: 'When the last row was removed. Null: the removal is in progress.',
    }),
    receipt: t.field({ type: [PurgeReceipt], ...staff, resolve: ({ receipt }) => receipt }),
  }),
});

builder.queryField('staffTombstone', t =>
  t.field({
    type: TombstoneType,
    policy: 'staff:read-tenant',
    nullable: true,
    description: 'The remaining record of a deleted tenant, for platform staff. Null if no tenant with this id was deleted.',
    args: { tenantId: t.arg.id({ required: true, description: 'The `tenantId` of the tenant.' }) },
    resolve: (_root, args, context) => readTombstone(namedTenant(context, args)),
  }),
);
