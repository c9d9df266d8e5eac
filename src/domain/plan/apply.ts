import type { PlanCode } from '../../access/vocabulary.ts';
import type { Command } from '../core/command.ts';
import { SYSTEM } from '../core/system.ts';

/** The part of a command or job that this needs. */
export type Due = Pick<Command, 'db' | 'tenantId' | 'tenant' | 'now' | 'record'>;

/** A tenant's plan after due changes. */
export type CurrentPlan = { readonly planCode: PlanCode; readonly planSince: Date; readonly nextPlanCode: PlanCode | null };

/** The plan columns of a tenant. */
export type PlanColumns = Pick<Command['tenant'], 'planCode' | 'planSince' | 'nextPlanCode' | 'nextPlanDueAt'>;

/** A tenant's plan at a moment. A downgrade that was due by then counts as applied. */
export function currentPlan({ planCode, planSince, nextPlanCode, nextPlanDueAt }: PlanColumns, now: Date): CurrentPlan {
  if (nextPlanCode && nextPlanDueAt && nextPlanDueAt <= now)
    return { planCode: nextPlanCode as PlanCode, planSince: nextPlanDueAt, nextPlanCode: null };
  return { planCode: planCode as PlanCode, planSince, nextPlanCode: nextPlanCode as PlanCode | null };
}

/**
 * Applies a downgrade that is due (SPEC P2) and returns the current plan. The new plan begins at
 * its due date, however late this runs. It removes nobody and nothing (SPEC P4).
 */
export async function applyDueChange({ db, tenantId: id, tenant, now, record }: Due): Promise<CurrentPlan> {
  const current = currentPlan(tenant, now);
  if (current.nextPlanCode === tenant.nextPlanCode) return current;
  const { planCode: nextPlanCode, planSince: nextPlanDueAt } = current;
  await db.tenant.update({
    where: { id },
    data: { planCode: nextPlanCode, planSince: nextPlanDueAt, nextPlanCode: null, nextPlanDueAt: null },
  });
  await db.contract.deleteMany();
  await record({
    action: 'plan.downgrade',
    actor: SYSTEM,
    target: { type: 'Tenant', id },
    before: { plan: tenant.planCode },
    after: { plan: nextPlanCode, since: nextPlanDueAt },
  });
  return current;
}
