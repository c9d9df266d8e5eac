import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createDatabase, type TestDatabase } from './database.ts';
import { startTestGateway, type TestGateway } from './gateway.ts';
import { createWorld, putRows, type World } from './isolation/isolation.ts';

/** A database of the file's own, once {@link standSideBySide} was called. */
export let database: TestDatabase;
/** The gateway on it. */
export let gateway: TestGateway;
/** The two tenants in it. */
export let world: World;

/**
 * For a test file about isolation (SPEC T4): a gateway for the file, and two tenants whose rows are
 * put back before each of its tests.
 */
export function standSideBySide(): void {
  beforeAll(async () => {
    database = await createDatabase();
    world = await createWorld(database);
    gateway = await startTestGateway(database);
  });
  beforeEach(() => putRows(database, world.rows));
  afterAll(async () => {
    await gateway?.stop();
    await database?.drop();
  });
}
