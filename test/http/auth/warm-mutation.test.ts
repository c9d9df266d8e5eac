import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { fixtures, type Member, type Person, type Tenant, useDatabase } from '../../support/database.ts';
import { type TestGateway, useGateway } from '../../support/gateway.ts';

/**
 * Commands of callers whose membership is cached: what the database says now decides, not the
 * cache.
 */
const database = useDatabase();
const gateway = useGateway(database, { poolSize: 4 });
const make = fixtures(database);

const RENAME = 'mutation ($name: String!) { renameTenant(input: { name: $name }) { tenant { name } } }';

type Caller = {
  readonly tenant: Tenant;
  readonly member: Member;
  readonly person: Person;
  rename(name: string, headers?: Record<string, string>): ReturnType<TestGateway['ask']>;
  names(): Promise<(string | null)[][]>;
};
let made = 0;

/** An admin who has renamed their tenant before, so that their membership is cached. */
async function caller(): Promise<Caller> {
  made += 1;
  const [owner, person] = [await make.person(`Owner ${made}`), await make.person(`Admin ${made}`)];
  const tenant = await make.tenant(`acme-${made}`, owner, { plan: 'PROFESSIONAL' });
  const member = await make.member(tenant, person, ['admin']);
  const token = await gateway.tokenOf(person);
  const rename = (name: string, headers = {}) => gateway.ask(RENAME, { token, tenant: tenant.slug, variables: { name }, headers });
  const names = async () =>
    (
      await database.sql<{ before: string | null; after: string | null }>(
        `SELECT state_before->>'name' AS before, state_after->>'name' AS after FROM audit_event
         WHERE tenant_id = $1 AND action = 'tenant.rename' AND outcome = 'done' ORDER BY seq`,
        [tenant.id],
      )
    ).map(({ before, after }) => [before, after]);
  for (const name of ['One', 'Two']) expect((await rename(name)).errors).toEqual([]);
  return { tenant, member, person, rename, names };
}

const nameOf = async ({ tenant }: Caller) =>
  (await database.sql<{ name: string }>('SELECT name FROM tenant WHERE tenant_id = $1', [tenant.id]))[0]!.name;

test('A1: concurrent renames leave one event each, chained from the previous name to the new one', async () => {
  const one = await caller();
  expect(await one.names()).toEqual([
    [expect.stringMatching(/^Tenant acme/), 'One'],
    ['One', 'Two'],
  ]);
  const all = await Promise.all(Array.from({ length: 20 }, (_, at) => one.rename(`At once ${at}`)));
  for (const { errors } of all) expect(errors).toEqual([]);
  const names = await one.names();
  expect(names).toHaveLength(22);
  for (const [at, [before]] of names.slice(1).entries()) expect(before).toBe(names[at]![1]);
  expect(await nameOf(one)).toBe(names.at(-1)![1]);
});

describe('the very next request is refused after', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, (a: Caller) => string, object]>([
    ['R7: a role that is removed',     ({ member }) => `UPDATE membership SET roles = '{viewer}' WHERE id = '${member.id}'`, { data: { renameTenant: null }, errors: [{ extensions: { code: 'FORBIDDEN', because: 'ROLE', permission: 'tenant:rename' } }] }],
    ['R7: a member who is removed',    ({ member }) => `DELETE FROM membership WHERE id = '${member.id}'`,                    { status: 403, errors: [{ extensions: { code: 'TENANT_NOT_FOUND' } }] }],
    ['S2: a tenant that is suspended', ({ tenant }) => `UPDATE tenant SET status = 'suspended', status_reason = 'unpaid' WHERE tenant_id = '${tenant.id}'`, { data: { renameTenant: null }, errors: [{ extensions: { code: 'TENANT_STATUS', tenantStatus: 'SUSPENDED' } }] }],
  ])('%s', async (_what, sql, answer) => {
    const one = await caller();
    await database.sql(sql(one));
    expect(await one.rename('Three')).toMatchObject(answer);
    expect(await nameOf(one)).toBe('Two');
    expect(await one.names()).toHaveLength(2);
  });

  test('a changed plan or changed roles with the permission: the rename runs once', async () => {
    const one = await caller();
    await database.sql(`UPDATE tenant SET plan_code = 'FREE' WHERE tenant_id = '${one.tenant.id}'`);
    expect((await one.rename('Three')).errors).toEqual([]);
    await database.sql(`UPDATE membership SET roles = '{viewer,admin}' WHERE id = '${one.member.id}'`);
    expect((await one.rename('Four')).errors).toEqual([]);
    expect(await one.names()).toHaveLength(4);
  });
});

test('S2: roles that change while a command waits for the tenant lock are read again under the lock', async () => {
  const { tenant } = await caller();
  const person = await make.person(`Newcomer ${made}`);
  const { id } = await make.member(tenant, person, ['admin']);
  const token = await gateway.tokenOf(person);
  const holder = new pg.Client({ connectionString: database.adminUrl });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM tenant WHERE tenant_id = $1 FOR UPDATE', [tenant.id]);
  const renamed = gateway.ask(RENAME, { token, tenant: tenant.slug, variables: { name: 'Held' } });
  const waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  await expect.poll(async () => (await database.sql(waiting)).length).toBeGreaterThan(0);
  await holder.query("UPDATE membership SET roles = '{viewer,admin}' WHERE id = $1", [id]);
  await holder.query('COMMIT');
  await holder.end();
  expect(await renamed).toMatchObject({ data: { renameTenant: { tenant: { name: 'Held' } } }, errors: [] });
});

test('R3: a cached viewer is refused, and nothing is changed', async () => {
  const one = await caller();
  const person = await make.person(`Viewer ${made}`);
  await make.member(one.tenant, person, ['viewer']);
  const token = await gateway.tokenOf(person);
  const ask = (query: string) => gateway.ask(query, { token, tenant: one.tenant.slug, variables: { name: 'Three' } });
  expect(await ask('{ tenant { name } }')).toMatchObject({ data: { tenant: { name: 'Two' } } });
  for (let times = 0; times < 2; times += 1)
    expect(await ask(RENAME)).toMatchObject({
      data: { renameTenant: null },
      errors: [{ extensions: { code: 'FORBIDDEN', because: 'ROLE' } }],
    });
  expect(await nameOf(one)).toBe('Two');
  expect(await one.names()).toHaveLength(2);
});

test('G6: an idempotency key returns the first answer', async () => {
  const one = await caller();
  for (let times = 0; times < 3; times += 1)
    expect((await one.rename('Three', { 'idempotency-key': 'rename-to-three-please' })).errors).toEqual([]);
  expect(await one.names()).toHaveLength(3);
});

test('invalid input is refused with its code', async () => {
  const one = await caller();
  expect(await one.rename('')).toMatchObject({ data: { renameTenant: null }, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  expect(await nameOf(one)).toBe('Two');
});

test('T3: a caller who named no tenant acts in none once they are a member of two', async () => {
  const [person, other] = [await make.person('Single'), await make.person('Other owner')];
  const only = await make.tenant('only-one', person);
  const token = await gateway.tokenOf(person);
  const rename = (name: string) => gateway.ask(RENAME, { token, variables: { name } });
  for (const name of ['One', 'Two', 'Three']) expect((await rename(name)).errors).toEqual([]);
  await make.member(await make.tenant('second-one', other), person, ['viewer']);
  expect(await rename('Four')).toMatchObject({
    data: { renameTenant: null },
    errors: [{ extensions: { code: 'TENANT_REQUIRED', because: 'NO_TENANT' } }],
  });
  expect(await database.sql('SELECT name FROM tenant WHERE tenant_id = $1', [only.id])).toEqual([{ name: 'Three' }]);
});
