import { changesIn } from '../core/changes.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import { badInput } from '../core/errors.ts';
import { applyDueChange } from './apply.ts';
import type { Limits } from './limits.ts';

/** Limits of a contract. A limit that is left out or null is no cap. */
export type ContractInput = { readonly [Name in keyof Limits]?: number | null | undefined };

/**
 * Moves the bound tenant to Enterprise with limits of its own, or replaces its limits (SPEC P2). A
 * scheduled downgrade is cancelled.
 *
 * @throws {GatewayError} BAD_USER_INPUT for a limit below 1: no cap is null, never 0.
 */
export const arrangeEnterprise = (context: CommandContext, limits: ContractInput): Promise<{ tenantId: string }> => {
  const contract = {
    memberLimit: limits.memberLimit ?? null,
    apiKeyLimit: limits.apiKeyLimit ?? null,
    datasetLimit: limits.datasetLimit ?? null,
    webhookLimit: limits.webhookLimit ?? null,
    monthlyRetrievals: limits.monthlyRetrievals ?? null,
    costPointsPerMinute: limits.costPointsPerMinute ?? null,
  };
  for (const [name, limit] of Object.entries(contract))
    if (limit !== null && limit < 1) throw badInput(`\`${name}\` must be at least 1. Leave it out for no cap.`);
  return runCommand(context, async command => {
    const { db, now, record, tenantId: id } = command;
    const { planCode, planSince, nextPlanCode } = await applyDueChange(command);
    const current = await db.contract.findFirst({ omit: { tenantId: true, agreedAt: true } });
    if (planCode === 'ENTERPRISE' && nextPlanCode === null && current && !changesIn(current, contract)) return { tenantId: id };
    const before = { plan: planCode, ...current };
    await db.contract.deleteMany();
    await db.contract.create({ data: { ...contract, agreedAt: now } });
    const since = planCode === 'ENTERPRISE' ? planSince : now;
    await db.tenant.update({ where: { id }, data: { planCode: 'ENTERPRISE', planSince: since, nextPlanCode: null, nextPlanDueAt: null } });
    await record({ target: { type: 'Tenant', id }, before, after: { plan: 'ENTERPRISE', ...contract } });
    return { tenantId: id };
  });
};
