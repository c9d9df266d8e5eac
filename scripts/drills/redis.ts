import { setTimeout as sleep } from 'node:timers/promises';
import { withinOneMinute } from '../../test/support/minute.ts';
import { startRedis } from '../../test/support/redis.ts';
import { runDrill } from './frame.ts';
import { send } from './production/changes.ts';
import { programPath } from './production/missing.ts';
import { openInstallation } from './production/open.ts';
import { until } from './production/sockets.ts';
import { CHEAP, FREE_POINTS, spendAll } from './production/spend.ts';

/**
 * `tsx scripts/drills/redis.ts --rounds N`: Redis goes down, comes back, hangs, and goes on, while
 * two gateways are loaded. No request fails for it; meanwhile a tenant spends its budget once at
 * each gateway at most, and afterwards once in all, exact to 1 %.
 */
const [LOADERS, PAUSE_MS, SHARED_WITHIN_MS] = [4, 50, 10_000];

await runDrill(
  'redis',
  async frame => {
    const { rounds, fault, atEnd } = frame;
    programPath('redis-server');
    const { database, installation, tenants } = await openInstallation(frame, LOADERS + 4 * rounds);
    const redis = await startRedis();
    atEnd(redis.stop);
    const gateways = await Promise.all([0, 1].map(() => installation.gateway({ REDIS_URL: redis.url })));
    const [loaders, spenders] = [tenants.slice(0, LOADERS), tenants.slice(LOADERS)];
    await database.sql("UPDATE tenant SET plan_code = 'FREE' WHERE tenant_id = ANY($1)", [spenders.map(({ id }) => id)]);
    await database.sql("UPDATE tenant SET plan_code = 'PROFESSIONAL' WHERE tenant_id = ANY($1)", [loaders.map(({ id }) => id)]);
    const ask = ({ id, token }: (typeof tenants)[0], turn: number) => send(gateways[turn % 2]!.url, { token, tenant: id }, CHEAP);

    let [isOver, asked, slowest] = [false, 0, 0];
    const loading = loaders.map(async (tenant, first) => {
      for (let turn = first; !isOver; turn += 1) {
        const since = performance.now();
        const { told } = await ask(tenant, turn);
        slowest = Math.max(slowest, performance.now() - since);
        if (!told.startsWith('200 {')) fault(`under load, a request got ${told}`);
        asked += 1;
        await sleep(PAUSE_MS);
      }
    });
    const spend = async (): Promise<number> => {
      const tenant = spenders.pop()!;
      return await withinOneMinute(() => spendAll(turn => ask(tenant, turn)));
    };
    const expectSpent = async (when: string, least: number, most: number) => {
      const points = await spend();
      if (points < least || points > most) fault(`${when}, ${points} of ${FREE_POINTS} points were spent`);
      return points;
    };
    const areShared = async (isWanted: boolean) => {
      const found = await Promise.all(
        gateways.map(async ({ metricsUrl }) => {
          const response = await fetch(`${metricsUrl}/readyz?verbose`);
          if (response.status !== 200) fault('a gateway without Redis is not ready');
          return ((await response.json()) as { checks: Record<string, { ok: boolean }> }).checks.redis!.ok;
        }),
      );
      return found.every(ok => ok === isWanted);
    };
    const waitShared = async (when: string) => {
      const since = performance.now();
      if (!(await until(() => areShared(true), SHARED_WITHIN_MS))) fault(`${when}, budgets are not shared again`);
      return performance.now() - since;
    };
    let [slowestBack, mostAlone] = [0, 0];
    for (let round = 0; round < rounds; round += 1) {
      await redis.stop();
      if (!(await until(() => areShared(false)))) fault('nobody noticed that Redis is down');
      mostAlone = Math.max(mostAlone, await expectSpent('without Redis', FREE_POINTS * 0.99, 2 * FREE_POINTS));
      await redis.start();
      slowestBack = Math.max(slowestBack, await waitShared('after Redis was down'));
      await expectSpent('after Redis was down', FREE_POINTS * 0.99, FREE_POINTS);
      redis.hang();
      mostAlone = Math.max(mostAlone, await expectSpent('while Redis hangs', FREE_POINTS * 0.99, 2 * FREE_POINTS));
      redis.wake();
      slowestBack = Math.max(slowestBack, await waitShared('after Redis hung'));
      await expectSpent('after Redis hung', FREE_POINTS * 0.99, FREE_POINTS);
    }
    isOver = true;
    await Promise.all(loading);
    return `${rounds} outages and hangs, ${asked} requests under load, slowest ${slowest.toFixed(0)} ms, at most ${mostAlone} of ${FREE_POINTS} points without Redis, shared again within ${(slowestBack / 1_000).toFixed(1)} s`;
  },
  { rounds: 3, limit: [120, 300] },
);
