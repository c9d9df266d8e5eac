import { sumsOf } from '../../database/queries/billing.ts';
import { type PeriodInput, salesPeriodOf, within } from '../../domain/billing/period.ts';
import { builder } from '../core/builder.ts';
import { LATEST_FIRST } from '../core/cursor.ts';
import { MoneyType, ROUNDED, totals } from '../core/money.ts';
import type { PageArgs } from '../core/page.ts';
import { pageCost } from '../core/page-size.ts';
import { periodArgs, rangeArgs } from '../core/period.ts';
import { relatedPage } from '../core/related-page.ts';
import { Dataset } from '../dataset/dataset.ts';
import { Tenant } from '../tenant/tenant.ts';
import { Earning } from './earning.ts';

const LATEST = {
  relation: 'earnings',
  type: 'Earning',
  order: LATEST_FIRST,
  where: ({ from, until }: PageArgs & PeriodInput) => within({ from, until }),
} as const;

builder.prismaObjectField(Tenant, 'earnings', t =>
  t.connection(
    {
      type: Earning,
      policy: 'earning:read',
      nullable: true,
      description: 'The earnings from all datasets, latest first.',
      args: rangeArgs(t.arg),
      complexity: pageCost,
      ...relatedPage(LATEST),
    },
    { name: 'TenantEarningsConnection' },
    { name: 'TenantEarningsEdge' },
  ),
);

builder.prismaObjectField(Dataset, 'earnings', t =>
  t.connection(
    {
      type: Earning,
      policy: 'earning:read',
      nullable: true,
      description: 'The earnings from this dataset, latest first.',
      args: rangeArgs(t.arg),
      complexity: pageCost,
      ...relatedPage(LATEST),
    },
    { name: 'DatasetEarningsConnection' },
    { name: 'DatasetEarningsEdge' },
  ),
);

builder.objectField(Tenant, 'earningTotals', t =>
  t.field({
    type: [MoneyType],
    policy: 'earning:read',
    nullable: true,
    description: 'The total of the earnings in a period: one sum per currency.',
    args: { ...periodArgs(t.arg), rounded: t.arg.boolean({ defaultValue: false, description: ROUNDED }) },
    resolve: async (_tenant, { rounded, ...args }, { work, services }) =>
      totals(await sumsOf(work.query, 'earning', await salesPeriodOf(work.db, services.clock.now(), args)), rounded === true),
  }),
);
