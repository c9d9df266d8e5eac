import type { PersonMembership } from '../../database/queries/membership.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import { acceptInvitation } from '../../domain/invitation/accept.ts';
import { inviteMember } from '../../domain/invitation/create.ts';
import { declineInvitation } from '../../domain/invitation/decline.ts';
import { revokeInvitation } from '../../domain/invitation/revoke.ts';
import { readInvitationCode } from '../../domain/invitation/secret.ts';
import { builder } from '../core/builder.ts';
import type { RawInput } from '../core/command-plugin.ts';
import type { Context } from '../core/context.ts';
import { RoleName } from '../core/enums.ts';
import { encodeGlobalId, rowId, rowRef } from '../core/global-id.ts';
import { mutation } from '../core/mutation.ts';
import { ViewerMembership } from '../viewer/viewer-membership.ts';
import { Invitation } from './invitation.ts';

type Invited = { readonly tenantId: string; readonly invitationId: string };

const InviteMemberPayload = builder.objectRef<Invited>('InviteMemberPayload').implement({
  tenantOf: ({ tenantId }: Invited) => tenantId,
  fields: t => ({
    invitation: t.prismaField({
      type: Invitation,
      policy: 'invitation:list',
      nullable: true,
      resolve: (query, { tenantId, invitationId: id }, _args, { work }) =>
        work.db.invitation.findUnique({ ...query, where: { tenantId_id: { tenantId, id } } }),
    }),
  }),
});

mutation('inviteMember', {
  policy: 'invitation:create',
  action: 'invitation.create',
  description: 'Invites somebody by e-mail. Inviting an address again replaces its invitation. The open ones count against the plan.',
  input: t => ({
    email: t.string({ required: true }),
    roles: t.field({ type: [RoleName], required: true, description: 'One at least, none that carries what you lack, never `OWNER`.' }),
  }),
  payload: InviteMemberPayload,
  run: (command, input) => inviteMember(command, input),
});

const RevokeInvitationPayload = builder.objectRef<Invited>('RevokeInvitationPayload').implement({
  fields: t => ({
    revokedInvitationId: t.id({
      policy: 'public',
      resolve: ({ tenantId, invitationId: id }) => encodeGlobalId('Invitation', rowId({ tenantId, id })),
    }),
  }),
});

mutation('revokeInvitation', {
  policy: 'invitation:revoke',
  action: 'invitation.revoke',
  description: 'Takes an open invitation back.',
  input: t => ({ invitationId: t.globalID({ required: true }) }),
  payload: RevokeInvitationPayload,
  run: (command, { invitationId }) => revokeInvitation(command, rowRef('Invitation', invitationId)),
});

/** The tenant that a code leads to. */
function placeOf({ work }: Context, { code }: RawInput) {
  const named = readInvitationCode(String(code));
  if (!named) throw new GatewayError('INVITATION_INVALID', 'This is not the code of an invitation.');
  return work.within(named.tenantId);
}

const CODE = "The code from the invitation's message.";

const AcceptInvitationPayload = builder.objectRef<{ membership: PersonMembership }>('AcceptInvitationPayload').implement({
  fields: t => ({
    membership: t.expose('membership', {
      type: ViewerMembership,
      policy: 'public',
      description: 'You in the tenant. Name it in `X-Tenant-Id` to act in it.',
    }),
  }),
});

mutation('acceptInvitation', {
  policy: 'invitation:accept',
  action: 'invitation.accept',
  place: placeOf,
  description: 'Makes you a member, by the code of an invitation to your verified e-mail address.',
  input: t => ({ code: t.string({ required: true, description: CODE }) }),
  payload: AcceptInvitationPayload,
  run: (command, input) => acceptInvitation(command, input),
});

const DeclineInvitationPayload = builder.objectRef<{ declined: true }>('DeclineInvitationPayload').implement({
  fields: t => ({ declined: t.exposeBoolean('declined', { policy: 'public' }) }),
});

mutation('declineInvitation', {
  policy: 'invitation:decline',
  action: 'invitation.decline',
  place: placeOf,
  description: 'Declines an invitation to your verified e-mail address: it is gone.',
  input: t => ({ code: t.string({ required: true, description: CODE }) }),
  payload: DeclineInvitationPayload,
  run: (command, input) => declineInvitation(command, input),
});
