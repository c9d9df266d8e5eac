import type { Role } from '../../access/vocabulary.ts';
import { refuse } from '../audit/refusal.ts';
import { type Command, type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { isTransferCode } from './code.ts';
import { handOver } from './hand-over.ts';
import { voidTransfer } from './void.ts';

/** The memberships that changed: that of the previous owner, and that of the new one. */
export type TransferredOwnership = { readonly tenantId: string; readonly membershipIds: readonly [from: string, to: string] };

/**
 * Confirms an ownership transfer (SPEC O2): the chosen member gains `owner` and the caller becomes
 * `admin`, atomically. A wrong code costs a try; after the last one the transfer is void.
 *
 * @throws {GatewayError} TRANSFER_INVALID, CODE_WRONG.
 */
export const confirmOwnershipTransfer = (context: CommandContext, { code }: { code: string }): Promise<TransferredOwnership> =>
  runCommand(context, async command => {
    const { db, me, now, tenantId } = command;
    const transfer = await db.ownershipTransfer.findFirst();
    if (!transfer || transfer.expiresAt <= now || transfer.fromMembershipId !== me!.id)
      throw new GatewayError('TRANSFER_INVALID', 'There is no open ownership transfer, or its code has expired. Request a new one.');
    if (!isTransferCode(code, transfer.codeHash)) return wrongCode(command, transfer.triesLeft - 1);
    const recipient = await db.membership.findFirstOrThrow({ where: { id: transfer.toMembershipId }, select: { id: true, roles: true } });
    await db.ownershipTransfer.deleteMany();
    await handOver(command, me!, { id: recipient.id, roles: recipient.roles as Role[] });
    return { tenantId, membershipIds: [me!.id, recipient.id] };
  });

async function wrongCode(command: Command, triesLeft: number): Promise<GatewayError> {
  const refusal = await refuse(command, new GatewayError('CODE_WRONG', 'The confirmation code is wrong.', { triesLeft }));
  if (triesLeft > 0) await command.db.ownershipTransfer.updateMany({ data: { triesLeft } });
  else await voidTransfer(command, 'too many wrong codes');
  return refusal;
}
