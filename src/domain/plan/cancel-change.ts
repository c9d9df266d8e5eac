import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { applyDueChange } from './apply.ts';

/**
 * Cancels a scheduled downgrade that hasn't taken effect (SPEC P2).
 *
 * @throws {GatewayError} CONFLICT when none is scheduled.
 */
export const cancelPlanChange = (context: CommandContext): Promise<{ tenantId: string }> =>
  runCommand(context, async command => {
    const { nextPlanCode } = await applyDueChange(command);
    if (!nextPlanCode) return new GatewayError('CONFLICT', 'No downgrade is scheduled.');
    const id = command.tenantId;
    await command.db.tenant.update({ where: { id }, data: { nextPlanCode: null, nextPlanDueAt: null } });
    await command.record({ target: { type: 'Tenant', id }, before: { nextPlan: nextPlanCode }, after: { nextPlan: null } });
    return { tenantId: id };
  });
