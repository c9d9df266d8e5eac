import type { BudgetState, Budgets } from './budgets.ts';

/** A budget: its key and its points a minute. */
type Budget = { readonly key: string; readonly limit: number };

/** Whose budget pays for a request; a limit of null is none. */
export type Payer = {
  readonly key: string;
  readonly limit: number | null;
  /** The cap of the API key, which is counted beside the budget of its tenant. */
  readonly cap?: Budget | undefined;
};

/** A budget's points, and whether it is the cap of an API key. */
export type PayerState = BudgetState & { readonly limit: number | null; readonly isCap: boolean };

/** Takes points from the budget, and from the cap if there is one: from both or from none. */
export function takeFrom(budgets: Budgets, { key, limit, cap }: Payer, points: number): boolean | Promise<boolean> {
  if (cap) return takeFromBoth(budgets, cap, { key, limit }, points);
  return limit === null || budgets.take(key, limit, points);
}

async function takeFromBoth(budgets: Budgets, cap: Budget, { key, limit }: Payer, points: number): Promise<boolean> {
  const takenAt = budgets.now();
  if (!(await budgets.take(cap.key, cap.limit, points))) return false;
  if (limit === null || (await budgets.take(key, limit, points))) return true;
  budgets.refund(cap.key, points, takenAt);
  return false;
}

export function refundTo(budgets: Budgets, { key, limit, cap }: Payer, points: number, takenAt: number): void {
  if (points === 0) return;
  if (limit !== null) budgets.refund(key, points, takenAt);
  if (cap) budgets.refund(cap.key, points, takenAt);
}

/** What is left to a payer: the cap, if it leaves less than the budget. */
export function stateOf(budgets: Budgets, { key, limit, cap }: Payer): PayerState {
  const state = { ...budgets.state(key, limit ?? 0), limit, isCap: false };
  if (!cap) return state;
  const ofCap = { ...budgets.state(cap.key, cap.limit), limit: cap.limit, isCap: true };
  return limit === null || ofCap.remaining < state.remaining ? ofCap : state;
}

/**
 * The header fields of draft-ietf-httpapi-ratelimit-headers: the policy `cost` is the budget, `key`
 * the cap. It registers the units that a policy may name, and points aren't among them.
 */
export function rateLimitHeaders(budgets: Budgets, { key, limit, cap }: Payer): Readonly<Record<string, string>> | undefined {
  const policies: string[] = [];
  const states: string[] = [];
  const add = (name: string, budget: Budget) => {
    const { remaining, resetAt } = budgets.state(budget.key, budget.limit);
    policies.push(`"${name}";q=${budget.limit};w=60`);
    states.push(`"${name}";r=${remaining};t=${secondsUntil(resetAt, budgets.now())}`);
  };
  if (limit !== null) add('cost', { key, limit });
  if (cap) add('key', cap);
  return policies.length ? { 'ratelimit-policy': policies.join(', '), ratelimit: states.join(', ') } : undefined;
}

/** Whole seconds until a moment, at least 1. */
export const secondsUntil = (moment: Date, now: number): number => Math.max(Math.ceil((moment.getTime() - now) / 1_000), 1);
