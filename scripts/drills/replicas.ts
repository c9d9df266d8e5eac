import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPgBouncer } from '../../test/support/isolation/pgbouncer.ts';
import { withinOneMinute } from '../../test/support/minute.ts';
import { freePort, startRedis } from '../../test/support/redis.ts';
import { subscribe } from '../../test/support/subscribe.ts';
import { makeDatabase, startCluster } from '../database.ts';
import { runDrill } from './frame.ts';
import { startBalancer } from './production/balancer.ts';
import { ChangingTenant, send } from './production/changes.ts';
import { install } from './production/installation.ts';
import { hasProgram, programPath } from './production/missing.ts';
import { until } from './production/sockets.ts';
import { CHEAP, FREE_POINTS, spendAll } from './production/spend.ts';
import { makeTenants } from './production/tenants.ts';

/**
 * `tsx scripts/drills/replicas.ts --rounds INTERLEAVINGS`: two gateways and two workers behind
 * haproxy, with PgBouncer and Redis. People, roles, status, keys and documents change through one
 * replica, after both have answered as before; the next request to the other one, and one through
 * the balancer, must see it. Every so often a subscription at the other replica must see a change,
 * and end with its member's removal. In the end both spend one budget, exact to 1 %.
 */
const [TENANTS, STREAM_EVERY] = [6, 20];
const FOLLOWED = 'subscription { tenantChanged { event { data } } }';
/** From so many interleavings on, a budget is spent as well. */
const WHOLE = 1_000;
/** Staff act in no tenant. */
const UNLIMITED = { COST_POINTS_WITHOUT_TENANT: '1000000000' };
const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)]!;

type Urls = { readonly near: string; readonly far: string; readonly front: string };

await runDrill(
  'replicas',
  async frame => {
    const { rounds, fault, atEnd } = frame;
    programPath('pgbouncer');
    programPath('redis-server');
    const cluster = await startCluster();
    atEnd(cluster.stop);
    const database = await makeDatabase(cluster.url, 'drill');
    atEnd(database.drop);
    const [bouncer, redis] = [await startPgBouncer(database.runtimeUrl, { connections: 20 }), await startRedis()];
    atEnd(() => Promise.all([bouncer.stop(), redis.stop()]));
    const installation = await install(frame, bouncer.url);
    const tenants = await makeTenants(database, installation, TENANTS);
    const backends = [];
    for (const name of ['first', 'second']) backends.push({ name, port: await freePort(), metricsPort: await freePort() });
    const hasBalancer = hasProgram('haproxy');
    const balancer = hasBalancer ? await startBalancer(frame, backends) : null;
    const worker = () => installation.worker({ WORKER_DATABASE_URL: database.runtimeUrl });
    const [first, second] = await Promise.all([
      ...backends.map(({ port, metricsPort }) =>
        installation.gateway({ PORT: String(port), METRICS_PORT: String(metricsPort), REDIS_URL: redis.url, ...UNLIMITED }),
      ),
      ...[worker(), worker()],
    ]);
    for (const { name } of backends) await balancer?.sendsTo(name);
    const replicas = [first!.url, second!.url];
    const urls = (): Urls => {
      const [near, far] = Math.random() < 0.5 ? replicas : replicas.toReversed();
      return { near: near!, far: far!, front: balancer?.url ?? near! };
    };
    const done: Record<string, number> = {};
    let [left, streams, stale] = [rounds, 0, 0];

    const interleave = async (tenant: ChangingTenant): Promise<void> => {
      const { near, far, front } = urls();
      const kind = pick(tenant.kinds());
      const { ask, before, make, after } = await tenant.prepare(kind, pick(replicas));
      const warm = await Promise.all(replicas.map(ask));
      for (const told of warm) if (told !== before) fault(`${kind}: before the change, a replica answered ${told}`);
      await make(near);
      for (const told of await Promise.all([ask(far), ask(front)])) {
        if (told === after) continue;
        if (told === before) stale += 1;
        fault(`${kind}: after the change, a replica answered ${told} in place of ${after}`);
      }
      done[kind] = (done[kind] ?? 0) + 1;
    };
    const follow = async (tenant: ChangingTenant): Promise<void> => {
      const { near, far } = urls();
      const guest = await tenant.guest();
      const [seen, unseen] = [randomUUID(), randomUUID()];
      const stream = await subscribe(far, FOLLOWED, { token: guest.token, tenant: tenant.tenant.id });
      await tenant.rename(near, seen);
      if (!(await until(() => JSON.stringify(stream.sent).includes(seen), 20_000)))
        fault(`a stream did not see a change: ${JSON.stringify(stream.errors)}`);
      await guest.remove(near);
      await tenant.rename(near, unseen);
      const ended = await Promise.race([stream.ended(), sleep(20_000, null)]);
      if (!ended) fault('the stream of a removed member stays open');
      if (JSON.stringify(stream.sent).includes(unseen)) fault('a removed member was sent a change');
      stream.close();
      streams += 1;
    };
    const since = performance.now();
    await Promise.all(
      tenants.map(async made => {
        const tenant = await ChangingTenant.make(database, installation, made);
        for (let turn = 1; left > 0; turn += 1) {
          left -= 1;
          await interleave(tenant);
          if (turn % STREAM_EVERY === 0 && tenant.kinds().length > 1) await follow(tenant);
        }
      }),
    );
    const took = (performance.now() - since) / 1_000;

    await database.sql("UPDATE tenant SET plan_code = 'FREE' WHERE tenant_id = $1", [tenants[0]!.id]);
    const { id, token } = tenants[0]!;
    const ask = (turn: number) => send(replicas[turn % 2]!, { token, tenant: id }, CHEAP);
    // it may wait for the next minute, and flood does it in its short form
    const spent = rounds < WHOLE ? null : await withinOneMinute(() => spendAll(ask));
    if (spent === null) process.stderr.write('replicas: few interleavings, so no budget is spent\n');
    else if (spent > FREE_POINTS || spent < FREE_POINTS * 0.99) fault(`${spent} of ${FREE_POINTS} points were spent`);
    const counts = Object.entries(done)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(', ');
    return `${rounds} interleavings in ${took.toFixed(0)} s (${counts}), ${stale} stale, ${streams} streams, ${spent === null ? '' : `${spent} of ${FREE_POINTS} points, `}${hasBalancer ? 'through haproxy' : 'NOT through haproxy, which is missing: apt-get install haproxy'}`;
  },
  { rounds: 10_000, limit: [240, 0.3] },
);
