import { makeDatabase, type ScriptDatabase, startCluster } from '../../database.ts';
import type { Frame } from '../frame.ts';
import { type Installation, install } from './installation.ts';
import { makeTenants, type Tenant } from './tenants.ts';

export type Opened = { readonly database: ScriptDatabase; readonly installation: Installation; readonly tenants: readonly Tenant[] };

/** An installation with tenants, on a database of the shared PostgreSQL. */
export async function openInstallation(frame: Frame, tenantCount: number): Promise<Opened> {
  const cluster = await startCluster();
  frame.atEnd(cluster.stop);
  const database = await makeDatabase(cluster.url, 'drill');
  frame.atEnd(database.drop);
  const installation = await install(frame, database.runtimeUrl);
  return { database, installation, tenants: await makeTenants(database, installation, tenantCount) };
}
