import { type Act, operate } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { applyDueChange } from './apply.ts';

/**
 * Cancels the downgrade that is scheduled, while it hasn't taken effect (SPEC P2).
 *
 * @throws {GatewayError} CONFLICT when none is scheduled.
 */
export const cancelPlanChange = (act: Act): Promise<{ tenantId: string }> =>
  operate(act, async operation => {
    const { nextPlanCode } = await applyDueChange(operation);
    if (!nextPlanCode) return new GatewayError('CONFLICT', 'No downgrade is scheduled.');
    const id = operation.tenantId;
    await operation.db.tenant.update({ where: { id }, data: { nextPlanCode: null, nextPlanDueAt: null } });
    await operation.record({ target: { type: 'Tenant', id }, before: { nextPlan: nextPlanCode }, after: { nextPlan: null } });
    return { tenantId: id };
  });
