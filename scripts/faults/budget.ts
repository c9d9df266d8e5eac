import type { Fault } from './fault.ts';

const BUDGET = ['test/http/budget/budget'];
const SHARED = ['test/http/budget/leased-budgets'];
const REPLICAS = ['test/http/budget/replicas'];
const QUEUE = ['test/http/server/request-queue'];
const FLOOD = ['test/http/graphql/flood'];
const WORKERS = ['test/cli/workers'];
const COST = ['test/http/graphql/cost'];

/** Faults of what operations cost, and of the budgets that pay for them. */
export const BUDGET_FAULTS: readonly Fault[] = [
  { file: 'src/http/budget/budgets.ts', find: 'if (window.used + points > limit) return false;', plant: '', tests: BUDGET, short: true },
  { file: 'src/http/budget/budgets.ts', find: 'current?.minute === minute', plant: 'current', tests: BUDGET },
  { file: 'src/http/budget/budgets.ts', find: 'window.used -= points;', plant: '', tests: BUDGET },
  { file: 'src/http/budget/leased-budgets.ts', find: 'window?.minute !== minute', plant: '!window', tests: SHARED },
  { file: 'src/http/budget/leased-budgets.ts', find: 'if (window?.minute === minuteOf(takenAt)) ', plant: 'if (window) ', tests: SHARED },
  { file: 'src/http/budget/leased-budgets.ts', find: 'const SLICE = 0.005;', plant: 'const SLICE = 0.05;', tests: SHARED },
  { file: 'src/http/budget/leased-window.ts', find: 'if (this.#available > this.#slice) this.#lease();\n  }', plant: '}', tests: SHARED },
  { file: 'src/http/budget/leased-window.ts', find: 'this.#refused.until = 0;', plant: '', tests: SHARED },
  { file: 'src/http/budget/leased-window.ts', find: 'this.#unsettled -= settled;', plant: '', tests: SHARED },
  { file: 'src/http/budget/leased-window.ts', find: 'this.#unsettled += points - leased;', plant: '', tests: SHARED },
  { file: 'src/http/budget/leased-window.ts', find: 'if (this.#isLate) return this.#takeUnshared(points);', plant: '', tests: SHARED },
  { file: 'src/http/budget/leased-window.ts', find: 'if (points > this.remaining) return false;', plant: '', tests: SHARED },
  {
    file: 'src/http/budget/redis-source.ts',
    find: "tonumber(redis.call('GET', KEYS[1]) or 0) + settled",
    plant: 'settled',
    tests: SHARED,
    short: true,
  },
  {
    file: 'src/http/budget/redis-source.ts',
    find: "(redis.status === 'ready' ? lease(request) : null)",
    plant: 'lease(request)',
    tests: SHARED,
  },
  {
    file: 'src/http/budget/open.ts',
    find: 'source ? createLeasedBudgets(source, { now, counts, processes }) : ',
    plant: '',
    tests: REPLICAS,
  },
  {
    file: 'src/http/budget/request-budget.ts',
    find: 'key: tenantAccess.tenantId,',
    plant: "key: 'all tenants',",
    tests: BUDGET,
    short: true,
  },
  { file: 'src/http/budget/request-budget.ts', find: 'const key = profile ?', plant: 'const key = profile && false ?', tests: BUDGET },
  { file: 'src/http/budget/request-budget.ts', find: 'if (isTooHigh(limit)) throw', plant: 'if (false) throw', tests: BUDGET },
  { file: 'src/http/budget/request-budget.ts', find: 'if (!grant.tenantAccess || isCap) return [];', plant: '', tests: BUDGET },
  { file: 'src/http/budget/request-budget.ts', find: ', cap: capOf(apiKey) };', plant: ' };', tests: BUDGET, short: true },
  { file: 'src/http/budget/payer.ts', find: 'if (cap) budgets.refund(cap.key, points, takenAt);', plant: '', tests: BUDGET },
  {
    file: 'src/http/budget/payer.ts',
    find: '  budgets.refund(cap.key, points, at);\n  return false;',
    plant: '  return false;',
    tests: BUDGET,
  },
  { file: 'src/http/budget/payer.ts', find: ' || ofCap.remaining < state.remaining', plant: '', tests: BUDGET },
  {
    file: 'src/http/server/request-queue.ts',
    find: ' && (this.#runningOf.get(owner) ?? 0) < this.limits.runningOfOne',
    plant: '',
    tests: QUEUE,
    short: true,
  },
  {
    file: 'src/http/server/request-queue.ts',
    find: 'this.#waitingOf.delete(owner);\n      const waiter',
    plant: 'const waiter',
    tests: QUEUE,
  },
  { file: 'src/http/server/request-queue.ts', find: ' || waiters.length >= this.limits.waitingOfOne', plant: '', tests: QUEUE },
  { file: 'src/http/server/request-queue.ts', find: "response.once('close', refuse);", plant: '', tests: QUEUE },
  {
    file: 'src/http/server/request-queue.ts',
    find: 'const timer = setTimeout(refuse, MAX_WAIT_MS);',
    plant: 'const timer = undefined;',
    tests: QUEUE,
  },
  { file: 'src/http/server/request-queue.ts', find: 'if (this.#waiting * 2 <= this.limits.waiting)', plant: '', tests: QUEUE },
  { file: 'src/main.ts', find: '!queue.isOverloaded && ', plant: '', tests: ['test/http/graphql/overload'] },
  { file: 'src/http/server/request-queue.ts', find: 'if (this.#waiting) this.#startNext();', plant: '', tests: QUEUE },
  {
    file: 'src/http/budget/request-budget.ts',
    find: 'return grant.tenantAccess?.tenantId ?? profile',
    plant: "return 'all' ?? profile",
    tests: FLOOD,
  },
  { file: 'src/database/driver/connection-shares.ts', find: 'max < 5 ? max : max - Math.ceil(max / 5)', plant: 'max', tests: FLOOD },
  {
    file: 'src/database/tenancy/binding.ts',
    find: 'parameters: encodeParameters(settingsOf(binding)),\n  owner: binding.tenantId,',
    plant: 'parameters: encodeParameters(settingsOf(binding)),\n  owner: null,',
    tests: FLOOD,
  },
  { file: 'src/cluster/primary.ts', find: 'await stopOne(running);', plant: 'void stopOne(running);', tests: WORKERS },
  { file: 'src/cluster/primary.ts', find: 'lease: this.#lease,', plant: 'lease: createMemorySource(),', tests: WORKERS },
  { file: 'src/cluster/primary.ts', find: 'resolve(this.#replace(isServing ? 0 : RESTART_MS));', plant: '', tests: WORKERS },
  { file: 'src/http/budget/memory-source.ts', find: 'current?.minute === minute ? current.used : 0', plant: '0', tests: WORKERS },
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
