import { sumsOf } from '../../database/queries/billing.ts';
import { type PeriodInput, periodOf, within } from '../../domain/billing/period.ts';
import { builder } from '../core/builder.ts';
import { MoneyType } from '../core/money.ts';
import { LATEST_FIRST, type PageArgs, pageCost } from '../core/page.ts';
import { periodArgs } from '../core/period.ts';
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
      description: 'What retrievals of the datasets brought in, latest first.',
      args: { from: t.arg({ type: 'DateTime' }), until: t.arg({ type: 'DateTime' }) },
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
      description: 'What retrievals of it brought in, latest first.',
      args: { from: t.arg({ type: 'DateTime' }), until: t.arg({ type: 'DateTime' }) },
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
    description: 'What the retrievals of a period brought in: a sum for each currency.',
    args: periodArgs(t.arg),
    resolve: async (_tenant, args, { work, services }) => [
      ...(await sumsOf(work.query, 'earning', await periodOf(work.db, services.clock.now(), args))),
    ],
  }),
);
