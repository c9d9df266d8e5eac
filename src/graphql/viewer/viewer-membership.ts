import type { PersonMembership } from '../../database/queries/membership.ts';
import { builder } from '../core/builder.ts';
import { PlanCode, RoleName, TenantStatus } from '../core/enums.ts';

/**
 * What a person may know of a tenant that they are a member of without acting in it: enough to
 * choose it (SPEC T2).
 */
export const ViewerMembership = builder.objectRef<PersonMembership>('ViewerMembership').implement({
  description: 'A membership of your own, in short: enough to choose a tenant by. To read the tenant, act in it.',
  fields: t => ({
    tenantId: t.exposeID('tenantId', { policy: 'public', description: 'What `X-Tenant-Id` takes.' }),
    slug: t.exposeString('slug', { policy: 'public', description: 'What `X-Tenant-Id` takes as well.' }),
    name: t.exposeString('name', { policy: 'public' }),
    status: t.expose('status', { type: TenantStatus, policy: 'public' }),
    statusReason: t.exposeString('statusReason', { policy: 'public', nullable: true }),
    plan: t.expose('plan', { type: PlanCode, policy: 'public' }),
    sells: t.exposeBoolean('sells', { policy: 'public' }),
    buys: t.exposeBoolean('buys', { policy: 'public' }),
    roles: t.field({ type: [RoleName], policy: 'public', resolve: ({ roles }) => [...roles] }),
    joinedAt: t.expose('joinedAt', { type: 'DateTime', policy: 'public' }),
  }),
});
