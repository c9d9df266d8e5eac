import type { Registry } from 'prom-client';
import type { BudgetCounts } from '../../http/budget/budget-counts.ts';
import { counter, counters, gauge } from './metric.ts';

/** The metrics of budgets that processes share. They are 0 or absent where nothing is shared. */
export function addBudgetMetrics(registry: Registry, counts: BudgetCounts): void {
  counters(
    registry,
    'outcome',
    {
      name: 'ipto_budget_leases_total',
      help: 'Requests to Redis for points of a budget: granted, refused, settled (only told what was used), failed or late.',
    },
    () => ({ granted: counts.granted, refused: counts.refused, settled: counts.settled, failed: counts.failed }),
  );
  counter(
    registry,
    {
      name: 'ipto_budget_unshared_charges_total',
      help: 'Operations that were charged by this process alone, because Redis did not answer.',
    },
    () => counts.unshared,
  );
  gauge(registry, { name: 'ipto_redis_up', help: 'Whether Redis answers: 1 or 0; absent without REDIS_URL.' }, () => counts.isUp);
}
