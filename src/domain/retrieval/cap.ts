import type { ReadClient } from '../../database/index.ts';
import { takeRetrieval } from '../../database/queries/retrieval.ts';
import type { Command } from '../core/command.ts';
import { presentPlan } from '../plan/apply.ts';
import { cycleStart } from '../plan/cycle.ts';
import { capReached, limitsOn } from '../plan/limits.ts';
import { type CapUse, capUse } from '../plan/preview.ts';

/**
 * Takes one of the retrievals that the tenant has in its billing cycle (SPEC P1, P3). The tenant is
 * held, if only shared, so that its plan and contract stay as they are meanwhile; a downgrade whose
 * day has come counts, whether or not a job has seen to it.
 *
 * @throws {GatewayError} LIMIT_REACHED, with the limit and the use.
 */
export async function takePlace({ query, db, tenant, now }: Pick<Command, 'query' | 'db' | 'tenant' | 'now'>): Promise<void> {
  const { planCode, planSince } = presentPlan(tenant, now);
  const { monthlyRetrievals } = await limitsOn(db, planCode);
  const used = await takeRetrieval(query, cycleStart(planSince, now), monthlyRetrievals);
  const full = used === null ? null : capReached('retrievals in a billing cycle', monthlyRetrievals, used);
  if (full) throw full;
}

/** How many retrievals of its billing cycle the bound tenant has used, against its cap. */
export async function retrievalUse(db: ReadClient, now: Date): Promise<CapUse> {
  const tenant = await db.tenant.findFirstOrThrow({
    select: { planCode: true, planSince: true, nextPlanCode: true, nextPlanDueAt: true },
  });
  const { planCode, planSince } = presentPlan(tenant, now);
  const { _sum } = await db.retrievalCount.aggregate({ where: { since: cycleStart(planSince, now) }, _sum: { used: true } });
  return capUse((await limitsOn(db, planCode)).monthlyRetrievals, _sum.used ?? 0);
}
