/** How a process fares with the source of budgets that it shares. */
export class BudgetCounts {
  /** Leases that gave points, gave none, only settled, and failed or came late. */
  granted = 0;
  refused = 0;
  settled = 0;
  failed = 0;
  /** Operations that were charged without a lease, because the source was out of reach. */
  unshared = 0;
  /** Whether the source answers, as 1 or 0; null where nothing is shared. */
  isUp: 0 | 1 | null = null;
}
