import { lockTenant } from '../../database/tenancy/tenant-lock.ts';
import type { Transaction, UnitOfWork } from '../../database/unit-of-work.ts';
import { applyDueChange } from '../plan/apply.ts';
import { type Command, recorder } from './command.ts';
import type { Clock } from './services.ts';
import { SYSTEM } from './system.ts';

type Due = Pick<Command, 'db' | 'query' | 'tenantId' | 'tenant' | 'now' | 'record'>;

/** The request id of what no request asked for. */
const NO_REQUEST = 'job';

/**
 * One transaction of the jobs in a tenant, which it holds; `work` doesn't run for a tenant that is
 * gone or deleted.
 */
export const inTenant = (unit: UnitOfWork, clock: Clock, work: (due: Due) => Promise<void>): Promise<void> =>
  unit.transaction(async ({ db, query, enqueue }: Transaction) => {
    const tenant = await lockTenant(query);
    if (!tenant || tenant.status === 'deleted') return;
    const now = clock.now();
    const record = recorder(enqueue, now, { action: 'tenant.create', requestId: NO_REQUEST, actor: () => SYSTEM });
    await work({ db, query, tenantId: unit.binding.tenantId!, tenant, now, record });
  });

/**
 * Does in the bound tenant what its due dates say, and tells the log (SPEC R5, O3, P2). Running it
 * again does nothing.
 */
export const settleDue = (unit: UnitOfWork, clock: Clock): Promise<void> =>
  inTenant(unit, clock, async due => {
    await applyDueChange(due);
    await expireInvitations(due);
    await expireTransfer(due);
    await due.db.idempotencyKey.deleteMany({ where: { expiresAt: { lte: due.now } } });
  });

async function expireInvitations({ db, now, record }: Due) {
  const where = { expiresAt: { lte: now } };
  const expired = await db.invitation.findMany({ where, select: { id: true, email: true, roles: true }, orderBy: { id: 'asc' } });
  await db.invitation.deleteMany({ where });
  for (const { id, ...before } of expired) await record({ action: 'invitation.expire', target: { type: 'Invitation', id }, before });
}

async function expireTransfer({ db, now, record }: Due) {
  const where = { expiresAt: { lte: now } };
  const transfer = await db.ownershipTransfer.findFirst({ where, select: { toMembershipId: true } });
  if (!transfer) return;
  await db.ownershipTransfer.deleteMany({ where });
  await record({ action: 'ownership.expire', target: { type: 'Membership', id: transfer.toMembershipId } });
}
