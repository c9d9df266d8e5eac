import type { TenantStatus } from '../../access/vocabulary.ts';
import type { Command } from '../core/command.ts';
import { voidTransfer } from '../ownership/void.ts';

/**
 * A move of the bound tenant to another status. The database refuses one that the specification
 * doesn't have (SPEC S).
 */
export type Move = { readonly status: TenantStatus; readonly reason: string | null; readonly deletionDueAt?: Date };

/** Moves the tenant, voids what a change of status voids, and tells the log. */
export async function moveTenant(command: Command, { status, reason, deletionDueAt }: Move): Promise<{ tenantId: string }> {
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
