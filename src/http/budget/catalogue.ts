import type { ReadClient } from '../../database/index.ts';

/** The points a minute of each plan, lowest tier first; null is no limit. */
export type PlanPoints = { readonly plan: string; readonly costPointsPerMinute: number | null };

export type Catalogue = (db: ReadClient) => Promise<readonly PlanPoints[]>;

/** How long the catalogue is used before it is read again, ms. It hardly ever changes. */
const MAX_AGE_MS = 60_000;

/** Reads the plans' points once a minute: callers over their budget may ask very often. */
export function createCatalogue(now: () => number): Catalogue {
  // One for all: the catalogue is public.
  let cached: { readonly plans: readonly PlanPoints[]; readonly readAt: number } | null = null;
  return async db => {
    if (cached && now() - cached.readAt < MAX_AGE_MS) return cached.plans;
    const rows = await db.plan.findMany({ select: { code: true, costPointsPerMinute: true }, orderBy: { rank: 'asc' } });
    cached = { plans: rows.map(({ code, costPointsPerMinute }) => ({ plan: code, costPointsPerMinute })), readAt: now() };
    return cached.plans;
  };
}
