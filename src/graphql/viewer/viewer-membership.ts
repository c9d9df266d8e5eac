import type { PersonMembership } from '../../database/queries/membership.ts';
import { builder } from '../core/builder.ts';
import { rowId } from '../core/global-id.ts';
import { PlanCode } from '../plan/enums.ts';
import { RoleName } from '../role/role-name.ts';
import { TenantStatus } from '../tenant/tenant-status.ts';

const membershipRow = ({ tenantId, membershipId: id }: PersonMembership): string => rowId({ tenantId, id });

/** A person sees this much of their other tenants, to choose the one to act in (SPEC T2). */
export const ViewerMembership = builder.node(builder.objectRef<PersonMembership>('ViewerMembership'), {
  description: 'One of your memberships, with a summary of the tenant. To read more, act in that tenant.',
  id: { resolve: membershipRow, policy: 'public' },
  loadWithoutCache: async (id, { memberships }) => (await memberships()).find(membership => membershipRow(membership) === id) ?? null,
  fields: t => ({
    tenantId: t.exposeID('tenantId', { policy: 'public', description: 'The id to send in `X-Tenant-Id`.' }),
    slug: t.exposeString('slug', { policy: 'public', description: 'A readable id that `X-Tenant-Id` accepts, too.' }),
    name: t.exposeString('name', { policy: 'public', description: 'The display name of the tenant.' }),
    status: t.expose('status', { type: TenantStatus, policy: 'public' }),
    statusReason: t.exposeString('statusReason', { policy: 'public', nullable: true }),
    plan: t.expose('plan', { type: PlanCode, policy: 'public' }),
    sells: t.exposeBoolean('sells', { policy: 'public' }),
    buys: t.exposeBoolean('buys', { policy: 'public' }),
    roles: t.field({ type: [RoleName], policy: 'public', resolve: ({ roles }) => [...roles] }),
    joinedAt: t.expose('joinedAt', { type: 'DateTime', policy: 'public' }),
  }),
});
