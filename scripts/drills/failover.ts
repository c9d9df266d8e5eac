import pg from 'pg';
import { makeDatabase } from '../database.ts';
import { runDrill } from './frame.ts';
import { acknowledgements, untilServed } from './production/load.ts';
import { ENGINES, killablePostgres } from './production/postgres.ts';
import { startSwitch } from './production/proxy.ts';
import { serveOn } from './production/serving.ts';
import { followSynchronously, promote } from './production/standby.ts';

/**
 * `tsx scripts/drills/failover.ts --rounds N [--debian]`: kills the primary under load, promotes
 * its synchronous standby, and turns the switch in front of both. No acknowledged change is lost,
 * audit chains are whole, books balance, and the gateway goes on by itself.
 */
const [AT_ONCE, MAX_ACKNOWLEDGED] = [10, 40];

await runDrill('failover', async frame => {
  const { rounds, fault, atEnd } = frame;
  let primary = await killablePostgres(frame, { engine: ENGINES[process.argv.includes('--debian') ? 'debian' : 'embedded'] });
  const made = await makeDatabase(primary.url, 'drill');
  const front = await startSwitch(frame, primary.port);
  const pool = new pg.Pool({ connectionString: front.through(made.adminUrl), max: 1 });
  pool.on('error', () => {}).on('connect', client => client.on('error', () => {}));
  atEnd(() => pool.end());
  const sql: typeof made.sql = async (text, values = []) => (await pool.query(text, [...values])).rows;
  const runtimeUrl = front.through(made.runtimeUrl);
  const { tenants, load, check } = await serveOn(frame, made, ['rename', 'dataset', 'retrieve', 'read'], { runtimeUrl });
  let slowest = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const standby = await followSynchronously(frame, primary, `standby_${round}`);
    load.start(AT_ONCE);
    await acknowledgements(load, 1 + Math.random() * MAX_ACKNOWLEDGED);
    await primary.kill();
    const since = performance.now();
    await promote(standby);
    front.turn(standby.port);
    if ((await untilServed(load, tenants[0]!)) > 60_000) fault('it does not serve after the failover');
    slowest = Math.max(slowest, performance.now() - since);
    await load.stop();
    await check(sql);
    primary = standby;
  }
  for (const what of load.faults) fault(what);
  return `${rounds} failovers, ${load.acknowledged.length} changes acknowledged, served again within ${(slowest / 1_000).toFixed(1)} s`;
});
