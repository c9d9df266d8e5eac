import type { TenantStatus } from '../../access/vocabulary.ts';
import { type Act, operate } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { moveTenant } from './status.ts';

/**
 * Cancels the deletion: the tenant is what it was before, with the reason that it had (SPEC S, settled: deletion never launders a suspension).
 *
 * @throws {GatewayError} CONFLICT when the grace period is over, though the purge hasn't begun.
 */
export const cancelDeletion = (act: Act): Promise<{ tenantId: string }> =>
  operate(act, async operation => {
    const { tenant, now, db } = operation;
    if (tenant.deletionDueAt && tenant.deletionDueAt <= now) throw new GatewayError('CONFLICT', 'The grace period is over.');
    const { statusBefore } = await db.tenant.findFirstOrThrow({ select: { statusBefore: true } });
    return moveTenant(operation, { status: statusBefore as TenantStatus, reason: null });
  });
