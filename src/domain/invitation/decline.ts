import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { checkSecret, presentedInvitation } from './answer.ts';

/**
 * Declines an invitation. It is deleted and its place in the member limit is free.
 *
 * @throws {GatewayError} INVITATION_INVALID, INVITATION_FOR_ANOTHER, EMAIL_UNVERIFIED.
 */
export const declineInvitation = async (
  context: CommandContext,
  { code }: { code: string },
): Promise<{ tenantId: string; invitationId: string }> => {
  await checkSecret(context, code);
  return runCommand(context, async command => {
    const presented = await presentedInvitation(command, code);
    if (presented instanceof GatewayError) return presented;
    const { id, email, roles } = presented;
    await command.db.invitation.deleteMany({ where: { id } });
    await command.record({ target: { type: 'Invitation', id }, before: { email, roles } });
    return { tenantId: command.tenantId, invitationId: id };
  });
};
