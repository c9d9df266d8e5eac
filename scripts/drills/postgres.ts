import { setTimeout as sleep } from 'node:timers/promises';
import { makeDatabase } from '../database.ts';
import { runDrill } from './frame.ts';
import { faultsIn } from './production/check.ts';
import { install } from './production/installation.ts';
import { acknowledgements, Load, untilServed } from './production/load.ts';
import { killablePostgres } from './production/postgres.ts';
import { makeTenants } from './production/tenants.ts';

/**
 * `tsx scripts/drills/postgres.ts --rounds N`: kills PostgreSQL under load, at random moments, and
 * starts it again. No acknowledged change is lost, gateway and worker go on, and the gateway serves
 * within five seconds.
 */
const [AT_ONCE, MAX_ACKNOWLEDGED] = [12, 60];
const SERVED_WITHIN_MS = 5_000;

await runDrill('postgres', async frame => {
  const { rounds, fault } = frame;
  const postgres = await killablePostgres(frame);
  const database = await makeDatabase(postgres.url, 'drill');
  const installation = await install(frame, database.runtimeUrl);
  const tenants = await makeTenants(database, installation, 4);
  const [gateway, worker] = await Promise.all([installation.gateway(), installation.worker()]);
  const load = new Load(() => gateway.url, tenants, ['rename', 'dataset', 'retrieve', 'read', 'invite']);
  let slowest = 0;
  for (let kills = 0; kills < rounds; kills += 1) {
    load.start(AT_ONCE);
    await acknowledgements(load, 1 + Math.random() * MAX_ACKNOWLEDGED);
    await postgres.kill();
    await sleep(Math.random() * 300);
    await postgres.start();
    const took = await untilServed(load, tenants[0]!);
    slowest = Math.max(slowest, took);
    if (took > SERVED_WITHIN_MS) fault(`it served ${took} ms after PostgreSQL was back`);
    await load.stop();
    for (const what of await faultsIn(database.sql, tenants, load.acknowledged)) fault(what);
    for (const [name, { isRunning, log }] of Object.entries({ gateway, worker }))
      if (!isRunning()) throw new Error(`the ${name} ended:\n${log().slice(-2_000)}`);
  }
  for (const what of load.faults) fault(what);
  return `${rounds} kills, ${load.acknowledged.length} changes acknowledged, served again within ${(slowest / 1_000).toFixed(1)} s`;
});
