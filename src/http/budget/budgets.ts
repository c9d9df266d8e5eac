import { LRUCache } from 'lru-cache';

/** Budgets are for a minute of the clock, ms. */
export const WINDOW_MS = 60_000;

/** Budgets that are kept: callers without a tenant can be many. */
export const MAX_BUDGETS = 100_000;

/** What is left of a budget in a minute. */
export type BudgetState = { readonly remaining: number; readonly resetAt: Date };

/** Budgets of cost points a minute, by a key. The limit may change between two calls. */
export type Budgets = {
  /** Takes points from the minute of `at`, if as many are left. */
  take(key: string, limit: number, points: number, at: number): boolean | Promise<boolean>;
  /** Puts points back that were taken in the minute of `takenAt`; those of another have lapsed. */
  refund(key: string, points: number, takenAt: number): void;
  state(key: string, limit: number, at: number): BudgetState;
  now(): number;
};

type Window = { readonly minute: number; used: number };

export const minuteOf = (time: number): number => Math.floor(time / WINDOW_MS);

/** When a minute is over. */
export const endOf = (minute: number): Date => new Date((minute + 1) * WINDOW_MS);

/** The budgets of one process. */
export function createBudgets(now: () => number): Budgets {
  // Key: that of the budget. Each entry has its minute.
  const windows = new LRUCache<string, Window>({ max: MAX_BUDGETS });
  function windowOf(key: string, minute: number): Window {
    const current = windows.get(key);
    if (current?.minute === minute) return current;
    const window = { minute, used: 0 };
    windows.set(key, window);
    return window;
  }
  return {
    now,
    take: (key, limit, points, at) => {
      const window = windowOf(key, minuteOf(at));
      if (window.used + points > limit) return false;
      window.used += points;
      return true;
    },
    refund: (key, points, takenAt) => {
      const window = windows.get(key);
      if (window?.minute === minuteOf(takenAt)) window.used -= points;
    },
    state: (key, limit, at) => {
      const minute = minuteOf(at);
      return { remaining: Math.max(limit - windowOf(key, minute).used, 0), resetAt: endOf(minute) };
    },
  };
}
