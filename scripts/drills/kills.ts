import { setTimeout as sleep } from 'node:timers/promises';
import { makeDatabase, startCluster } from '../database.ts';
import { runDrill } from './frame.ts';
import { faultsIn } from './production/check.ts';
import { install } from './production/installation.ts';
import { acknowledgements, Load } from './production/load.ts';
import type { Process } from './production/process.ts';
import { makeTenants } from './production/tenants.ts';

/**
 * `tsx scripts/drills/kills.ts --rounds N`: kills the gateway and the worker, in turn, while
 * members change things and invite others. Nothing is half done, the log agrees with the rows, and
 * each invitation is mailed in the end, although a worker was killed that was about to.
 */
const [AT_ONCE, MAX_ACKNOWLEDGED, MAX_MS] = [8, 12, 50];

await runDrill('kills', async frame => {
  const { rounds, fault, atEnd } = frame;
  const cluster = await startCluster();
  atEnd(cluster.stop);
  const database = await makeDatabase(cluster.url, 'drill');
  atEnd(database.drop);
  const installation = await install(frame, database.runtimeUrl);
  const tenants = await makeTenants(database, installation, 4);
  let [gateway, worker] = await Promise.all([installation.gateway(), installation.worker()]);
  const load = new Load(() => gateway.url, tenants, ['invite', 'rename', 'dataset', 'retrieve', 'invite']);
  const killed = async (victim: Process, again: () => Promise<Process>) => {
    await victim.end('SIGKILL');
    return await again();
  };
  for (let kills = 0; kills < rounds; kills += 1) {
    load.start(AT_ONCE);
    await acknowledgements(load, 1 + Math.random() * MAX_ACKNOWLEDGED);
    await sleep(Math.random() * MAX_MS);
    if (kills % 2) worker = await killed(worker, installation.worker);
    else gateway = await killed(gateway, installation.gateway);
    await load.stop();
    for (const what of await faultsIn(database.sql, tenants, load.acknowledged)) fault(what);
  }
  // As if the pause had passed that follows a try which broke off.
  const waiting = () =>
    database.sql('UPDATE invitation SET next_try_at = now() WHERE sent_at IS NULL AND given_up_at IS NULL RETURNING id');
  for (let left = 100; left > 0 && (await waiting()).length; left -= 1) {
    await database.sql("SELECT graphile_worker.add_job('sweep', '{}', job_key := 'sweep')");
    await sleep(1_000);
  }
  for (const { id } of await database.sql('SELECT id FROM invitation WHERE sent_at IS NULL')) fault(`invitation ${id} is never mailed`);
  for (const what of load.faults) fault(what);
  return `${rounds} kills, ${load.acknowledged.length} changes acknowledged, ${installation.mail.taken.length} messages`;
});
