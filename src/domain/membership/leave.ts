import { type CommandContext, runCommand } from '../core/command.ts';
import { endInvitations } from '../invitation/end.ts';
import { voidTransfer } from '../ownership/void.ts';
import { ownerProtected } from './roles.ts';

/**
 * Ends the caller's own membership (SPEC R4, S2).
 *
 * @throws {GatewayError} OWNER_PROTECTED for the owner.
 */
export const leaveTenant = (context: CommandContext): Promise<{ tenantId: string; membershipId: string }> =>
  runCommand(context, async command => {
    const { id, roles } = command.me!;
    if (roles.includes('owner')) throw ownerProtected();
    await voidTransfer(command, 'member left', id);
    await command.db.membership.deleteMany({ where: { id } });
    await endInvitations(command, id, []);
    await command.record({ target: { type: 'Membership', id }, before: { roles } });
    return { tenantId: command.tenantId, membershipId: id };
  });
