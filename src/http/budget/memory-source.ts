import { LRUCache } from 'lru-cache';
import { MAX_BUDGETS } from './budgets.ts';
import { type Lease, type LeaseRequest, leaseOf } from './lease.ts';

/** The counts of budgets in one process, from which others lease. */
export function createMemorySource(): (request: LeaseRequest) => Lease {
  // Key: that of the budget. Each entry has its minute.
  const taken = new LRUCache<string, { readonly minute: number; readonly used: number }>({ max: MAX_BUDGETS });
  return request => {
    const { key, minute } = request;
    const current = taken.get(key);
    const lease = leaseOf(current?.minute === minute ? current.used : 0, request);
    taken.set(key, { minute, used: lease.used });
    return lease;
  };
}
