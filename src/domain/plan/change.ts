import type { PlanCode } from '../../access/vocabulary.ts';
import { type Act, type Operation, operate } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { applyDueChange } from './apply.ts';
import { cycleEnd } from './cycle.ts';

/**
 * Changes the plan (SPEC P2): a higher tier at once, which cancels what was scheduled; a lower one at the end of the billing cycle, in place
 * of what was scheduled before.
 *
 * @throws {GatewayError} PLAN_BY_SALES for Enterprise; CONFLICT for the plan that it is on.
 */
export const changePlan = (act: Act, { plan }: { plan: PlanCode }): Promise<{ tenantId: string }> =>
  operate(act, async operation => {
    if (plan === 'ENTERPRISE') throw new GatewayError('PLAN_BY_SALES', 'Enterprise is arranged by sales: ask them.');
    const { planCode, planSince } = await applyDueChange(operation);
    if (plan === planCode) throw new GatewayError('CONFLICT', `The tenant is on ${plan} already.`, { plan });
    if ((await rankOf(operation, plan)) > (await rankOf(operation, planCode))) await upgrade(operation, planCode, plan);
    else await schedule(operation, planCode, plan, cycleEnd(planSince, operation.now));
    return { tenantId: operation.tenantId };
  });

const rankOf = async ({ db }: Pick<Operation, 'db'>, code: PlanCode): Promise<number> =>
  (await db.plan.findUniqueOrThrow({ where: { code }, select: { rank: true } })).rank;

async function upgrade({ db, tenantId: id, now, record }: Operation, from: PlanCode, plan: PlanCode) {
  await db.tenant.update({ where: { id }, data: { planCode: plan, planSince: now, nextPlanCode: null, nextPlanDueAt: null } });
  await record({ action: 'plan.upgrade', target: { type: 'Tenant', id }, before: { plan: from }, after: { plan } });
}

async function schedule({ db, tenantId: id, tenant, record }: Operation, from: PlanCode, plan: PlanCode, dueAt: Date) {
  await db.tenant.update({ where: { id }, data: { nextPlanCode: plan, nextPlanDueAt: dueAt } });
  const before = { plan: from, nextPlan: tenant.nextPlanCode };
  await record({ action: 'plan.schedule_downgrade', target: { type: 'Tenant', id }, before, after: { nextPlan: plan, dueAt } });
}
