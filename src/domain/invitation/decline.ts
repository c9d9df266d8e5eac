import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { heldInvitation } from './answer.ts';

/**
 * Declines an invitation. It is deleted and its place in the member limit is free.
 *
 * @throws {GatewayError} INVITATION_INVALID, INVITATION_FOR_ANOTHER, EMAIL_UNVERIFIED.
 */
export const declineInvitation = (context: CommandContext, { code }: { code: string }): Promise<{ declined: true }> =>
  runCommand(context, async command => {
    const held = await heldInvitation(command, code);
    if (held instanceof GatewayError) return held;
    const { id, email, roles } = held;
    await command.db.invitation.deleteMany({ where: { id } });
    await command.record({ target: { type: 'Invitation', id }, before: { email, roles } });
    return { declined: true } as const;
  });
