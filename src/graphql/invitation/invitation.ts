import { queryFromInfo } from '@pothos/plugin-prisma';
import type { Role } from '../../access/vocabulary.ts';
import { builder } from '../builder.ts';
import { RoleName } from '../enums.ts';
import { rowId, rowOf } from '../global-id.ts';
import { OLDEST_FIRST, page, pageCost } from '../page.ts';
import { Tenant } from '../tenant/tenant.ts';

/** An open invitation. The code that accepts it is nowhere but in the message. */
export const Invitation = builder.prismaNode('Invitation', {
  description: 'An open invitation: of one e-mail address, with roles, good until it expires or is answered, replaced or revoked.',
  tenantOf: (invitation: { tenantId: string }) => invitation.tenantId,
  nullable: true,
  id: { resolve: rowId, policy: 'invitation:list' },
  findUnique: id => ({ tenantId_id: rowOf(id) }),
  select: { tenantId: true, id: true },
  fields: t => ({
    email: t.exposeString('email', { policy: 'invitation:list', nullable: true }),
    roles: t.field({
      type: [RoleName],
      policy: 'invitation:list',
      nullable: true,
      select: { roles: true },
      resolve: ({ roles }) => roles as Role[],
    }),
    invitedBy: t.exposeString('inviter', { policy: 'invitation:list', nullable: true, description: 'The name of who invited.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', policy: 'invitation:list', nullable: true }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', policy: 'invitation:list', nullable: true }),
    sentAt: t.expose('sentAt', {
      type: 'DateTime',
      policy: 'invitation:list',
      nullable: true,
      description: 'When the message was handed over; null while it waits.',
    }),
  }),
});

builder.objectField(Tenant, 'invitations', t =>
  t.connection(
    {
      type: Invitation,
      policy: 'invitation:list',
      nullable: true,
      description: 'The open invitations, oldest first. Each takes a place of the plan.',
      complexity: pageCost,
      resolve: (_tenant, args, context, info) => {
        const { invitation } = context.work.db;
        const where = { expiresAt: { gt: context.services.clock.now() } };
        const selected = queryFromInfo({ context, info, typeName: 'Invitation', paths: [['edges', 'node'], ['nodes']] }) as object;
        return page(
          args,
          OLDEST_FIRST,
          query => invitation.findMany({ ...selected, ...query, where: { AND: [where, query.where] } }),
          () => invitation.count({ where }),
        );
      },
    },
    { name: 'TenantInvitationsConnection' },
    { name: 'TenantInvitationsEdge' },
  ),
);
