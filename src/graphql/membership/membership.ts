import { builder } from '../core/builder.ts';
import { columnOf } from '../core/columns.ts';
import { rowId, rowOf } from '../core/global-id.ts';
import { RoleName } from '../role/role-name.ts';

export const User = builder.prismaNode('User', {
  description: 'A person. Only visible in a tenant of which both of you are members.',
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

export const Membership = builder.prismaNode('Membership', {
  description: 'The membership of a person in the tenant, with one or more roles.',
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
