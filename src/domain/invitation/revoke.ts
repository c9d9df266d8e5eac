import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { localRow, type RowRef } from '../core/row-ref.ts';

/**
 * Revokes an invitation (SPEC R5): its code is no longer valid.
 *
 * @throws {GatewayError} NOT_FOUND.
 */
export const revokeInvitation = (context: CommandContext, invitation: RowRef): Promise<{ tenantId: string; invitationId: string }> =>
  runCommand(context, async ({ db, record, enqueueWrite, tenantId }) => {
    const id = localRow(context, invitation);
    const [revoked] = await db.invitation.findMany({ where: { id }, select: { email: true, roles: true } });
    if (!revoked) throw new GatewayError('NOT_FOUND', 'There is no invitation with this id.');
    enqueueWrite(db.invitation.deleteMany({ where: { id } }));
    await record({ target: { type: 'Invitation', id }, before: revoked });
    return { tenantId, invitationId: id };
  });
