import type { TenantStatus } from '../../access/vocabulary.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { moveTenant } from './status.ts';

/**
 * Cancels the deletion: the tenant returns to its previous status and reason. A suspended tenant is
 * suspended again (SPEC S).
 *
 * @throws {GatewayError} CONFLICT when the grace period is over, even if the purge hasn't begun.
 */
export const cancelDeletion = (context: CommandContext): Promise<{ tenantId: string }> =>
  runCommand(context, async command => {
    const { tenant, now, db } = command;
    if (tenant.deletionDueAt && tenant.deletionDueAt <= now)
      throw new GatewayError('CONFLICT', 'The grace period is over; the deletion can no longer be cancelled.');
    const { statusBefore } = await db.tenant.findFirstOrThrow({ select: { statusBefore: true } });
    return moveTenant(command, { status: statusBefore as TenantStatus, reason: null });
  });
