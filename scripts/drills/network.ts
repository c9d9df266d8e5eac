import { makeDatabase, startCluster } from '../database.ts';
import { argument, runDrill } from './frame.ts';
import { faultsIn } from './production/check.ts';
import { install } from './production/installation.ts';
import { Load, untilServed } from './production/load.ts';
import { type Harm, startSwitch } from './production/proxy.ts';
import { drawn } from './production/random.ts';
import { makeTenants } from './production/tenants.ts';

/**
 * `tsx scripts/drills/network.ts --rounds SEEDS [--seed FIRST]`: the network between the gateway
 * and PostgreSQL delays, cuts in the middle of a message, and resets. No response has anything of
 * another tenant, and no acknowledged change is lost. What becomes of the n-th chunk of the m-th
 * connection is drawn from the seed: `--rounds 1 --seed N` does to them what seed N did.
 */
const REQUESTS = 48;
const CHECKED_EVERY = 25;

const harmOf = (seed: number, connection: number, chunk: number): Harm => {
  const dice = drawn(seed, connection, chunk);
  if (dice < 0.01) return { kind: 'cut' };
  if (dice < 0.015) return { kind: 'reset' };
  return dice < 0.06 ? { kind: 'delay', ms: 1 + Math.floor(drawn(seed, connection, chunk, 'ms') * 40) } : null;
};

await runDrill(
  'network',
  async frame => {
    const { rounds, fault, atEnd } = frame;
    const first = argument('seed', 1);
    const cluster = await startCluster();
    atEnd(cluster.stop);
    const database = await makeDatabase(cluster.url, 'drill');
    atEnd(database.drop);
    const network = await startSwitch(frame, Number(new URL(database.runtimeUrl).port));
    const installation = await install(frame, network.through(database.runtimeUrl));
    const tenants = await makeTenants(database, installation, 6);
    const gateway = await installation.gateway({ LOG_LEVEL: 'info' });
    const load = new Load(() => gateway.url, tenants, ['read', 'rename', 'read', 'dataset', 'read', 'retrieve']);
    for (let seed = first; seed < first + rounds; seed += 1) {
      const before = load.faults.length;
      network.harm = (connection, chunk) => harmOf(seed, connection, chunk);
      network.turn(Number(new URL(database.runtimeUrl).port)); // with new connections
      await load.sendAll(REQUESTS, 12);
      for (const what of load.faults.slice(before)) fault(`seed ${seed}: ${what}`);
      if (!gateway.isRunning()) throw new Error(`seed ${seed}: the gateway ended:\n${gateway.log().slice(-2_000)}`);
      if ((seed - first) % CHECKED_EVERY !== CHECKED_EVERY - 1 && seed < first + rounds - 1) continue;
      network.harm = null;
      if ((await untilServed(load, tenants[0]!)) > 30_000) fault(`seed ${seed}: it does not serve afterwards`);
      for (const what of await faultsIn(database.sql, tenants, load.acknowledged)) fault(`up to seed ${seed}: ${what}`);
    }
    const { delay, cut, reset } = network.harmed;
    return `${rounds} seeds, ${delay} delays, ${cut} cuts, ${reset} resets, ${load.reads} reads, ${load.acknowledged.length} changes acknowledged, ${load.failures} failures`;
  },
  { rounds: 1_000, limit: [180, 3] },
);
