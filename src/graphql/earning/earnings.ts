import { queryFromInfo } from '@pothos/plugin-prisma';
import { sumsOf } from '../../database/revenue.ts';
import { periodOf, within } from '../../domain/billing/period.ts';
import { builder } from '../builder.ts';
import { MoneyType } from '../money.ts';
import { LATEST_FIRST, page, pageCost } from '../page.ts';
import { periodArgs } from '../period.ts';
import { Tenant } from '../tenant/tenant.ts';
import { Earning } from './earning.ts';

builder.objectField(Tenant, 'earnings', t =>
  t.connection(
    {
      type: Earning,
      policy: 'earning:read',
      nullable: true,
      description: 'What retrievals of the datasets brought in, latest first.',
      args: { from: t.arg({ type: 'DateTime' }), until: t.arg({ type: 'DateTime' }) },
      complexity: pageCost,
      resolve: (_tenant, { from, until, ...args }, context, info) => {
        const { earning } = context.work.db;
        const where = within({ from, until });
        const selected = queryFromInfo({ context, info, typeName: 'Earning', paths: [['edges', 'node'], ['nodes']] }) as object;
        return page(
          args,
          LATEST_FIRST,
          query => earning.findMany({ ...selected, ...query, where: { AND: [where, query.where] } }),
          () => earning.count({ where }),
        );
      },
    },
    { name: 'TenantEarningsConnection' },
    { name: 'TenantEarningsEdge' },
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
      ...(await sumsOf(work.ask, 'earning', await periodOf(work.db, services.clock.now(), args))),
    ],
  }),
);
