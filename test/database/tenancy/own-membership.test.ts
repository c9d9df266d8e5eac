import { uuidv7 as uuid } from 'uuidv7';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { fixtures, type Person, type Tenant, useDatabase } from '../../support/database.ts';
import { queryAs } from '../../support/query-as.ts';

/**
 * The database's wall alone: a membership is made for the bound person, so that nobody is pulled
 * into a tenant and read there.
 */
const database = useDatabase();
let pool: ConnectionPool;
let owner: Person;
let stranger: Person;
let tenant: Tenant;
beforeAll(async () => {
  pool = new ConnectionPool({ connectionString: database.runtimeUrl, max: 1 });
  const make = fixtures(database);
  owner = await make.person('Owner');
  stranger = await make.person('Stranger');
  tenant = await make.tenant('acme', owner);
});
afterAll(() => pool?.end());

const attach = (personId: string, as: string) =>
  queryAs(pool, { tenantId: tenant.id, personId: as }, 'INSERT INTO membership (id, person_id, roles) VALUES ($1, $2, $3)', [
    uuid(),
    personId,
    ['viewer'],
  ]);

test('T4: an existing and an absent person are refused in the same way', async () => {
  const refusal = { code: '42501', message: 'new row violates row-level security policy "own_membership" for table "membership"' };
  await expect(attach(stranger.id, owner.id)).rejects.toMatchObject(refusal);
  await expect(attach(uuid(), owner.id)).rejects.toMatchObject(refusal);
});

test('the bound person gets a membership', async () => {
  await attach(stranger.id, stranger.id);
  expect(await database.sql('SELECT person_id FROM membership WHERE tenant_id = $1 ORDER BY created_at', [tenant.id])).toHaveLength(2);
});
