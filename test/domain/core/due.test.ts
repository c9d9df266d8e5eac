import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../src/database/index.ts';
import { inTenant } from '../../../src/domain/core/due.ts';
import { useTenantActors } from '../../support/tenant-actors.ts';

const fixtures = useTenantActors();
let database: Database;
beforeAll(async () => {
  database = openDatabase(fixtures.database.runtimeUrl, { poolSize: 1 });
});
afterAll(() => database?.close());

test('A1: a job whose event names no action fails and stores nothing', async () => {
  const home = await fixtures.home();
  const before = await fixtures.events(home);
  const unit = database.bind({ tenantId: home.tenant.id, personId: null });
  const job = inTenant(unit, fixtures.gateway.clock, async ({ db, record }) => {
    await db.tenant.updateMany({ data: { name: 'Changed by a job' } });
    await record({ target: { type: 'Tenant', id: home.tenant.id } });
  });
  await expect(job).rejects.toThrow('an audit event needs an action');
  expect(await fixtures.events(home)).toEqual(before);
  expect((await fixtures.gateway.ask('{ tenant { name } }', { token: home.owner.token })).data).toEqual({
    tenant: { name: home.tenant.name },
  });
});
