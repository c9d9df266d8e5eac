import { builder } from '../core/builder.ts';
import { columnOf } from '../core/columns.ts';
import { RoleName } from '../core/enums.ts';
import { rowId, rowOf } from '../core/global-id.ts';
import { OLDEST_FIRST, pageCost } from '../core/page.ts';
import { relatedPage } from '../core/related-page.ts';
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
      ...columnOf('roles'),
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

builder.prismaObjectField(Tenant, 'invitations', t =>
  t.connection(
    {
      type: Invitation,
      policy: 'invitation:list',
      nullable: true,
      description: 'The open invitations, oldest first. Each takes a place of the plan.',
      complexity: pageCost,
      ...relatedPage({
        relation: 'invitations',
        type: 'Invitation',
        order: OLDEST_FIRST,
        where: (_args, { services }) => ({ expiresAt: { gt: services.clock.now() } }),
      }),
    },
    { name: 'TenantInvitationsConnection' },
    { name: 'TenantInvitationsEdge' },
  ),
);
