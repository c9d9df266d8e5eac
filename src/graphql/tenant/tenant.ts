import { builder } from '../core/builder.ts';
import { columnOf, countOf } from '../core/columns.ts';
import { TenantStatus } from '../core/enums.ts';

/** The tenant context's own tenant: no other is ever an object of this type. */
export const Tenant = builder.prismaNode('Tenant', {
  description: "An organisation's account. Always the tenant that the request acts in.",
  tenantOf: (tenant: { id: string }) => tenant.id,
  nullable: true,
  id: { resolve: ({ id }) => id, policy: 'tenant:read' },
  findUnique: id => ({ id }),
  select: { id: true },
  fields: t => ({
    tenantId: t.exposeID('id', {
      policy: 'tenant:read',
      nullable: true,
      description: 'The id that `X-Tenant-Id` takes. It never changes.',
    }),
    slug: t.exposeString('slug', {
      policy: 'tenant:read',
      nullable: true,
      description: 'The name that `X-Tenant-Id` takes. It never changes.',
    }),
    name: t.exposeString('name', { policy: 'tenant:read', nullable: true, description: 'The display name.' }),
    status: t.field({
      type: TenantStatus,
      policy: 'tenant:read',
      nullable: true,
      ...columnOf('status'),
    }),
    statusReason: t.exposeString('statusReason', {
      policy: 'tenant:read',
      nullable: true,
      description: 'Why the status is what it is, for people.',
    }),
    statusChangedAt: t.expose('statusChangedAt', { type: 'DateTime', policy: 'tenant:read', nullable: true }),
    deletionDueAt: t.expose('deletionDueAt', {
      type: 'DateTime',
      policy: 'tenant:read',
      nullable: true,
      description: 'When it will be deleted for good, where that was asked for.',
    }),
    sells: t.exposeBoolean('sells', { policy: 'tenant:read', nullable: true, description: 'Whether the provider side is on.' }),
    buys: t.exposeBoolean('buys', { policy: 'tenant:read', nullable: true, description: 'Whether the buyer side is on.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', policy: 'tenant:read', nullable: true }),
    billingEmail: t.exposeString('billingEmail', { policy: 'billing-contact:read', nullable: true, description: 'Where bills go.' }),
    plan: t.relation('plan', { policy: 'plan:read', nullable: true }),
    planSince: t.expose('planSince', {
      type: 'DateTime',
      policy: 'plan:read',
      nullable: true,
      description: 'When the plan began: billing cycles count from here.',
    }),
    memberCount: t.int({
      policy: 'member:count',
      nullable: true,
      ...countOf('memberships'),
    }),
  }),
});

builder.queryField('tenant', t =>
  t.prismaField({
    type: Tenant,
    policy: 'tenant:read',
    nullable: true,
    description: 'The tenant that the request acts in.',
    resolve: (query, _root, _args, { grant, work }) => work.db.tenant.findUnique({ ...query, where: { id: grant.tenantAccess!.tenantId } }),
  }),
);
