import type { PlanCode, PlanFeature } from '../../access/vocabulary.ts';
import type { ReadClient } from '../../database/index.ts';
import { cycleEnd } from './cycle.ts';
import { keysInUse, limitsOn, memberUse } from './limits.ts';

/**
 * A cap, how much of it is used, and by how much it is exceeded (SPEC P4). A null limit is no cap.
 */
export type CapUse = { readonly limit: number | null; readonly used: number; readonly over: number };

/**
 * What a plan would change. `takesEffectAt` is null for the plan that the tenant is on, and for
 * Enterprise, which sales arrange.
 */
export type PlanPreview = {
  readonly plan: PlanCode;
  readonly kind: 'present' | 'upgrade' | 'downgrade' | 'by_sales';
  readonly takesEffectAt: Date | null;
  readonly members: CapUse;
  readonly apiKeys: CapUse;
  readonly datasets: CapUse;
  readonly featuresLost: readonly PlanFeature[];
};

/** A use against its cap. */
export const capUse = (limit: number | null, used: number): CapUse => ({
  limit,
  used,
  over: limit === null ? 0 : Math.max(0, used - limit),
});

/** How far the bound tenant's places are taken on a plan. */
export async function memberCap(db: ReadClient, plan: PlanCode, now: Date): Promise<CapUse> {
  const { members, invitations } = await memberUse(db, now);
  return capUse((await limitsOn(db, plan)).memberLimit, members + invitations);
}

/** How many API keys the bound tenant has against a plan's cap. */
export const apiKeyCap = async (db: ReadClient, plan: PlanCode, now: Date): Promise<CapUse> =>
  capUse((await limitsOn(db, plan)).apiKeyLimit, await keysInUse(db, now));
/** How many of the bound tenant's datasets a plan has room for. */
export const datasetCap = async (db: ReadClient, plan: PlanCode): Promise<CapUse> =>
  capUse((await limitsOn(db, plan)).datasetLimit, await db.dataset.count());

/**
 * What would be if the bound tenant changed to a plan: a downgrade removes nobody, and this says
 * how far it would be over its caps (SPEC P4).
 */
export async function previewPlan(db: ReadClient, plan: PlanCode, now: Date): Promise<PlanPreview> {
  const present = await db.tenant.findFirstOrThrow({
    select: { planSince: true, plan: { select: { code: true, rank: true, features: true } } },
  });
  const wanted = await db.plan.findUniqueOrThrow({ where: { code: plan }, select: { code: true, rank: true, features: true } });
  const kind =
    wanted.code === present.plan.code
      ? 'present'
      : plan === 'ENTERPRISE'
        ? 'by_sales'
        : wanted.rank > present.plan.rank
          ? 'upgrade'
          : 'downgrade';
  return {
    plan,
    kind,
    takesEffectAt: kind === 'upgrade' ? now : kind === 'downgrade' ? cycleEnd(present.planSince, now) : null,
    members: await memberCap(db, plan, now),
    apiKeys: await apiKeyCap(db, plan, now),
    datasets: await datasetCap(db, plan),
    featuresLost: present.plan.features.filter(feature => !wanted.features.includes(feature)) as PlanFeature[],
  };
}
