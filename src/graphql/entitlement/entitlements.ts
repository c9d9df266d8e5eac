import { builder } from '../core/builder.ts';
import { LATEST_FIRST, type PageArgs, pageCost } from '../core/page.ts';
import { relatedPage } from '../core/related-page.ts';
import { Tenant } from '../tenant/tenant.ts';
import { Entitlement } from './entitlement.ts';

const EntitlementState = builder.enumType('EntitlementState', { values: { OPEN: {}, ENDED: {} } });

const STATE = { OPEN: { endedAt: null }, ENDED: { endedAt: { not: null } } } as const;

builder.prismaObjectField(Tenant, 'entitlements', t =>
  t.connection(
    {
      type: Entitlement,
      policy: 'entitlement:read',
      nullable: true,
      description: 'What the tenant acquired, newest first.',
      args: { state: t.arg({ type: EntitlementState, description: 'Only those that are open, or that have ended.' }) },
      complexity: pageCost,
      ...relatedPage({
        relation: 'entitlements',
        type: 'Entitlement',
        order: LATEST_FIRST,
        where: ({ state }: PageArgs & { state?: keyof typeof STATE | null }) => (state ? STATE[state] : {}),
      }),
    },
    { name: 'TenantEntitlementsConnection' },
    { name: 'TenantEntitlementsEdge' },
  ),
);
