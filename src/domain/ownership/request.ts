import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { localRow, type RowRef } from '../core/row-ref.ts';
import { minutesAfter } from '../core/services.ts';
import { newTransferCode, transferCodeHash } from './code.ts';
import { voidTransfer } from './void.ts';

/** Wrong codes until a transfer is voided. */
export const TRIES = 5;

/** What a request gives back: the code, this once. */
export type Requested = { readonly tenantId: string; readonly code: string; readonly expiresAt: Date };

/**
 * The first of the two calls of an ownership transfer (SPEC O1): to a current member, who isn't the
 * owner. It voids an earlier one. Nothing changes before {@link confirmOwnershipTransfer}.
 *
 * @throws {GatewayError} NOT_FOUND for whoever is no member here; OWN_MEMBERSHIP for the owner
 * themself.
 */
export const requestOwnershipTransfer = (context: CommandContext, { membership }: { membership: RowRef }): Promise<Requested> =>
  runCommand(context, async command => {
    const { db, me, now, record, tenantId } = command;
    const id = localRow(context, membership);
    const member = await db.membership.findFirst({ where: { id }, select: { user: { select: { name: true } } } });
    if (!member) throw new GatewayError('NOT_FOUND', 'There is no such member.');
    if (id === me!.id) throw new GatewayError('OWN_MEMBERSHIP', 'You are the owner already.');
    await voidTransfer(command, 'asked again');
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
