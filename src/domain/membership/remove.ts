import { type CommandContext, runCommand } from '../core/command.ts';
import type { RowRef } from '../core/row-ref.ts';
import { endInvitations } from '../invitation/end.ts';
import { voidTransfer } from '../ownership/void.ts';
import { otherMember } from './set-roles.ts';

/**
 * Removes another member's membership. The person and their memberships in other tenants stay (SPEC
 * R4).
 *
 * @throws {GatewayError} NOT_FOUND, OWN_MEMBERSHIP, OWNER_PROTECTED.
 */
export const removeMember = (
  context: CommandContext,
  { membership }: { membership: RowRef },
): Promise<{ tenantId: string; membershipId: string }> =>
  runCommand(context, async command => {
    const { id, roles, name } = await otherMember(command, membership);
    await voidTransfer(command, 'member removed', id);
    await command.db.membership.deleteMany({ where: { id } });
    await endInvitations(command, id, []);
    await command.record({ target: { type: 'Membership', id }, before: { name, roles } });
    return { tenantId: command.tenantId, membershipId: id };
  });
