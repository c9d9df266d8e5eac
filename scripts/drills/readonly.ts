import { setTimeout as sleep } from 'node:timers/promises';
import { makeDatabase } from '../database.ts';
import { runDrill } from './frame.ts';
import { acknowledgements, type Kind, untilServed } from './production/load.ts';
import { killablePostgres } from './production/postgres.ts';
import { serveOn } from './production/serving.ts';
import { until } from './production/sockets.ts';

/**
 * `tsx scripts/drills/readonly.ts --rounds N`: PostgreSQL takes no more writes, as a primary does
 * that became a standby. Queries are answered, changes are UNAVAILABLE, gateway and worker go on,
 * and all works again afterwards, without a restart.
 */
const CHANGES: readonly Kind[] = ['rename', 'dataset', 'retrieve', 'invite'];
const ASKED = 10;

await runDrill('readonly', async frame => {
  const { rounds, fault } = frame;
  const postgres = await killablePostgres(frame);
  const database = await makeDatabase(postgres.url, 'drill');
  const { installation, tenants, gateway, load, check } = await serveOn(frame, database, [...CHANGES, 'read']);
  const setReadOnly = async (isOn: boolean) => {
    await database.sql(`ALTER SYSTEM SET default_transaction_read_only = ${isOn ? 'on' : 'off'}`);
    await database.sql('SELECT pg_reload_conf()');
    const shown = async () => (await database.sql<{ is: string }>("SELECT current_setting('default_transaction_read_only') AS is"))[0]!.is;
    if (!(await until(async () => (await shown()) === (isOn ? 'on' : 'off')))) fault('PostgreSQL keeps the setting');
  };
  let slowest = 0;
  for (let round = 0; round < rounds; round += 1) {
    load.start(8);
    await acknowledgements(load, ASKED);
    await setReadOnly(true);
    await load.stop();
    const [failures, reads] = [load.failures, load.reads];
    for (let at = 0; at < ASKED; at += 1) {
      const tenant = tenants[at % tenants.length]!;
      if (!(await load.send('read', tenant))) fault('a query fails while nothing can be written');
      for (const kind of CHANGES) if (await load.send(kind, tenant)) fault(`${kind} was acknowledged while nothing can be written`);
    }
    const told = load.failures - failures;
    if (told !== ASKED * CHANGES.length || load.reads - reads !== ASKED) fault(`${told} changes were refused`);
    if ((await fetch(`${gateway.url}/readyz`)).status !== 200) fault('it is not ready, although it answers queries');
    await sleep(Math.random() * 2_000); // the worker tries to work meanwhile
    await setReadOnly(false);
    slowest = Math.max(slowest, await untilServed(load, tenants[0]!));
    await check();
  }
  const mailed = () => installation.mail.taken.length;
  const before = mailed();
  await load.send('invite', tenants[0]!);
  if (!(await until(() => mailed() > before))) fault('the worker works no more');
  for (const what of load.faults) fault(what);
  return `${rounds} times, ${load.failures} changes refused, ${load.reads} reads, ${load.acknowledged.length} acknowledged, served again within ${(slowest / 1_000).toFixed(1)} s`;
});
