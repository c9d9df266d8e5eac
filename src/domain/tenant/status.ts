import type { TenantStatus } from '../../access/vocabulary.ts';
import type { Command } from '../core/command.ts';
import { voidTransfer } from '../ownership/void.ts';

/**
 * A change of the bound tenant's status. The database refuses a transition that the specification
 * doesn't have (SPEC S).
 */
export type StatusChange = { readonly status: TenantStatus; readonly reason: string | null; readonly deletionDueAt?: Date };

/** Changes the status, voids an open ownership transfer and records the event. */
export async function moveTenant(command: Command, { status, reason, deletionDueAt }: StatusChange): Promise<{ tenantId: string }> {
  const { db, now, record, tenant, tenantId: id } = command;
  await voidTransfer(command, `status changed to ${status}`);
  const moved = await db.tenant.update({
    where: { id },
    data: { status, statusReason: reason, statusChangedAt: now, ...(deletionDueAt && { deletionDueAt }) },
    select: { status: true, statusReason: true, deletionDueAt: true },
  });
  await record({
    target: { type: 'Tenant', id },
    before: { status: tenant.status, reason: tenant.statusReason },
    after: { status: moved.status, reason: moved.statusReason, ...(moved.deletionDueAt && { deletionDueAt: moved.deletionDueAt }) },
  });
  return { tenantId: id };
}
