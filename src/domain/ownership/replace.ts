import type { Role } from '../../access/vocabulary.ts';
import { wakeJobs } from '../../database/queries/jobs.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { localRow, type RowRef } from '../core/row-ref.ts';
import { line } from '../core/text.ts';
import { notifyAdmins } from '../notice/notify-admins.ts';
import { handOver } from './hand-over.ts';
import { voidTransfer } from './void.ts';

/** The longest reason, code points. */
const REASON_LIMIT = 500;

/**
 * Makes another current member the owner, for an owner who can never sign in again, with a reason
 * that the members see. The previous owner becomes an admin, as after a transfer. An open transfer
 * is voided. The owner, the previous owner and all admins get a message.
 *
 * @throws {GatewayError} BAD_USER_INPUT for an invalid reason; NOT_FOUND when nobody in the tenant
 * has the membership; CONFLICT for the present owner's.
 */
export const replaceOwner = (context: CommandContext, input: { membership: RowRef; reason: string }): Promise<{ tenantId: string }> => {
  const reason = line(input.reason, 'The reason', REASON_LIMIT);
  return runCommand(context, async command => {
    const { db, query, tenant, tenantId } = command;
    const id = localRow(context, input.membership);
    const select = { id: true, roles: true, user: { select: { name: true } } } as const;
    const recipient = await db.membership.findFirst({ where: { id }, select });
    if (!recipient) throw new GatewayError('NOT_FOUND', 'There is no member with this id.');
    const owner = await db.membership.findFirstOrThrow({ where: { roles: { has: 'owner' } }, select });
    if (owner.id === id) throw new GatewayError('CONFLICT', 'This member is already the owner.');
    await voidTransfer(command, 'owner replaced');
    await handOver(command, membershipOf(owner), membershipOf(recipient), { reason });
    await notifyAdmins(command, { tenant: tenant.name, reason, previous: owner.user.name, owner: recipient.user.name });
    await wakeJobs(query, tenantId);
    return { tenantId };
  });
};

const membershipOf = ({ id, roles }: { id: string; roles: string[] }) => ({ id, roles: roles as Role[] });
