import { type Act, operate } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { heldInvitation } from './answer.ts';

/**
 * Declines an invitation: it is gone, and its place is free.
 *
 * @throws {GatewayError} INVITATION_INVALID, INVITATION_FOR_ANOTHER, EMAIL_UNVERIFIED.
 */
export const declineInvitation = (act: Act, { code }: { code: string }): Promise<{ declined: true }> =>
  operate(act, async operation => {
    const held = await heldInvitation(operation, code);
    if (held instanceof GatewayError) return held;
    const { id, email, roles } = held;
    await operation.db.invitation.deleteMany({ where: { id } });
    await operation.record({ target: { type: 'Invitation', id }, before: { email, roles } });
    return { declined: true } as const;
  });
