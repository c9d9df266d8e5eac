import { addNotice } from '../../database/queries/notice.ts';
import type { TenantTransaction } from '../core/tenant-lock.ts';
import type { NoticeFacts } from './message.ts';

/** Adds a notice for each owner and admin who has a verified address. */
export async function notifyAdmins(
  { db, enqueue, now: createdAt }: Pick<TenantTransaction, 'db' | 'enqueue' | 'now'>,
  facts: NoticeFacts,
): Promise<void> {
  const informed = await db.membership.findMany({
    where: { roles: { hasSome: ['owner', 'admin'] }, user: { emailVerified: true } },
    select: { user: { select: { email: true } } },
  });
  for (const { user } of informed) if (user.email !== null) addNotice(enqueue, { email: user.email, facts, createdAt });
}
