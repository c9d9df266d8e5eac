import type { Command } from '../core/command.ts';
import { SYSTEM } from '../core/system.ts';

/**
 * Voids the open ownership transfer, or only one that involves `membershipId` (SPEC O2), and
 * records the event. The database voids transfers by itself; this adds the event. A transfer past
 * its time is recorded as expired (SPEC O3).
 */
export async function voidTransfer(
  { db, now, record }: Pick<Command, 'db' | 'now' | 'record'>,
  why: string,
  membershipId?: string,
): Promise<void> {
  const where = membershipId ? { OR: [{ fromMembershipId: membershipId }, { toMembershipId: membershipId }] } : {};
  const transfer = await db.ownershipTransfer.findFirst({ where, select: { toMembershipId: true, expiresAt: true } });
  if (!transfer) return;
  await db.ownershipTransfer.deleteMany({ where });
  const target = { type: 'Membership', id: transfer.toMembershipId };
  if (transfer.expiresAt <= now) await record({ action: 'ownership.expire', actor: SYSTEM, target });
  else await record({ action: 'ownership.void', target, after: { why } });
}
