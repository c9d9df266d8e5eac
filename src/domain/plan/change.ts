import type { PlanCode } from '../../access/vocabulary.ts';
import { type Command, type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { applyDueChange } from './apply.ts';
import { cycleEnd } from './cycle.ts';

/**
 * Changes the plan (SPEC P2). An upgrade takes effect at once and cancels a scheduled downgrade; a
 * downgrade is scheduled for the end of the billing cycle and replaces one scheduled before. The
 * scheduled plan changes nothing.
 *
 * @throws {GatewayError} PLAN_BY_SALES for Enterprise; CONFLICT for the current plan.
 */
export const changePlan = (context: CommandContext, { plan }: { plan: PlanCode }): Promise<{ tenantId: string }> =>
  runCommand(context, async command => {
    if (plan === 'ENTERPRISE') throw new GatewayError('PLAN_BY_SALES', 'Enterprise is arranged by sales. Contact them.');
    const { planCode, planSince, nextPlanCode } = await applyDueChange(command);
    if (plan === nextPlanCode) return { tenantId: command.tenantId };
    if (plan === planCode) throw new GatewayError('CONFLICT', `The tenant is already on ${plan}.`, { plan });
    if ((await rankOf(command, plan)) > (await rankOf(command, planCode))) await upgrade(command, planCode, plan);
    else await schedule(command, planCode, plan, cycleEnd(planSince, command.now));
    return { tenantId: command.tenantId };
  });

const rankOf = async ({ db }: Pick<Command, 'db'>, code: PlanCode): Promise<number> =>
  (await db.plan.findUniqueOrThrow({ where: { code }, select: { rank: true } })).rank;

async function upgrade({ db, tenantId: id, now, record }: Command, from: PlanCode, plan: PlanCode) {
  await db.tenant.update({ where: { id }, data: { planCode: plan, planSince: now, nextPlanCode: null, nextPlanDueAt: null } });
  await record({ action: 'plan.upgrade', target: { type: 'Tenant', id }, before: { plan: from }, after: { plan } });
}

async function schedule({ db, tenantId: id, tenant, record }: Command, from: PlanCode, plan: PlanCode, dueAt: Date) {
  await db.tenant.update({ where: { id }, data: { nextPlanCode: plan, nextPlanDueAt: dueAt } });
  const before = { plan: from, nextPlan: tenant.nextPlanCode };
  await record({ action: 'plan.schedule_downgrade', target: { type: 'Tenant', id }, before, after: { nextPlan: plan, dueAt } });
}
