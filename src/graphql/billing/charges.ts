import { sumsOf } from '../../database/queries/billing.ts';
import { type PeriodInput, periodOf, within } from '../../domain/billing/period.ts';
import { builder } from '../core/builder.ts';
import { LATEST_FIRST } from '../core/cursor.ts';
import { MoneyType, ROUNDED, totals } from '../core/money.ts';
import type { PageArgs } from '../core/page.ts';
import { pageCost } from '../core/page-size.ts';
import { periodArgs, rangeArgs } from '../core/period.ts';
import { relatedPage } from '../core/related-page.ts';
import { Tenant } from '../tenant/tenant.ts';
import { Charge } from './charge.ts';

builder.prismaObjectField(Tenant, 'charges', t =>
  t.connection(
    {
      type: Charge,
      policy: 'charge:read',
      nullable: true,
      description: 'The charges for retrievals, latest first.',
      args: rangeArgs(t.arg),
      complexity: pageCost,
      ...relatedPage({
        relation: 'charges',
        type: 'Charge',
        order: LATEST_FIRST,
        where: ({ from, until }: PageArgs & PeriodInput) => within({ from, until }),
      }),
    },
    { name: 'TenantChargesConnection' },
    { name: 'TenantChargesEdge' },
  ),
);

builder.objectField(Tenant, 'chargeTotals', t =>
  t.field({
    type: [MoneyType],
    policy: 'charge:read',
    nullable: true,
    description: 'The total of the charges in a period: one sum per currency.',
    args: { ...periodArgs(t.arg), rounded: t.arg.boolean({ defaultValue: false, description: ROUNDED }) },
    resolve: async (_tenant, { rounded, ...args }, { work, services }) =>
      totals(await sumsOf(work.query, 'charge', await periodOf(work.db, services.clock.now(), args)), rounded === true),
  }),
);
