import type { ReadClient } from '../../database/index.ts';
import type { Period } from '../../database/queries/period.ts';
import { badInput } from '../core/errors.ts';
import { presentPlan } from '../plan/apply.ts';
import { cycleEnd, cycleStart } from '../plan/cycle.ts';

/** What of a period somebody named. */
export type PeriodInput = { readonly [Name in keyof Period]?: Date | null | undefined };

/** The longest period that is looked at day by day, days. */
export const LONGEST = 366;

const DAY = 24 * 60 * 60_000;

/**
 * The period that somebody means in the bound tenant: what they left out is the billing cycle's own
 * beginning or end.
 *
 * @throws {GatewayError} BAD_USER_INPUT for one that ends before it begins, or is longer than
 * {@link LONGEST} days.
 */
export async function periodOf(db: ReadClient, now: Date, { from, until }: PeriodInput): Promise<Period> {
  const period = from && until ? { from, until } : { ...(await presentCycle(db, now)), ...(from && { from }), ...(until && { until }) };
  if (period.until < period.from) throw badInput('The period ends before it begins: `from` and `until` default to the billing cycle.');
  if (period.until.getTime() - period.from.getTime() > LONGEST * DAY)
    throw badInput(`A period is at most ${LONGEST} days.`, { limit: LONGEST });
  return period;
}

/** The billing cycle that the bound tenant is in. */
async function presentCycle(db: ReadClient, now: Date): Promise<Period> {
  const tenant = await db.tenant.findFirstOrThrow({
    select: { planCode: true, planSince: true, nextPlanCode: true, nextPlanDueAt: true },
  });
  const { planSince } = presentPlan(tenant, now);
  return { from: cycleStart(planSince, now), until: cycleEnd(planSince, now) };
}

/** A period as a condition on what has a moment. */
export const within = ({ from, until }: PeriodInput) =>
  from || until ? { at: { ...(from && { gte: from }), ...(until && { lt: until }) } } : {};
