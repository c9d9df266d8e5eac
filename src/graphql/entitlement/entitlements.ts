import { builder } from '../core/builder.ts';
import { LATEST_FIRST } from '../core/cursor.ts';
import type { PageArgs } from '../core/page.ts';
import { pageCost } from '../core/page-size.ts';
import { relatedPage } from '../core/related-page.ts';
import { Tenant } from '../tenant/tenant.ts';
import { Entitlement } from './entitlement.ts';

const EntitlementState = builder.enumType('EntitlementState', {
  description: 'The state of an entitlement.',
  values: { OPEN: {}, ENDED: {} },
});

const STATE = { OPEN: { endedAt: null }, ENDED: { endedAt: { not: null } } } as const;

builder.prismaObjectField(Tenant, 'entitlements', t =>
  t.connection(
    {
      type: Entitlement,
      policy: 'entitlement:read',
      nullable: true,
      description: 'The entitlements of the tenant, newest first.',
      args: { state: t.arg({ type: EntitlementState, description: 'Lists only open or only ended entitlements. Default: both.' }) },
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
