import type { ReadClient } from '../../database/index.ts';
import { takeRetrieval } from '../../database/queries/retrieval.ts';
import type { Command } from '../core/command.ts';
import { currentPlan } from '../plan/apply.ts';
import { cycleEnd, cycleStart } from '../plan/cycle.ts';
import { capReached, limitsOn } from '../plan/limits.ts';
import { type CapUse, capUse } from '../plan/preview.ts';

/** A billing cycle, and its limit of retrievals; null is no limit. */
export type RetrievalCap = { readonly cycle: Date; readonly monthlyRetrievals: number | null };

/**
 * The limit of the current billing cycle (SPEC P1). The tenant lock, shared or exclusive, keeps
 * plan and contract stable. A downgrade that is due counts, even if no job has applied it yet.
 */
export async function retrievalCap({ db, tenant, now }: Pick<Command, 'db' | 'tenant' | 'now'>): Promise<RetrievalCap> {
  const { planCode, planSince } = currentPlan(tenant, now);
  const { monthlyRetrievals } = await limitsOn(db, planCode);
  return { cycle: cycleStart(planSince, now), monthlyRetrievals };
}

/**
 * Counts a retrieval against the billing cycle's limit (SPEC P3).
 *
 * @throws {GatewayError} LIMIT_REACHED, with the limit and the use.
 */
export async function takePlace({ query }: Pick<Command, 'query'>, { cycle, monthlyRetrievals }: RetrievalCap): Promise<void> {
  const used = await takeRetrieval(query, cycle, monthlyRetrievals);
  const full = used === null ? null : capReached('retrievals in a billing cycle', monthlyRetrievals, used);
  if (full) throw full;
}

/** A limit for each billing cycle, its use in the current one, and when the next one begins. */
export type MonthlyUse = CapUse & { readonly resetsAt: Date };

/** The bound tenant's retrievals in its billing cycle against the limit. */
export async function retrievalUse(db: ReadClient, now: Date): Promise<MonthlyUse> {
  const tenant = await db.tenant.findFirstOrThrow({
    select: { planCode: true, planSince: true, nextPlanCode: true, nextPlanDueAt: true },
  });
  const { planCode, planSince } = currentPlan(tenant, now);
  const { _sum } = await db.retrievalCount.aggregate({ where: { since: cycleStart(planSince, now) }, _sum: { used: true } });
  const use = capUse((await limitsOn(db, planCode)).monthlyRetrievals, _sum.used ?? 0);
  return { ...use, resetsAt: cycleEnd(planSince, now) };
}
