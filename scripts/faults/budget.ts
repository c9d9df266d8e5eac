import type { Fault } from './fault.ts';

const BUDGET = ['test/http/budget/budget'];
const COST = ['test/http/graphql/cost'];

/** Faults of what operations cost, and of the budgets that pay for them. */
export const BUDGET_FAULTS: readonly Fault[] = [
  { file: 'src/http/budget/budgets.ts', find: 'if (window.used + points > limit) return false;', plant: '', tests: BUDGET, short: true },
  { file: 'src/http/budget/budgets.ts', find: 'current?.minute === minute', plant: 'current', tests: BUDGET },
  { file: 'src/http/budget/budgets.ts', find: 'window.used -= points;', plant: '', tests: BUDGET },
  {
    file: 'src/http/budget/request-budget.ts',
    find: 'key: tenantAccess.tenantId,',
    plant: "key: 'all tenants',",
    tests: BUDGET,
    short: true,
  },
  { file: 'src/http/budget/request-budget.ts', find: 'const key = profile ?', plant: 'const key = profile && false ?', tests: BUDGET },
  { file: 'src/http/budget/request-budget.ts', find: 'limit !== null && cost > limit ? null', plant: 'false ? null', tests: BUDGET },
  { file: 'src/http/budget/request-budget.ts', find: 'if (!grant.tenantAccess) return [];', plant: '', tests: BUDGET },
  { file: 'src/http/budget/address.ts', find: '.slice(0, 4)', plant: '', tests: BUDGET },
  {
    file: 'src/http/auth/build-context.ts',
    find: 'costLimit: membership?.costPointsPerMinute ?? null',
    plant: 'costLimit: null',
    tests: BUDGET,
  },
  { file: 'src/http/graphql/prices.ts', find: 'Math.min(tally.rows.get(pattern) ?? 0, ', plant: 'Math.max(0, ', tests: BUDGET },
  { file: 'src/http/graphql/prices.ts', find: 'charge -= cost *', plant: 'charge -= 0 *', tests: BUDGET },
  { file: 'src/http/graphql/prices.ts', find: 'times: times * Math.max(multiplier, 0)', plant: 'times', tests: COST },
  { file: 'src/graphql/core/cost.ts', find: '...(weight !== 1 && { cost: { weight } }),', plant: '', tests: COST },
  { file: 'src/executor/marks.ts', find: 'tally?.addRows(mark.pattern, Number(parts[at]));', plant: '', tests: BUDGET },
  { file: 'src/executor/response-writer.ts', find: 'this.execution.tally?.addRefused(pattern);', plant: '', tests: BUDGET },
  {
    file: 'src/http/graphql/result-tally.ts',
    find: 'error.path && isRefusal(error)',
    plant: 'error.path',
    tests: ['test/http/budget/charge'],
  },
];
