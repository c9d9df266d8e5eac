import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';

/**
 * Cancels the open ownership transfer (SPEC O3).
 *
 * @throws {GatewayError} TRANSFER_INVALID when there is none.
 */
export const cancelOwnershipTransfer = (context: CommandContext): Promise<{ tenantId: string }> =>
  runCommand(context, async ({ db, now, record, enqueueWrite, tenantId }) => {
    const transfer = await db.ownershipTransfer.findFirst({ where: { expiresAt: { gt: now } }, select: { toMembershipId: true } });
    if (!transfer) throw new GatewayError('TRANSFER_INVALID', 'There is no open ownership transfer.');
    enqueueWrite(db.ownershipTransfer.deleteMany());
    await record({ target: { type: 'Membership', id: transfer.toMembershipId } });
    return { tenantId };
  });
