import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { BudgetCounts } from '../../../src/http/budget/budget-counts.ts';
import type { Budgets } from '../../../src/http/budget/budgets.ts';
import { type BudgetSource, leaseOf } from '../../../src/http/budget/lease.ts';
import { createLeasedBudgets } from '../../../src/http/budget/leased-budgets.ts';
import { openRedisSource } from '../../../src/http/budget/redis-source.ts';
import { startRedis } from '../../support/redis.ts';
import { useResource } from '../../support/resource.ts';
import { waitUntil } from '../../support/wait.ts';

const NOW = Date.parse('2026-03-01T12:00:30Z');
const redis = useResource(startRedis, server => server.stop());
const opened: BudgetSource[] = [];
afterEach(() => {
  for (const source of opened.splice(0)) source.close();
});

type Replica = Budgets & { readonly counts: BudgetCounts; readonly changes: readonly (string | null)[] };

/** Leases aren't given up because the machine is busy. */
const PATIENCE = 60_000;

/** A replica that is connected to Redis. */
async function replica(prefix: string, at = { now: NOW }, leaseTimeout: number | undefined = PATIENCE): Promise<Replica> {
  const changes: (string | null)[] = [];
  const source = openRedisSource({ url: redis.url, prefix }, lost => changes.push(lost?.message ?? null));
  opened.push(source);
  await waitUntil(() => changes.at(-1) === null);
  const counts = new BudgetCounts();
  return { ...createLeasedBudgets(source, { now: () => at.now, counts, leaseTimeout }), counts, changes };
}

let tests = 0;
/** Replicas that share budgets with each other and with no other test. */
const replicas = (count: number, at?: { now: number }, leaseTimeout?: number) => {
  tests += 1;
  const prefix = `test-${tests}:`;
  return Promise.all(Array.from({ length: count }, () => replica(prefix, at, leaseTimeout)));
};

/** Takes at the replicas in turn until each refuses; returns the points that were taken. */
async function useUp(all: readonly Budgets[], limit: number, points: number, refunded = 0): Promise<number> {
  let taken = 0;
  let refusals = 0;
  for (let at = 0; refusals < all.length; at += 1) {
    const budgets = all[at % all.length]!;
    if (await budgets.take('tenant', limit, points, budgets.now())) {
      taken += points - refunded;
      refusals = 0;
      if (refunded) budgets.refund('tenant', refunded, NOW);
    } else refusals += 1;
  }
  return taken;
}

describe('G7: replicas that share a budget', () => {
  test.each([
    [1_000, 2, 0],
    [10_000, 7, 0],
    [100_000, 20, 0],
    [100_000, 302, 294],
  ])('of %i points spend at most that, and at least 99 %% of it, by %i points less %i', async (limit, points, refunded) => {
    const taken = await useUp(await replicas(2), limit, points, refunded);
    expect(taken).toBeLessThanOrEqual(limit);
    expect(taken).toBeGreaterThanOrEqual(limit * 0.99 - points);
  });

  test('never spend more than it, however they take and give back at the same time', async () => {
    const step = fc.record({ at: fc.nat({ max: 1 }), points: fc.integer({ min: 1, max: 400 }), back: fc.nat({ max: 400 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120 }), async steps => {
        const all = await replicas(2);
        const charged = await Promise.all(
          steps.map(async ({ at, points, back }) => {
            const budgets = all[at]!;
            if (!(await budgets.take('tenant', 2_000, points, NOW))) return 0;
            const refunded = Math.min(points, back);
            budgets.refund('tenant', refunded, NOW);
            return points - refunded;
          }),
        );
        const spent = charged.reduce((sum, points) => sum + points, 0);
        const rest = await useUp(all, 2_000, 1);
        expect(spent + rest).toBeLessThanOrEqual(2_000);
        expect(spent + rest).toBeGreaterThanOrEqual(1_980);
        for (const { close } of opened.splice(0)) close();
      }),
      { numRuns: 15 },
    );
  });

  test('ask Redis for slices, not for each operation, and answer at once while a slice lasts', async () => {
    const [one] = await replicas(1);
    expect(await one!.take('tenant', 100_000, 10, NOW)).toBe(true);
    const answers = Array.from({ length: 20 }, () => one!.take('tenant', 100_000, 10, NOW));
    expect(answers).toEqual(answers.map(() => true));
    await useUp([one!], 100_000, 10);
    const { granted, refused, settled } = one!.counts;
    expect(granted + refused + settled).toBeLessThan(100_000 / 10 / 20);
  });

  test('hold no more than half a per cent of it unspent, also after a page that was not full', async () => {
    const all = await replicas(2);
    expect(await all[0]!.take('tenant', 10_000, 9_000, NOW)).toBe(true);
    expect(await all[1]!.take('tenant', 10_000, 5_000, NOW)).toBe(false);
    all[0]!.refund('tenant', 8_990, NOW);
    await waitUntil(async () => await all[1]!.take('tenant', 10_000, 9_800, NOW));
    expect(all[1]!.state('tenant', 10_000, NOW).remaining).toBeLessThanOrEqual(190);
  });

  test('serve a lease’s waiters in their order, and only as many as there are points for', async () => {
    const [one] = await replicas(1);
    const answers = await Promise.all([600, 500, 400, 1].map(points => one!.take('tenant', 1_000, points, NOW)));
    expect(answers).toEqual([true, false, true, false]);
  });

  test('begin a new minute with all of it, and let points of an earlier one lapse', async () => {
    const at = { now: NOW };
    const all = await replicas(2, at);
    expect(await useUp(all, 1_000, 10)).toBe(1_000);
    at.now += 60_000;
    expect(await all[0]!.take('tenant', 1_000, 10, all[0]!.now())).toBe(true);
    all[0]!.refund('tenant', 500, NOW);
    expect(await useUp(all, 1_000, 10)).toBe(990);
  });

  test('P2: have a larger one at the next operation after an upgrade', async () => {
    const all = await replicas(2);
    await useUp(all, 1_000, 10);
    expect([await all[0]!.take('tenant', 10_000, 5_000, NOW), await all[1]!.take('tenant', 10_000, 5_000, NOW)]).toEqual([true, false]);
  });
});

describe('G7: while Redis is out of reach', () => {
  test('each replica counts by itself, from what it knew, and tells Redis what it spent when it is back', async () => {
    const [one, other] = await replicas(2);
    expect(await useUp([one!], 1_000, 100)).toBe(1_000);
    expect(await other!.take('tenant', 10_000, 4_000, NOW)).toBe(true);
    await redis.stop();
    await waitUntil(() => one!.changes.length === 2 && other!.changes.length === 2);
    expect(await one!.take('tenant', 1_000, 100, NOW)).toBe(false);
    expect(await other!.take('tenant', 10_000, 3_000, NOW)).toBe(true);
    expect(await other!.take('tenant', 10_000, 3_000, NOW)).toBe(false);
    expect(other!.counts.unshared).toBe(1);
    await redis.start();
    await waitUntil(() => other!.changes.length === 3);
    await waitUntil(async () => (await other!.take('tenant', 10_000, 1, NOW)) && (await redis.used(`test-${tests}:`)) >= 3_000);
    expect(other!.changes.map(message => message === null)).toEqual([true, false, true]);
    expect(other!.counts.failed).toBe(0);
  });

  test('nobody waits long for one that hangs, and its late answers count', async () => {
    const [one] = await replicas(1, undefined, 200);
    redis.hang();
    try {
      expect(await one!.take('tenant', 1_000, 100, NOW)).toBe(true);
      expect(one!.take('tenant', 1_000, 800, NOW)).toBe(true);
      expect(one!.take('tenant', 1_000, 101, NOW)).toBe(false);
      expect(one!.counts).toMatchObject({ unshared: 2, failed: 1 });
    } finally {
      redis.wake();
    }
    await waitUntil(async () => (await redis.used(`test-${tests}:`)) >= 900);
    expect(await useUp([one!], 1_000, 1)).toBe(100);
  });
});

test('G7: a lease gives what is left, or nothing if that is of no use', () => {
  const request = { limit: 100, needed: 10, wanted: 30, settled: 0 };
  expect(leaseOf(0, request)).toEqual({ granted: 30, used: 30 });
  expect(leaseOf(85, request)).toEqual({ granted: 15, used: 100 });
  expect(leaseOf(91, request)).toEqual({ granted: 0, used: 91 });
  expect(leaseOf(91, { ...request, settled: -20 })).toEqual({ granted: 29, used: 100 });
  expect(leaseOf(91, { ...request, settled: 20, needed: 0, wanted: 0 })).toEqual({ granted: 0, used: 111 });
});
