import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/database/index.ts';
import { sweep } from '../../src/jobs/settle.ts';
import { useTenantActors } from '../support/tenant-actors.ts';

const fixtures = useTenantActors();
let database: Database;
beforeAll(() => {
  database = openDatabase(fixtures.database.runtimeUrl, { poolSize: 1 });
});
afterAll(() => database?.close());

test('E1: a sweep numbers the events that nobody follows, so that they are kept as long as others', async () => {
  const { owner, tenant } = await fixtures.home();
  await fixtures.must(owner, 'renameTenant', { name: 'Renamed' });
  expect(await fixtures.database.sql('SELECT FROM event_outbox WHERE tenant_id = $1', [tenant.id])).toHaveLength(1);
  await sweep(database, fixtures.gateway.clock.now());
  expect(await fixtures.database.sql('SELECT FROM event_outbox')).toEqual([]);
  expect(await fixtures.database.sql('SELECT seq, type FROM event WHERE tenant_id = $1', [tenant.id])).toEqual([
    { seq: 1, type: 'tenant.renamed' },
  ]);
});
