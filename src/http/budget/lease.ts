/** What a process asks of a budget that it shares with others. */
export type LeaseRequest = {
  /** The key of the budget, and the minute of the clock that it is for. */
  readonly key: string;
  readonly minute: number;
  readonly limit: number;
  /** The fewest points that are of use. */
  readonly needed: number;
  /** The points that are taken, if as many are left; 0: there is only something to settle. */
  readonly wanted: number;
  /** Points that were spent without a lease; those that are given back are negative. */
  readonly settled: number;
};

/** The points that a process may spend, and all that every process has taken in this minute. */
export type Lease = { readonly granted: number; readonly used: number };

/** Where processes take the points of budgets that they share. */
export type BudgetSource = {
  /** Null while the source is known to be out of reach; rejects if it fails. */
  lease(request: LeaseRequest): Promise<Lease> | null;
  /** What a check of a source in another place finds; rejects while it is out of reach. */
  check?(): Promise<string>;
  close(): void;
};

/** What a lease gives when `taken` points of the budget are taken already. */
export function leaseOf(taken: number, { limit, needed, wanted, settled }: Omit<LeaseRequest, 'key' | 'minute'>): Lease {
  const left = limit - taken - settled;
  const granted = left >= needed ? Math.max(Math.min(left, wanted), 0) : 0;
  return { granted, used: taken + settled + granted };
}
