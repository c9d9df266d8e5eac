import { queryFromInfo } from '@pothos/plugin-prisma';
import { sumsOf } from '../../database/queries/billing.ts';
import { periodOf, within } from '../../domain/billing/period.ts';
import { builder } from '../core/builder.ts';
import { MoneyType } from '../core/money.ts';
import { LATEST_FIRST, page, pageCost } from '../core/page.ts';
import { periodArgs } from '../core/period.ts';
import { Tenant } from '../tenant/tenant.ts';
import { Charge } from './charge.ts';

builder.objectField(Tenant, 'charges', t =>
  t.connection(
    {
      type: Charge,
      policy: 'charge:read',
      nullable: true,
      description: 'What the retrievals cost, latest first.',
      args: { from: t.arg({ type: 'DateTime' }), until: t.arg({ type: 'DateTime' }) },
      complexity: pageCost,
      resolve: (_tenant, { from, until, ...args }, context, info) => {
        const { charge } = context.work.db;
        const where = within({ from, until });
        const selected = queryFromInfo({ context, info, typeName: 'Charge', paths: [['edges', 'node'], ['nodes']] }) as object;
        return page(
          args,
          LATEST_FIRST,
          query => charge.findMany({ ...selected, ...query, where: { AND: [where, query.where] } }),
          () => charge.count({ where }),
        );
      },
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
    description: 'What the retrievals of a period cost: a sum for each currency.',
    args: periodArgs(t.arg),
    resolve: async (_tenant, args, { work, services }) => [
      ...(await sumsOf(work.query, 'charge', await periodOf(work.db, services.clock.now(), args))),
    ],
  }),
);
