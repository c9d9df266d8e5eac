import { countBuyers, type DatasetSales, type DaySales, salesByDataset, salesByDay, sumsOf } from '../../database/queries/billing.ts';
import type { Period } from '../../database/queries/period.ts';
import { periodOf, within } from '../../domain/billing/period.ts';
import { builder } from '../core/builder.ts';
import { encodeGlobalId, rowId } from '../core/global-id.ts';
import { MoneyType } from '../core/money.ts';
import { PAGE } from '../core/page.ts';
import { periodArgs } from '../core/period.ts';
import { Tenant } from '../tenant/tenant.ts';

type Sold = Period & { readonly tenantId: string };

const DaySalesType = builder.objectRef<DaySales>('DaySales').implement({
  description: 'What was sold on a day.',
  fields: t => ({
    day: t.exposeString('day', { policy: 'public', description: 'In UTC, such as `2026-11-24`.' }),
    retrievals: t.exposeInt('retrievals', { policy: 'public' }),
    revenue: t.field({ type: [MoneyType], policy: 'public', resolve: ({ revenue }) => [...revenue] }),
  }),
});

const DatasetSalesType = builder.objectRef<DatasetSales & { readonly tenantId: string }>('DatasetSales').implement({
  description: 'What was sold of a dataset.',
  fields: t => ({
    datasetId: t.id({
      policy: 'public',
      description: 'The `Dataset`, which may be gone.',
      resolve: ({ tenantId, datasetId: id }) => encodeGlobalId('Dataset', rowId({ tenantId, id })),
    }),
    title: t.exposeString('title', { policy: 'public', description: "The listing's title when it was last retrieved." }),
    retrievals: t.exposeInt('retrievals', { policy: 'public' }),
    revenue: t.field({ type: [MoneyType], policy: 'public', resolve: ({ revenue }) => [...revenue] }),
    buyers: t.exposeInt('buyers', { policy: 'public', description: 'How many: who they are is not told.' }),
  }),
});

/** What a provider sees of its sales: sums and counts (SPEC M5, M6). */
const Analytics = builder.objectRef<Sold>('Analytics').implement({
  description: 'What was sold in a period.',
  tenantOf: ({ tenantId }: Sold) => tenantId,
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
      description: 'A sum for each currency.',
      resolve: async (period, _args, { work }) => [...(await sumsOf(work.query, 'earning', period))],
    }),
    buyers: t.int({
      policy: 'analytics:read',
      nullable: true,
      description: 'How many: who they are is not told.',
      resolve: (period, _args, { work }) => countBuyers(work.query, period),
    }),
    byDay: t.field({
      type: [DaySalesType],
      policy: 'analytics:read-series',
      nullable: true,
      description: 'Day by day in UTC; days without are left out.',
      resolve: async (period, _args, { work }) => [...(await salesByDay(work.query, period))],
    }),
    byDataset: t.field({
      type: [DatasetSalesType],
      policy: 'analytics:read-series',
      nullable: true,
      description: `By dataset, the most retrieved first, at most ${PAGE.most}.`,
      resolve: async ({ tenantId, ...period }, _args, { work }) =>
        (await salesByDataset(work.query, period, PAGE.most)).map(row => ({ ...row, tenantId })),
    }),
  }),
});

builder.prismaObjectField(Tenant, 'analytics', t =>
  t.field({
    type: Analytics,
    policy: 'analytics:read',
    nullable: true,
    description: 'What was sold in a period.',
    args: periodArgs(t.arg),
    resolve: async ({ id: tenantId }, args, { work, services }) => ({
      tenantId,
      ...(await periodOf(work.db, services.clock.now(), args)),
    }),
  }),
);
