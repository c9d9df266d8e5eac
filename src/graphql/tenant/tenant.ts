import { builder } from '../core/builder.ts';
import { columnOf, countOf } from '../core/columns.ts';
import { TenantStatus } from './tenant-status.ts';

/** The tenant of the tenant context. No other tenant is ever an object of this type. */
export const Tenant = builder.prismaNode('Tenant', {
  description: 'The account of an organisation. It is always the tenant in which the request acts.',
  tenantOf: (tenant: { id: string }) => tenant.id,
  nullable: true,
  id: { resolve: ({ id }) => id, policy: 'tenant:read' },
  findUnique: id => ({ id }),
  select: { id: true },
  fields: t => ({
    tenantId: t.exposeID('id', {
      policy: 'tenant:read',
      nullable: true,
      description: 'The id to send in `X-Tenant-Id`. It never changes.',
    }),
    slug: t.exposeString('slug', {
      policy: 'tenant:read',
      nullable: true,
      description: 'A readable id that `X-Tenant-Id` accepts, too. It never changes.',
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
      description: 'The reason for the status, such as that of a suspension. Null: none was given.',
    }),
    statusChangedAt: t.expose('statusChangedAt', { type: 'DateTime', policy: 'tenant:read', nullable: true }),
    deletionDueAt: t.expose('deletionDueAt', {
      type: 'DateTime',
      policy: 'tenant:read',
      nullable: true,
      description: 'When the tenant will be deleted permanently. Null: no deletion was requested.',
    }),
    sells: t.exposeBoolean('sells', {
      policy: 'tenant:read',
      nullable: true,
      description: 'Whether the tenant sells data (the provider side).',
    }),
    buys: t.exposeBoolean('buys', { policy: 'tenant:read', nullable: true, description: 'Whether the tenant buys data (the buyer side).' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', policy: 'tenant:read', nullable: true }),
    billingEmail: t.exposeString('billingEmail', {
      policy: 'billing-contact:read',
      nullable: true,
      description: 'The e-mail address for bills.',
    }),
    plan: t.relation('plan', { policy: 'plan:read', nullable: true }),
    planSince: t.expose('planSince', {
      type: 'DateTime',
      policy: 'plan:read',
      nullable: true,
      description: 'When the plan began. Billing cycles are counted from this time.',
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
    description:
      'The tenant in which the request acts: that of the API key, the token, the header `X-Tenant-Id` or `slug`, else your only tenant. A request acts in one tenant: all that name it must agree.',
    args: {
      slug: t.arg.string({
        description:
          'The slug of the tenant. The whole query acts in it. For clients that cache by arguments. Null or omitted: named elsewhere.',
      }),
    },
    // The slug has been resolved with the context; here it keeps the rows of a wrong one away.
    resolve: (query, _root, { slug }, { grant, work }) =>
      work.db.tenant.findUnique({
        ...query,
        where: { id: grant.tenantAccess!.tenantId, ...(slug != null && { slug: slug.toLowerCase() }) },
      }),
  }),
);
