import { builder } from '../core/builder.ts';
import { columnOf } from '../core/columns.ts';
import { RoleName } from '../core/enums.ts';
import { rowId, rowOf } from '../core/global-id.ts';

/** A person, as those see them who share a tenant with them. */
export const User = builder.prismaNode('User', {
  description: 'A person. Seen by those who share the tenant context with them, and by nobody else.',
  tenantOf: 'context',
  nullable: true,
  id: { resolve: ({ id }) => id, policy: 'member:list' },
  findUnique: id => ({ id }),
  select: { id: true },
  fields: t => ({
    name: t.exposeString('name', { policy: 'member:list', nullable: true }),
    email: t.exposeString('email', { policy: 'member:read-email', nullable: true }),
  }),
});

/** One person in one tenant. */
export const Membership = builder.prismaNode('Membership', {
  description: 'One person in one tenant, carrying one or more roles.',
  tenantOf: (membership: { tenantId: string }) => membership.tenantId,
  nullable: true,
  id: { resolve: rowId, policy: 'member:list' },
  findUnique: id => ({ tenantId_id: rowOf(id) }),
  select: { tenantId: true, id: true },
  fields: t => ({
    roles: t.field({
      type: [RoleName],
      policy: 'member:list',
      nullable: true,
      ...columnOf('roles'),
    }),
    user: t.relation('user', { policy: 'member:list', nullable: true }),
    joinedAt: t.expose('createdAt', { type: 'DateTime', policy: 'member:list', nullable: true }),
  }),
});
