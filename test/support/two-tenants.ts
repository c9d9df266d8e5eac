import { beforeEach } from 'vitest';
import { useDatabase } from './database.ts';
import { useGateway } from './gateway.ts';
import { restoreRows, useWorld } from './isolation/isolation.ts';

/**
 * For a test file about isolation (SPEC T4): a gateway for the file, and two tenants whose rows are
 * restored before each test.
 */
export function useTwoTenants() {
  const database = useDatabase();
  const world = useWorld(database);
  const gateway = useGateway(database);
  beforeEach(() => restoreRows(database, world.rows));
  return { database, gateway, world };
}
