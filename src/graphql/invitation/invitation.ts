import { isMember } from '../api-key/holders.ts';
import { builder } from '../core/builder.ts';
import { columnOf } from '../core/columns.ts';
import { OLDEST_FIRST } from '../core/cursor.ts';
import { rowId, rowOf } from '../core/global-id.ts';
import { pageCost } from '../core/page-size.ts';
import { relatedPage } from '../core/related-page.ts';
import { RoleName } from '../role/role-name.ts';
import { Tenant } from '../tenant/tenant.ts';
import { InvitationDelivery } from './delivery.ts';

/** An open invitation. Its code is only in the message to the invited person. */
export const Invitation = builder.prismaNode('Invitation', {
  description:
    'An open invitation of an e-mail address to become a member with certain roles. It is open until it expires or is answered, replaced or revoked.',
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
    invitedBy: t.exposeString('inviter', {
      policy: 'invitation:list',
      nullable: true,
      description: 'The name of the member who sent the invitation.',
    }),
    inviterLeft: t.boolean({
      policy: 'invitation:list',
      nullable: true,
      description:
        'Whether the inviter is no longer a member. Such an invitation is from before invitations ended with their inviter: revoke it.',
      select: { inviterMembershipId: true },
      resolve: async ({ inviterMembershipId }, _args, { work }) =>
        inviterMembershipId === null || !(await isMember(work, inviterMembershipId)),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', policy: 'invitation:list', nullable: true }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', policy: 'invitation:list', nullable: true }),
    sentAt: t.expose('sentAt', {
      type: 'DateTime',
      policy: 'invitation:list',
      nullable: true,
      description: 'When the mail server accepted the e-mail. Null: see `delivery`.',
    }),
    delivery: t.field({
      type: InvitationDelivery,
      policy: 'invitation:list',
      nullable: true,
      description:
        'How the e-mail fares. One that was given up keeps its place until the invitation is revoked, replaced or expires; invite again to try again.',
      select: { sentAt: true, tries: true, replyCode: true, nextTryAt: true, givenUpAt: true },
      resolve: delivery => delivery,
    }),
  }),
});

builder.prismaObjectField(Tenant, 'invitations', t =>
  t.connection(
    {
      type: Invitation,
      policy: 'invitation:list',
      nullable: true,
      description: 'The open invitations, oldest first. They count against the member limit of the plan.',
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
