import { freePort } from '../../test/support/redis.ts';
import { makeDatabase, startCluster } from '../database.ts';
import { runDrill } from './frame.ts';
import { type Backend, startBalancer } from './production/balancer.ts';
import { faultsIn } from './production/check.ts';
import { install } from './production/installation.ts';
import { acknowledgements, Load } from './production/load.ts';
import type { Process } from './production/process.ts';
import { makeTenants } from './production/tenants.ts';

/**
 * `tsx scripts/drills/upgrade.ts --rounds N`: replaces two gateways behind haproxy one after the
 * other, then the worker, N times, while clients with keep-alive ask. No request fails.
 */
const [AT_ONCE, BETWEEN] = [8, 20];
/** As docs/deploy.md recommends it. */
const STOP_DELAY = '3';

await runDrill(
  'upgrade',
  async frame => {
    const { rounds, fault, atEnd } = frame;
    const cluster = await startCluster();
    atEnd(cluster.stop);
    const database = await makeDatabase(cluster.url, 'drill');
    atEnd(database.drop);
    const installation = await install(frame, database.runtimeUrl);
    const tenants = await makeTenants(database, installation, AT_ONCE);
    const backends: Backend[] = [];
    for (const name of ['first', 'second']) backends.push({ name, port: await freePort(), metricsPort: await freePort() });
    const balancer = await startBalancer(frame, backends);
    const start = async ({ name, port, metricsPort }: Backend): Promise<Process> => {
      const gateway = await installation.gateway({ PORT: String(port), METRICS_PORT: String(metricsPort), STOP_DELAY });
      await balancer.sendsTo(name);
      return gateway;
    };
    const gateways = await Promise.all(backends.map(start));
    let worker = await installation.worker();
    const load = new Load(() => balancer.url, tenants, ['read', 'rename', 'read', 'dataset', 'read', 'retrieve']);
    load.start(AT_ONCE);
    let replaced = 0;
    const stopped = async (old: Process) => {
      await acknowledgements(load, BETWEEN);
      const code = await old.end('SIGTERM');
      if (code !== 0) fault(`a process ended with ${code}:\n${old.log().slice(-1_000)}`);
      replaced += 1;
    };
    for (let round = 0; round < rounds; round += 1) {
      for (const [at, backend] of backends.entries()) {
        await stopped(gateways[at]!);
        gateways[at] = await start(backend);
      }
      await stopped(worker);
      worker = await installation.worker();
    }
    await acknowledgements(load, BETWEEN);
    await load.stop();
    for (const what of [...load.reasons, ...load.faults]) fault(what);
    for (const what of await faultsIn(database.sql, tenants, load.acknowledged)) fault(what);
    return `${replaced} processes replaced, ${load.reads} reads and ${load.acknowledged.length} changes, ${load.failures} failed`;
  },
  { rounds: 5 },
);
