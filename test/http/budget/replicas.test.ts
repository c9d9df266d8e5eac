import { expect, test } from 'vitest';
import { scrape, valueIn } from '../../observe/scrape.ts';
import { fixtures, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';
import { startRedis } from '../../support/redis.ts';
import { useResource } from '../../support/resource.ts';
import { waitUntil } from '../../support/wait.ts';

const database = useDatabase();
const redis = useResource(startRedis, server => server.stop());
const budget = () => ({ withoutTenant: 40, trustedProxies: [], redis: { url: redis.url, prefix: 'test:' } });
const METRICS = { host: '127.0.0.1', port: 0 };
const one = useGateway(database, () => ({ budget: budget(), metrics: METRICS }));
const other = useGateway(database, () => ({ budget: budget() }));
const make = fixtures(database);

const CHEAP = '{ tenant { name } }';
const redisOf = async () => {
  const response = await fetch(`${one.metricsUrl}/readyz?verbose`);
  const { checks } = (await response.json()) as { checks: Record<string, { ok: boolean; required: boolean; found: string }> };
  return { status: response.status, ...checks.redis! };
};

test('G7: two replicas share a tenant’s budget through Redis, and go on without it', async () => {
  const at = new Date('2026-03-01T12:00:30Z');
  for (const gateway of [one, other]) gateway.clock.set(at);
  const owner = await make.person('Payer');
  const tenant = await make.tenant('sharing', owner, { plan: 'FREE' });
  const asks = await Promise.all(
    [one, other].map(async gateway => {
      const token = await gateway.tokenOf(owner);
      return () => gateway.ask(CHEAP, { token, tenant: tenant.slug });
    }),
  );
  await waitUntil(async () => (await redisOf()).ok);
  expect(await redisOf()).toMatchObject({ status: 200, required: false, found: 'PONG: budgets are shared' });
  let answered = 0;
  const refused = new Set<number>();
  for (let turn = 0; refused.size < 2; turn += 1) {
    const { status } = await asks[turn % 2]!();
    if (status === 200) answered += 1;
    else if (status === 429) refused.add(turn % 2);
    else throw new Error(`answered ${status}`);
  }
  expect(answered * 2).toBeGreaterThanOrEqual(1_000 * 0.99);
  expect(answered * 2).toBeLessThanOrEqual(1_000);
  const series = await scrape(one.metricsUrl);
  expect(valueIn(series, 'ipto_redis_up')).toBe(1);
  expect(valueIn(series, 'ipto_budget_leases_total', { outcome: 'granted' })).toBeGreaterThan(0);

  await redis.stop();
  await waitUntil(async () => valueIn(await scrape(one.metricsUrl), 'ipto_redis_up') === 0);
  expect(await redisOf()).toMatchObject({ status: 200, ok: false, required: false });
  const unshared = async () => valueIn(await scrape(one.metricsUrl), 'ipto_budget_unshared_charges_total');
  const before = await unshared();
  for (const gateway of [one, other]) gateway.clock.advance({ minutes: 1 });
  for (const ask of asks) expect((await ask()).headers.get('ratelimit')).toBe('"cost";r=998;t=30');
  expect((await unshared()) - before).toBe(1);
});
