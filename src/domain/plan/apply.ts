import type { PlanCode } from '../../access/vocabulary.ts';
import type { Command } from '../core/command.ts';
import { SYSTEM } from '../core/system.ts';

/** What of an operation, or of a job, it needs. */
export type Due = Pick<Command, 'db' | 'tenantId' | 'tenant' | 'now' | 'record'>;

/** What a tenant is on, once what was due is done. */
export type PresentPlan = { readonly planCode: PlanCode; readonly planSince: Date; readonly nextPlanCode: PlanCode | null };

/** What a tenant's row says of its plans. */
export type Planned = Pick<Command['tenant'], 'planCode' | 'planSince' | 'nextPlanCode' | 'nextPlanDueAt'>;

/** What a tenant is on at a moment: what was due by then counts as done, whether or not it is. */
export function presentPlan({ planCode, planSince, nextPlanCode, nextPlanDueAt }: Planned, now: Date): PresentPlan {
  if (nextPlanCode && nextPlanDueAt && nextPlanDueAt <= now)
    return { planCode: nextPlanCode as PlanCode, planSince: nextPlanDueAt, nextPlanCode: null };
  return { planCode: planCode as PlanCode, planSince, nextPlanCode: nextPlanCode as PlanCode | null };
}

/**
 * Puts the downgrade into effect whose day has come (SPEC P2): the new plan began when it was due,
 * however late this runs. It removes nobody and nothing (SPEC P4). Answers what the tenant is on
 * now.
 */
export async function applyDueChange({ db, tenantId: id, tenant, now, record }: Due): Promise<PresentPlan> {
  const present = presentPlan(tenant, now);
  if (present.nextPlanCode === tenant.nextPlanCode) return present;
  const { planCode: nextPlanCode, planSince: nextPlanDueAt } = present;
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
  return present;
}
