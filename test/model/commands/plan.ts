import { type Operation, pick } from '../operation.ts';
import { applyDue, type Scene } from '../rules.ts';
import { cycleEnd, duePlan, isHigher, type Plan } from '../state.ts';

const PLANS = ['FREE', 'STARTER', 'PROFESSIONAL', 'FREE', 'STARTER', 'PROFESSIONAL', 'ENTERPRISE'];

function changePlan(scene: Scene): string | null {
  const { tenant, world, input, record } = scene;
  const plan = input.plan as Plan;
  if (plan === 'ENTERPRISE') return 'PLAN_BY_SALES';
  if (plan === duePlan(tenant, world.now)) return 'CONFLICT';
  applyDue(scene);
  if (plan === tenant.next?.plan) return null;
  if (isHigher(plan, tenant.plan)) {
    Object.assign(tenant, { plan, since: world.now, next: null });
    record('plan.upgrade');
  } else {
    tenant.next = { plan, due: cycleEnd(tenant.since, world.now) };
    record('plan.schedule_downgrade');
  }
  return null;
}

export const PLAN: readonly Operation[] = [
  {
    name: 'changePlan',
    selection: 'tenant { tenantId }',
    input: ({ dice: [a] }) => ({ plan: pick(PLANS, a!) }),
    run: changePlan,
  },
  {
    name: 'cancelPlanChange',
    selection: 'tenant { tenantId }',
    suits: ({ next }) => next !== null,
    run: scene => {
      applyDue(scene); // too late to cancel: it stays in effect, though this is refused
      if (!scene.tenant.next) return 'CONFLICT';
      scene.tenant.next = null;
      scene.record();
      return null;
    },
  },
];
