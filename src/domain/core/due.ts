import type { UnitOfWork } from '../../database/index.ts';
import { type RecordEvent, recorder } from '../audit/record.ts';
import { applyDueChange } from '../plan/apply.ts';
import { removeDeliveries } from '../webhook/remove-deliveries.ts';
import type { Clock } from './services.ts';
import { SYSTEM } from './system.ts';
import { type TenantTransaction, withTenantLock } from './tenant-lock.ts';

/** A job's transaction in its tenant. Each event that it records names its action. */
export type Job = TenantTransaction & { readonly record: RecordEvent };

/** The request id in events of jobs. */
export const NO_REQUEST = 'job';

/** Runs a job's transaction in the bound tenant, unless the tenant is gone or deleted. */
export const inTenant = (unit: UnitOfWork, clock: Clock, work: (job: Job) => Promise<unknown>): Promise<void> =>
  withTenantLock(unit, { clock, reads: async () => {} }, async ({ tenant, ...locked }) => {
    if (!tenant || tenant.status === 'deleted') return;
    const record = recorder(locked.enqueue, locked.now, {
      tenantId: locked.tenantId,
      action: null,
      requestId: NO_REQUEST,
      actor: () => SYSTEM,
    });
    await work({ ...locked, tenant, record });
  });

/** What falls due in a tenant (SPEC R5, O3, P2). Each is idempotent and has its own transaction. */
export const DUE_STEPS: Readonly<Record<string, (job: Job) => Promise<unknown>>> = {
  'apply a scheduled downgrade': applyDueChange,
  'expire invitations': expireInvitations,
  'expire a transfer': expireTransfer,
  'remove deliveries of webhooks': removeDeliveries,
  'remove idempotency keys': ({ db, now }) => db.idempotencyKey.deleteMany({ where: { expiresAt: { lte: now } } }),
};

async function expireInvitations({ db, now, record }: Job) {
  const where = { expiresAt: { lte: now } };
  const expired = await db.invitation.findMany({ where, select: { id: true, email: true, roles: true }, orderBy: { id: 'asc' } });
  await db.invitation.deleteMany({ where });
  for (const { id, ...before } of expired) await record({ action: 'invitation.expire', target: { type: 'Invitation', id }, before });
}

async function expireTransfer({ db, now, record }: Job) {
  const where = { expiresAt: { lte: now } };
  const transfer = await db.ownershipTransfer.findFirst({ where, select: { toMembershipId: true } });
  if (!transfer) return;
  await db.ownershipTransfer.deleteMany({ where });
  await record({ action: 'ownership.expire', target: { type: 'Membership', id: transfer.toMembershipId } });
}
