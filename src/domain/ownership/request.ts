import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { localRow, type RowRef } from '../core/row-ref.ts';
import { minutesAfter } from '../core/services.ts';
import { newTransferCode, transferCodeHash } from './code.ts';
import { voidTransfer } from './void.ts';

/** Wrong codes until a transfer is voided. */
export const TRIES = 5;

/** The result of a request: the code, shown only here. */
export type Requested = { readonly tenantId: string; readonly code: string; readonly expiresAt: Date };

/**
 * Requests an ownership transfer to a current member other than the owner (SPEC O1). It voids an
 * earlier request. Nothing changes before `confirmOwnershipTransfer`.
 *
 * @throws {GatewayError} NOT_FOUND when the recipient isn't a member; OWN_MEMBERSHIP for the
 * caller's own membership.
 */
export const requestOwnershipTransfer = (context: CommandContext, { membership }: { membership: RowRef }): Promise<Requested> =>
  runCommand(context, async command => {
    const { db, me, now, record, tenantId } = command;
    const id = localRow(context, membership);
    const member = await db.membership.findFirst({ where: { id }, select: { user: { select: { name: true } } } });
    if (!member) throw new GatewayError('NOT_FOUND', 'There is no member with this id.');
    if (id === me!.id) throw new GatewayError('OWN_MEMBERSHIP', 'You are already the owner.');
    await voidTransfer(command, 'requested again');
    const code = newTransferCode();
    const expiresAt = minutesAfter(now, context.services.settings.transferMinutes);
    await db.ownershipTransfer.create({
      data: {
        fromMembershipId: me!.id,
        toMembershipId: id,
        codeHash: transferCodeHash(code),
        triesLeft: TRIES,
        createdAt: now,
        expiresAt,
      },
    });
    await record({ target: { type: 'Membership', id }, after: { name: member.user.name, expiresAt } });
    return { tenantId, code, expiresAt };
  });
