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

type RateLimitHeaders = { readonly 'ratelimit-policy': string; readonly ratelimit: string };

/** Takes points from the budget, and from the cap if there is one: from both or from none. */
export function takeFrom(budgets: Budgets, { key, limit, cap }: Payer, points: number, at: number): boolean | Promise<boolean> {
  if (cap) return takeFromBoth(budgets, cap, { key, limit }, points, at);
  return limit === null || budgets.take(key, limit, points, at);
}

async function takeFromBoth(budgets: Budgets, cap: Budget, { key, limit }: Payer, points: number, at: number): Promise<boolean> {
  if (!(await budgets.take(cap.key, cap.limit, points, at))) return false;
  if (limit === null || (await budgets.take(key, limit, points, at))) return true;
  budgets.refund(cap.key, points, at);
  return false;
}

export function refundTo(budgets: Budgets, { key, limit, cap }: Payer, points: number, takenAt: number): void {
  if (points === 0) return;
  if (limit !== null) budgets.refund(key, points, takenAt);
  if (cap) budgets.refund(cap.key, points, takenAt);
}

/** What is left to a payer: the cap, if it leaves less than the budget. */
export function stateOf(budgets: Budgets, { key, limit, cap }: Payer, at = budgets.now()): PayerState {
  const state = { ...budgets.state(key, limit ?? 0, at), limit, isCap: false };
  if (!cap) return state;
  const ofCap = { ...budgets.state(cap.key, cap.limit, at), limit: cap.limit, isCap: true };
  return limit === null || ofCap.remaining < state.remaining ? ofCap : state;
}

/**
 * The header fields of draft-ietf-httpapi-ratelimit-headers: the policy `cost` is the budget, `key`
 * the cap. It registers the units that a policy may name, and points aren't among them.
 */
export function rateLimitHeaders(budgets: Budgets, { key, limit, cap }: Payer): RateLimitHeaders | undefined {
  const at = budgets.now();
  const ofBudget = limit === null ? null : headersOf(budgets, 'cost', { key, limit }, at);
  const ofCap = cap ? headersOf(budgets, 'key', cap, at) : null;
  if (!ofBudget || !ofCap) return ofBudget ?? ofCap ?? undefined;
  return {
    'ratelimit-policy': `${ofBudget['ratelimit-policy']}, ${ofCap['ratelimit-policy']}`,
    ratelimit: `${ofBudget.ratelimit}, ${ofCap.ratelimit}`,
  };
}

function headersOf(budgets: Budgets, name: string, { key, limit }: Budget, at: number): RateLimitHeaders {
  const { remaining, resetAt } = budgets.state(key, limit, at);
  return { 'ratelimit-policy': `"${name}";q=${limit};w=60`, ratelimit: `"${name}";r=${remaining};t=${secondsUntil(resetAt, at)}` };
}

/** Whole seconds until a moment, at least 1. */
export const secondsUntil = (moment: Date, now: number): number => Math.max(Math.ceil((moment.getTime() - now) / 1_000), 1);
