import { GatewayError } from '../../domain/core/errors.ts';
import { type AcceptedInvitation, acceptInvitation } from '../../domain/invitation/accept.ts';
import { inviteMember } from '../../domain/invitation/create.ts';
import { declineInvitation } from '../../domain/invitation/decline.ts';
import { revokeInvitation } from '../../domain/invitation/revoke.ts';
import { readInvitationCode } from '../../domain/invitation/secret.ts';
import { builder } from '../core/builder.ts';
import type { RawInput } from '../core/command-plugin.ts';
import type { Context } from '../core/context.ts';
import { encodeGlobalId, rowId, rowRef } from '../core/global-id.ts';
import { mutation } from '../core/mutation.ts';
import { RoleName } from '../role/role-name.ts';
import { ViewerMembership } from '../viewer/viewer-membership.ts';
import { Invitation } from './invitation.ts';

type ChangedInvitation = { readonly tenantId: string; readonly invitationId: string };

const globalIdOf = ({ tenantId, invitationId: id }: ChangedInvitation): string => encodeGlobalId('Invitation', rowId({ tenantId, id }));

type SentInvitation = ChangedInvitation & { readonly replacedId: string | null };

const InviteMemberPayload = builder.objectRef<SentInvitation>('InviteMemberPayload').implement({
  tenantOf: ({ tenantId }: ChangedInvitation) => tenantId,
  fields: t => ({
    invitation: t.prismaField({
      type: Invitation,
      policy: 'invitation:list',
      nullable: true,
      resolve: (query, { tenantId, invitationId: id }, _args, { work }) =>
        work.db.invitation.findUnique({ ...query, where: { tenantId_id: { tenantId, id } } }),
    }),
    replacedInvitationId: t.id({
      policy: 'public',
      nullable: true,
      description: 'The global id of the earlier `Invitation` of the same address, which is gone. Null: there was none.',
      resolve: ({ tenantId, replacedId }) => replacedId && globalIdOf({ tenantId, invitationId: replacedId }),
    }),
  }),
});

mutation('inviteMember', {
  policy: 'invitation:create',
  action: 'invitation.create',
  description:
    'Invites a person by e-mail. A new invitation of the same address replaces the earlier one. Open invitations count against the member limit of the plan.',
  input: t => ({
    email: t.string({ required: true }),
    roles: t.field({
      type: [RoleName],
      required: true,
      description: 'At least one role. Never `OWNER`, and no role with a permission that you lack.',
    }),
  }),
  payload: InviteMemberPayload,
  run: (command, input) => inviteMember(command, input),
});

const RevokeInvitationPayload = builder.objectRef<ChangedInvitation>('RevokeInvitationPayload').implement({
  fields: t => ({
    revokedInvitationId: t.id({
      policy: 'public',
      description: 'The global id of the `Invitation`.',
      resolve: globalIdOf,
    }),
  }),
});

mutation('revokeInvitation', {
  policy: 'invitation:revoke',
  action: 'invitation.revoke',
  description: 'Revokes an open invitation.',
  input: t => ({ invitationId: t.globalID({ required: true, description: 'The global id of an `Invitation`.' }) }),
  payload: RevokeInvitationPayload,
  run: (command, { invitationId }) => revokeInvitation(command, rowRef('Invitation', invitationId)),
});

/** The unit of work bound to the tenant that a code names. */
function invitingTenant({ work }: Context, { code }: RawInput) {
  const invitation = readInvitationCode(String(code));
  if (!invitation) throw new GatewayError('INVITATION_INVALID', 'This is not the code of an invitation.');
  return work.within(invitation.tenantId);
}

const CODE = 'The code from the invitation e-mail.';

const AcceptInvitationPayload = builder.objectRef<AcceptedInvitation>('AcceptInvitationPayload').implement({
  fields: t => ({
    membership: t.expose('membership', {
      type: ViewerMembership,
      policy: 'public',
      description: 'Your new membership. Send its tenant in the header `X-Tenant-Id` to act in the tenant.',
    }),
    acceptedInvitationId: t.id({
      policy: 'public',
      description: 'The global id of the `Invitation`, which is gone.',
      resolve: ({ membership: { tenantId }, invitationId }) => globalIdOf({ tenantId, invitationId }),
    }),
  }),
});

mutation('acceptInvitation', {
  policy: 'invitation:accept',
  action: 'invitation.accept',
  place: invitingTenant,
  description: 'Accepts an invitation to your verified e-mail address and makes you a member of the tenant.',
  input: t => ({ code: t.string({ required: true, description: CODE }) }),
  payload: AcceptInvitationPayload,
  run: (command, input) => acceptInvitation(command, input),
});

const DeclineInvitationPayload = builder.objectRef<ChangedInvitation>('DeclineInvitationPayload').implement({
  fields: t => ({
    declinedInvitationId: t.id({
      policy: 'public',
      description: 'The global id of the `Invitation`, which is gone.',
      resolve: globalIdOf,
    }),
  }),
});

mutation('declineInvitation', {
  policy: 'invitation:decline',
  action: 'invitation.decline',
  place: invitingTenant,
  description: 'Declines an invitation to your verified e-mail address and removes it.',
  input: t => ({ code: t.string({ required: true, description: CODE }) }),
  payload: DeclineInvitationPayload,
  run: (command, input) => declineInvitation(command, input),
});
