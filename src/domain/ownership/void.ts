import type { Command } from '../core/command.ts';
import { SYSTEM } from '../core/system.ts';

/**
 * Voids the transfer that is under way, if what changes touches it (SPEC O2): the status, or the
 * membership named. The database does so by itself; here the log hears of it. One whose time was
 * over has expired (SPEC O3), which the jobs had yet to tell.
 */
export async function voidTransfer({ db, now, record }: Command, why: string, membershipId?: string): Promise<void> {
  const where = membershipId ? { OR: [{ fromMembershipId: membershipId }, { toMembershipId: membershipId }] } : {};
  const transfer = await db.ownershipTransfer.findFirst({ where, select: { toMembershipId: true, expiresAt: true } });
  if (!transfer) return;
  await db.ownershipTransfer.deleteMany({ where });
  const target = { type: 'Membership', id: transfer.toMembershipId };
  if (transfer.expiresAt <= now) await record({ action: 'ownership.expire', actor: SYSTEM, target });
  else await record({ action: 'ownership.void', target, after: { why } });
}
