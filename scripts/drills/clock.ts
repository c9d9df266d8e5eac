import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { withinOneMinute } from '../../test/support/minute.ts';
import { startRedis } from '../../test/support/redis.ts';
import { runDrill } from './frame.ts';
import { send } from './production/changes.ts';
import { faultsIn } from './production/check.ts';
import { acknowledgements, Load } from './production/load.ts';
import { programPath } from './production/missing.ts';
import { openInstallation } from './production/open.ts';
import { until } from './production/sockets.ts';
import { CHEAP, FREE_POINTS, spendAll } from './production/spend.ts';

/**
 * `tsx scripts/drills/clock.ts --rounds SHIFTS`: the clock of one gateway and one worker, of two
 * each, is 30 s or 10 min off. That gateway judges `exp` and `nbf` by its own clock, give or take
 * OIDC_CLOCK_SKEW, also for tokens that it knows. A budget that both spend is spent once for each
 * of their two minutes at most. Chains stay whole, and each invitation is mailed once.
 */
const SHIFTS = [600, -600, 30, -30];
const [SKEW, MARGIN] = [30, 15];
const MODULE = fileURLToPath(new URL('./production/clock-shift.mjs', import.meta.url));

await runDrill(
  'clock',
  async frame => {
    const { rounds, fault, atEnd } = frame;
    programPath('redis-server');
    const shifts = SHIFTS.slice(0, rounds);
    const { database, installation, tenants } = await openInstallation(frame, 4 + shifts.length);
    const [loaded, spenders] = [tenants.slice(0, 4), tenants.slice(4)];
    await database.sql("UPDATE tenant SET plan_code = 'FREE' WHERE tenant_id = ANY($1)", [spenders.map(({ id }) => id)]);
    const redis = await startRedis();
    atEnd(redis.stop);
    const [right, rightWorker] = await Promise.all([installation.gateway({ REDIS_URL: redis.url }), installation.worker()]);
    const counts = { tokens: 0, spent: [] as number[], invitations: 0 };
    for (const [at, shift] of shifts.entries()) {
      const off = { NODE_OPTIONS: `--import ${MODULE}`, CLOCK_SHIFT_MS: String(shift * 1_000) };
      const [gateway, worker] = await Promise.all([installation.gateway({ ...off, REDIS_URL: redis.url }), installation.worker(off)]);

      // at the edge of what is tolerated, where a few seconds of the drill itself don't matter
      const [tenant] = loaded as [(typeof loaded)[0]];
      const now = Math.floor(Date.now() / 1_000);
      const judged = async (claims: object, isGood: boolean) => {
        const token = await installation.tokenOf(tenant.mark, claims);
        for (const when of ['first', 'again']) {
          const { told } = await send(gateway.url, { token, tenant: tenant.id }, CHEAP);
          if (told.startsWith(isGood ? '200 {' : '401 UNAUTHENTICATED')) counts.tokens += 1;
          else fault(`${shift} s off, ${when}: a token with ${JSON.stringify(claims)}, now ${now}, got ${told}`);
        }
      };
      await judged({ exp: now + shift - SKEW + 4 * MARGIN }, true);
      await judged({ exp: now + shift - SKEW - MARGIN }, false);
      await judged({ nbf: now + shift + SKEW - MARGIN, exp: now + 7_200 }, true);
      await judged({ nbf: now + shift + SKEW + 4 * MARGIN, exp: now + 7_200 }, false);

      const { id, token } = spenders[at]!;
      const gateways = [right, gateway];
      const spent = await withinOneMinute(() => spendAll(turn => send(gateways[turn % 2]!.url, { token, tenant: id }, CHEAP)));
      // of a clock that is 30 s off, a minute may have ended meanwhile
      const most = (Math.abs(shift) === 30 ? 3 : 2) * FREE_POINTS;
      if (spent < FREE_POINTS * 0.99 || spent > most) fault(`${shift} s off, ${spent} of ${FREE_POINTS} points were spent`);
      counts.spent.push(spent);

      const [before, mailed] = [await invitations(), installation.mail.taken.length];
      let turn = 0;
      const load = new Load(() => gateways[turn++ % 2]!.url, loaded, ['invite', 'rename', 'dataset', 'retrieve']);
      load.start(4);
      await acknowledgements(load, 40);
      await load.stop();
      for (const what of [...load.reasons, ...load.faults]) fault(`${shift} s off: ${what}`);
      for (const what of await faultsIn(database.sql, loaded, load.acknowledged)) fault(`${shift} s off: ${what}`);
      const invited = (await invitations()) - before;
      counts.invitations += invited;
      if (!(await until(() => installation.mail.taken.length >= mailed + invited))) fault(`${shift} s off: an invitation isn't mailed`);
      // jobs that run twice would mail again: both workers work, until nothing waits
      const { sql } = database;
      await sql("SELECT graphile_worker.add_job('sweep', '{\"drill\": $1}'::json)".replace('$1', JSON.stringify(randomUUID())));
      if (
        !(await until(
          async () => !(await sql('SELECT FROM graphile_worker._private_jobs WHERE locked_at IS NOT NULL OR run_at <= now()')).length,
        ))
      )
        fault(`${shift} s off: jobs wait`);
      if (installation.mail.taken.length !== mailed + invited)
        fault(`${shift} s off: ${invited} invitations, ${installation.mail.taken.length - mailed} messages`);
      for (const each of [gateway, worker]) if ((await each.end('SIGTERM')) !== 0) fault(`${shift} s off: a process did not end well`);
    }
    if (!right.isRunning() || !rightWorker.isRunning()) fault('a process whose clock is right ended');
    return `${shifts.join(', ')} s: ${counts.tokens} tokens judged, ${counts.spent.join(', ')} of ${FREE_POINTS} points spent, ${counts.invitations} invitations mailed once`;

    async function invitations(): Promise<number> {
      return (await database.sql<{ count: number }>('SELECT count(*)::int AS count FROM invitation'))[0]!.count;
    }
  },
  { rounds: SHIFTS.length, limit: [90, 200] },
);
