import type { ReadClient } from '../../database/index.ts';
import type { Period } from '../../database/queries/period.ts';
import { badInput } from '../core/errors.ts';
import { currentPlan } from '../plan/apply.ts';
import { cycleEnd, cycleStart } from '../plan/cycle.ts';

/** A period whose ends may be left out. */
export type PeriodInput = { readonly [Name in keyof Period]?: Date | null | undefined };

/** The longest period of a time series, days. */
const LONGEST = 366;

/** {@link LONGEST} in milliseconds. */
export const LONGEST_PERIOD = LONGEST * 24 * 60 * 60_000;

const HOUR = 60 * 60_000;

/**
 * Completes a period: an end that is left out is that of the bound tenant's billing cycle.
 *
 * @throws {GatewayError} BAD_USER_INPUT when it ends before it begins, or is longer than
 * {@link LONGEST} days.
 */
export async function periodOf(db: ReadClient, now: Date, { from, until }: PeriodInput): Promise<Period> {
  const period = from && until ? { from, until } : { ...(await currentCycle(db, now)), ...(from && { from }), ...(until && { until }) };
  checkPeriod(period);
  return period;
}

/** A period that names both ends; null for any other, and for one that {@link periodOf} refuses. */
export function wholePeriod({ from, until }: PeriodInput): Period | null {
  if (!from || !until) return null;
  try {
    checkPeriod({ from, until });
    return { from, until };
  } catch {
    return null;
  }
}

function checkPeriod(period: Period): void {
  if (period.until < period.from) throw badInput('`until` must not be before `from`. Both default to the billing cycle.');
  if (period.until.getTime() - period.from.getTime() > LONGEST_PERIOD)
    throw badInput(`A period is at most ${LONGEST} days.`, { limit: LONGEST });
}

/**
 * The period of a provider's sales. Earnings have the hour of the retrieval, so the ends of a
 * billing cycle that is filled in are those of its hours.
 */
export async function salesPeriodOf(db: ReadClient, now: Date, input: PeriodInput): Promise<Period> {
  const { from, until } = await periodOf(db, now, input);
  return { from: input.from ?? hourOf(from), until: input.until ?? hourOf(until) };
}

const hourOf = (moment: Date) => new Date(moment.getTime() - (moment.getTime() % HOUR));

/** The bound tenant's current billing cycle. */
async function currentCycle(db: ReadClient, now: Date): Promise<Period> {
  const tenant = await db.tenant.findFirstOrThrow({
    select: { planCode: true, planSince: true, nextPlanCode: true, nextPlanDueAt: true },
  });
  const { planSince } = currentPlan(tenant, now);
  return { from: cycleStart(planSince, now), until: cycleEnd(planSince, now) };
}

/** A period as a Prisma condition on `at`. */
export const within = ({ from, until }: PeriodInput) =>
  from || until ? { at: { ...(from && { gte: from }), ...(until && { lt: until }) } } : {};
