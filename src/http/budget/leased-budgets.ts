import { LRUCache } from 'lru-cache';
import { BudgetCounts } from './budget-counts.ts';
import { type Budgets, endOf, MAX_BUDGETS, minuteOf } from './budgets.ts';
import type { BudgetSource } from './lease.ts';
import { LeasedWindow } from './leased-window.ts';

/** The share of a budget that a process holds at most, while nobody waits for more. */
const SLICE = 0.005;

const LEASE_TIMEOUT_MS = 200;

export type LeasedOptions = {
  readonly now: () => number;
  /** Processes of this gateway that lease from the same source; they share one slice. */
  readonly processes?: number | undefined;
  readonly counts?: BudgetCounts | undefined;
  /** How long a request waits for a lease, ms; the default when left out. */
  readonly leaseTimeout?: number | undefined;
};

/**
 * The budgets of several processes, which lease slices of them from a source. A request waits for
 * the source only if it needs more points than the slice has left; the rest is settled afterwards.
 * While the source is out of reach each process counts by itself, from what it last knew.
 */
export function createLeasedBudgets(source: BudgetSource, options: LeasedOptions): Budgets {
  const { now, processes = 1, counts = new BudgetCounts(), leaseTimeout = LEASE_TIMEOUT_MS } = options;
  // Key: that of the budget. Each entry has its minute.
  const windows = new LRUCache<string, LeasedWindow>({ max: MAX_BUDGETS });
  function windowOf(key: string, limit: number, minute: number): LeasedWindow {
    let window = windows.get(key);
    if (window?.minute !== minute) {
      window = new LeasedWindow(source, counts, key, minute, leaseTimeout);
      windows.set(key, window);
    }
    window.resize(limit, Math.max(Math.floor((limit * SLICE) / processes), 1));
    return window;
  }
  return {
    now,
    take: (key, limit, points, at) => windowOf(key, limit, minuteOf(at)).take(points),
    refund: (key, points, takenAt) => {
      const window = windows.get(key);
      if (window?.minute === minuteOf(takenAt)) window.giveBack(points);
    },
    state: (key, limit, at) => {
      const minute = minuteOf(at);
      return { remaining: windowOf(key, limit, minute).remaining, resetAt: endOf(minute) };
    },
  };
}
