import { setTimeout as sleep } from 'node:timers/promises';
import { makeDatabase } from '../database.ts';
import { runDrill } from './frame.ts';
import { acknowledgements, untilServed } from './production/load.ts';
import { killablePostgres } from './production/postgres.ts';
import { serveOn } from './production/serving.ts';

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
  const { tenants, load, check } = await serveOn(frame, database, ['rename', 'dataset', 'retrieve', 'read', 'invite']);
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
    await check();
  }
  for (const what of load.faults) fault(what);
  return `${rounds} kills, ${load.acknowledged.length} changes acknowledged, served again within ${(slowest / 1_000).toFixed(1)} s`;
});
