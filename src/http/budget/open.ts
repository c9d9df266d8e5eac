import type { Logger } from 'pino';
import { createAddressOf } from './address.ts';
import { BudgetCounts } from './budget-counts.ts';
import { createBudgets } from './budgets.ts';
import { createCatalogue } from './catalogue.ts';
import type { BudgetSource } from './lease.ts';
import { createLeasedBudgets } from './leased-budgets.ts';
import type { RedisOptions } from './redis-source.ts';
import type { BudgetOptions } from './request-budget.ts';

/** The settings of budgets. */
export type BudgetSettings = {
  /** Cost points a minute of a person, or of an address, without a tenant. */
  readonly withoutTenant: number;
  /** The addresses and networks of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** The Redis through which replicas share budgets; null or left out: each counts by itself. */
  readonly redis?: RedisOptions | null;
  /** Where the workers of one gateway share budgets, if not through Redis. */
  readonly source?: BudgetSource | null;
  /** Processes that share a slice; 1 if left out. */
  readonly processes?: number;
};

/** The budgets of a process, and what is observed of their source. */
export type OpenBudget = BudgetOptions & {
  readonly counts: BudgetCounts;
  /** Null: nothing is shared. */
  readonly source: BudgetSource | null;
};

/**
 * Opens the budgets of a process. Null: nobody has a limit. The client of Redis is loaded if there
 * is a Redis.
 */
export async function openBudget(settings: BudgetSettings | null, now: () => number, log: Logger): Promise<OpenBudget> {
  const counts = new BudgetCounts();
  const { redis = null, source: given = null, processes } = settings ?? {};
  const source = redis ? (await import('./redis-source.ts')).openRedisSource(redis, onChange(counts, log)) : given;
  return {
    counts,
    source,
    budgets: source ? createLeasedBudgets(source, { now, counts, processes }) : createBudgets(now),
    catalogue: createCatalogue(now),
    withoutTenant: settings?.withoutTenant ?? null,
    addressOf: createAddressOf(settings?.trustedProxies ?? []),
  };
}

function onChange(counts: BudgetCounts, log: Logger): (lost: Error | null) => void {
  counts.isUp = 0;
  return lost => {
    counts.isUp = lost ? 0 : 1;
    if (lost) log.warn({ err: lost }, 'Redis is out of reach; each process counts budgets by itself');
    else log.info('Redis answers; budgets are shared');
  };
}
