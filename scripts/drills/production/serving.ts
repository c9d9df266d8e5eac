import type { ScriptDatabase } from '../../database.ts';
import type { Frame } from '../frame.ts';
import { faultsIn } from './check.ts';
import { install } from './installation.ts';
import { type Kind, Load } from './load.ts';
import { makeTenants } from './tenants.ts';

/**
 * A gateway and a worker on a database, four tenants, and the load of their members. `runtimeUrl`
 * is another way to the same database.
 */
export async function serveOn(frame: Frame, database: ScriptDatabase, kinds: readonly Kind[], { runtimeUrl = database.runtimeUrl } = {}) {
  const installation = await install(frame, runtimeUrl);
  const tenants = await makeTenants(database, installation, 4);
  const [gateway, worker] = await Promise.all([installation.gateway(), installation.worker()]);
  const load = new Load(() => gateway.url, tenants, kinds);

  /**
   * Reports what was acknowledged and isn't there, or is half done.
   *
   * @throws if the gateway or the worker has ended.
   */
  async function check(sql = database.sql): Promise<void> {
    for (const what of await faultsIn(sql, tenants, load.acknowledged)) frame.fault(what);
    for (const [name, { isRunning, log }] of Object.entries({ gateway, worker }))
      if (!isRunning()) throw new Error(`the ${name} ended:\n${log().slice(-2_000)}`);
  }

  return { installation, tenants, gateway, load, check };
}
