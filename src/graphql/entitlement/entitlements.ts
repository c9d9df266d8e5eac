import { queryFromInfo } from '@pothos/plugin-prisma';
import { builder } from '../builder.ts';
import { LATEST_FIRST, page, pageCost } from '../page.ts';
import { Tenant } from '../tenant/tenant.ts';
import { Entitlement } from './entitlement.ts';

const EntitlementState = builder.enumType('EntitlementState', { values: { OPEN: {}, ENDED: {} } });

const STATE = { OPEN: { endedAt: null }, ENDED: { endedAt: { not: null } } } as const;

builder.objectField(Tenant, 'entitlements', t =>
  t.connection(
    {
      type: Entitlement,
      policy: 'entitlement:read',
      nullable: true,
      description: 'What the tenant acquired, newest first.',
      args: { state: t.arg({ type: EntitlementState, description: 'Only those that are open, or that have ended.' }) },
      complexity: pageCost,
      resolve: (_tenant, { state, ...args }, context, info) => {
        const { entitlement } = context.work.db;
        const where = state ? STATE[state] : {};
        const selected = queryFromInfo({ context, info, typeName: 'Entitlement', paths: [['edges', 'node'], ['nodes']] }) as object;
        return page(
          args,
          LATEST_FIRST,
          query => entitlement.findMany({ ...selected, ...query, where: { AND: [where, query.where] } }),
          () => entitlement.count({ where }),
        );
      },
    },
    { name: 'TenantEntitlementsConnection' },
    { name: 'TenantEntitlementsEdge' },
  ),
);
