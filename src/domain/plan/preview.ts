import type { PlanCode, PlanFeature } from '../../access/vocabulary.ts';
import type { ReadClient } from '../../database/index.ts';
import { cycleEnd } from './cycle.ts';
import { keysInUse, limitsOn, memberUse } from './limits.ts';

/** A limit, its use, and by how much it is exceeded (SPEC P4). A null limit is no cap. */
export type CapUse = { readonly limit: number | null; readonly used: number; readonly over: number };

/**
 * The effect of a change to a plan. `takesEffectAt` is null for the current plan and for
 * Enterprise, which sales arrange.
 */
export type PlanPreview = {
  readonly plan: PlanCode;
  readonly kind: 'present' | 'upgrade' | 'downgrade' | 'by_sales';
  readonly takesEffectAt: Date | null;
  readonly members: CapUse;
  readonly apiKeys: CapUse;
  readonly datasets: CapUse;
  readonly webhooks: CapUse;
  readonly featuresLost: readonly PlanFeature[];
};

/** Compares a use with its limit. */
export const capUse = (limit: number | null, used: number): CapUse => ({
  limit,
  used,
  over: limit === null ? 0 : Math.max(0, used - limit),
});

/** The bound tenant's members and invitations against a plan's limit. */
export async function memberCap(db: ReadClient, plan: PlanCode, now: Date): Promise<CapUse> {
  const { members, invitations } = await memberUse(db, now);
  return capUse((await limitsOn(db, plan)).memberLimit, members + invitations);
}

/** The bound tenant's API keys against a plan's limit. */
export const apiKeyCap = async (db: ReadClient, plan: PlanCode, now: Date): Promise<CapUse> =>
  capUse((await limitsOn(db, plan)).apiKeyLimit, await keysInUse(db, now));

/** The bound tenant's datasets against a plan's limit. */
export const datasetCap = async (db: ReadClient, plan: PlanCode): Promise<CapUse> =>
  capUse((await limitsOn(db, plan)).datasetLimit, await db.dataset.count());

/** The bound tenant's webhooks against a plan's limit. */
export const webhookCap = async (db: ReadClient, plan: PlanCode): Promise<CapUse> =>
  capUse((await limitsOn(db, plan)).webhookLimit, await db.webhook.count());

/**
 * Previews a change of the bound tenant to a plan. A downgrade removes nobody; the preview says by
 * how much the tenant would exceed its limits (SPEC P4).
 */
export async function previewPlan(db: ReadClient, plan: PlanCode, now: Date): Promise<PlanPreview> {
  const current = await db.tenant.findFirstOrThrow({
    select: { planSince: true, plan: { select: { code: true, rank: true, features: true } } },
  });
  const target = await db.plan.findUniqueOrThrow({ where: { code: plan }, select: { code: true, rank: true, features: true } });
  const kind =
    target.code === current.plan.code
      ? 'present'
      : plan === 'ENTERPRISE'
        ? 'by_sales'
        : target.rank > current.plan.rank
          ? 'upgrade'
          : 'downgrade';
  return {
    plan,
    kind,
    takesEffectAt: kind === 'upgrade' ? now : kind === 'downgrade' ? cycleEnd(current.planSince, now) : null,
    members: await memberCap(db, plan, now),
    apiKeys: await apiKeyCap(db, plan, now),
    datasets: await datasetCap(db, plan),
    webhooks: await webhookCap(db, plan),
    featuresLost: current.plan.features.filter(feature => !target.features.includes(feature)) as PlanFeature[],
  };
}
