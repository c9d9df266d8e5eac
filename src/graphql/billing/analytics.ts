import { countBuyers, type DatasetSales, type DaySales, salesByDataset, salesByDay, sumsOf } from '../../database/queries/billing.ts';
import { salesPeriodOf, within } from '../../domain/billing/period.ts';
import { builder } from '../core/builder.ts';
import { encodeGlobalId, rowId } from '../core/global-id.ts';
import { MoneyType } from '../core/money.ts';
import { PAGE_SIZE } from '../core/page-size.ts';
import { boundPeriod, periodArgs, periodId, type TenantPeriod } from '../core/period.ts';
import { Tenant } from '../tenant/tenant.ts';

const DaySalesType = builder.objectRef<DaySales>('DaySales').implement({
  description: 'The sales of one day.',
  fields: t => ({
    day: t.exposeString('day', { policy: 'public', description: 'The date in UTC, such as `2026-11-24`.' }),
    retrievals: t.exposeInt('retrievals', { policy: 'public' }),
    revenue: t.field({ type: [MoneyType], policy: 'public', resolve: ({ revenue }) => [...revenue] }),
  }),
});

const DatasetSalesType = builder.objectRef<DatasetSales & { readonly tenantId: string }>('DatasetSales').implement({
  description: 'The sales of one dataset.',
  fields: t => ({
    datasetId: t.id({
      policy: 'public',
      description: 'The global id of the `Dataset`, which may have been deleted.',
      resolve: ({ tenantId, datasetId: id }) => encodeGlobalId('Dataset', rowId({ tenantId, id })),
    }),
    title: t.exposeString('title', { policy: 'public', description: 'The title of the listing at the latest retrieval.' }),
    retrievals: t.exposeInt('retrievals', { policy: 'public' }),
    revenue: t.field({ type: [MoneyType], policy: 'public', resolve: ({ revenue }) => [...revenue] }),
    buyers: t.exposeInt('buyers', { policy: 'public', description: 'The number of different buyers. Their names are not disclosed.' }),
  }),
});

/** A provider sees sums and counts, never buyers (SPEC M5, M6). */
const Analytics = builder.node(builder.objectRef<TenantPeriod>('Analytics'), {
  description: 'The sales of the tenant in a period.',
  tenantOf: ({ tenantId }: TenantPeriod) => tenantId,
  id: { resolve: periodId, policy: 'analytics:read' },
  loadWithoutCache: (id, context) => boundPeriod(id, context),
  fields: t => ({
    from: t.expose('from', { type: 'DateTime', policy: 'analytics:read', nullable: true }),
    until: t.expose('until', { type: 'DateTime', policy: 'analytics:read', nullable: true }),
    retrievals: t.int({
      policy: 'analytics:read',
      nullable: true,
      resolve: (period, _args, { work }) => work.db.earning.count({ where: within(period) }),
    }),
    revenue: t.field({
      type: [MoneyType],
      policy: 'analytics:read',
      nullable: true,
      description: 'One sum per currency.',
      resolve: async (period, _args, { work }) => [...(await sumsOf(work.query, 'earning', period))],
    }),
    buyers: t.int({
      policy: 'analytics:read',
      nullable: true,
      description: 'The number of different buyers. Their names are not disclosed.',
      resolve: (period, _args, { work }) => countBuyers(work.query, period),
    }),
    byDay: t.field({
      type: [DaySalesType],
      policy: 'analytics:read-series',
      nullable: true,
      description: 'Sales per day in UTC. Days without sales are left out.',
      resolve: async (period, _args, { work }) => [...(await salesByDay(work.query, period))],
    }),
    byDataset: t.field({
      type: [DatasetSalesType],
      policy: 'analytics:read-series',
      nullable: true,
      description: `Sales per dataset, most retrieved first. At most ${PAGE_SIZE.max}.`,
      resolve: async ({ tenantId, ...period }, _args, { work }) =>
        (await salesByDataset(work.query, period, PAGE_SIZE.max)).map(row => ({ ...row, tenantId })),
    }),
  }),
});

builder.prismaObjectField(Tenant, 'analytics', t =>
  t.field({
    type: Analytics,
    policy: 'analytics:read',
    nullable: true,
    description: 'The sales in a period.',
    args: periodArgs(t.arg),
    resolve: async ({ id: tenantId }, args, { work, services }) => ({
      tenantId,
      ...(await salesPeriodOf(work.db, services.clock.now(), args)),
    }),
  }),
);
