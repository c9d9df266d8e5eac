import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { BoundConnection } from '../../../src/database/driver/connection.ts';
import { createDatabase, fixtures, type Member, type Person, type Tenant, type TestDatabase } from '../../support/database.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { watchStatements } from '../../support/statements.ts';

/** A change that looks at nothing is one transaction in one round trip, and is done by nobody who isn't as foreseen. */
let database: TestDatabase;
let gateway: TestGateway;
let graphql: TestGateway;
let make: ReturnType<typeof fixtures>;
let statements: ReturnType<typeof watchStatements>;
let batches: MockInstance;
beforeAll(async () => {
  database = await createDatabase();
  make = fixtures(database);
  gateway = await startTestGateway(database, { poolSize: 4 });
  graphql = await startTestGateway(database, { poolSize: 4, compiled: false });
});
afterAll(async () => {
  await gateway?.stop();
  await graphql?.stop();
  await database?.drop();
});
beforeEach(() => {
  statements = watchStatements();
  batches = vi.spyOn(BoundConnection.prototype, 'together');
});
afterEach(() => {
  statements.stop();
  batches.mockRestore();
});

const RENAME = 'mutation ($name: String!) { renameTenant(input: { name: $name }) { tenant { name } } }';

type Asker = {
  readonly tenant: Tenant;
  readonly member: Member;
  readonly person: Person;
  rename(name: string, headers?: Record<string, string>): ReturnType<TestGateway['ask']>;
  names(): Promise<(string | null)[][]>;
};
let made = 0;

/** An admin who has renamed their tenant before, and is foreseen. */
async function asker(): Promise<Asker> {
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

const nameOf = async ({ tenant }: Asker) =>
  (await database.sql<{ name: string }>('SELECT name FROM tenant WHERE tenant_id = $1', [tenant.id]))[0]!.name;

test('costs one round trip, with what is shown of it', async () => {
  const { rename } = await asker();
  statements.clear();
  batches.mockClear();
  expect(await rename('Three')).toMatchObject({ data: { renameTenant: { tenant: { name: 'Three' } } }, errors: [] });
  expect([batches.mock.calls.length, statements.texts.length]).toEqual([1, 0]);
});

// biome-ignore format: a table is read by its columns
test.each<[what: string, selection: string, isPlanned?: boolean]>([
  ['aliases, and what a type is called', '__typename of: tenant { __typename id called: name status roles: memberships(first: 1) { totalCount } }'],
  ['a fragment',                         '...Shown } } fragment Named on Tenant { name } fragment Shown on RenameTenantPayload { tenant { ...Named'],
  ['a variable in it',                   'tenant { name memberships(first: $first) { totalCount edges { node { roles user { name } } } } }'],
  ['what is refused',                    'tenant { name billingEmail analytics { byDay { day } } }'],
  ['what rows are to be read for',       'tenant { name memberships(last: 1) { edges { cursor node { roles } } } }'],
  ['a directive',                        'tenant @include(if: true) { name }', false],
  ['nothing',                            'tenant @skip(if: true) { name }', false],
])('answers what GraphQL.js answers, to the byte: %s', async (_what, selection, isPlanned = true) => {
  const { person, tenant, names } = await asker();
  await database.sql(`UPDATE tenant SET plan_code = 'FREE' WHERE tenant_id = '${tenant.id}'`);
  const query = `mutation ($name: String!${selection.includes('$first') ? ', $first: Int' : ''}) { it: renameTenant(input: { name: $name }) { ${selection} } }`;
  const told = async (by: TestGateway) => {
    const ask = async (name: string) =>
      (await by.ask(query, { token: await by.tokenOf(person), tenant: tenant.slug, variables: { name, first: 1 }, headers: { 'x-request-id': 'same' } })).text;
    await ask('Before');
    const before = (await names()).length;
    const text = await ask('After');
    expect((await names()).slice(before)).toEqual([['Before', 'After']]);
    return text;
  };
  const before = gateway.counts().queries.compiled;
  expect(await told(gateway)).toBe(await told(graphql));
  if (!isPlanned) expect(gateway.counts().queries.compiled).toBe(before);
});

test('what rows are to be read for is read when it is done, and said so', async () => {
  const { person, tenant } = await asker();
  const query =
    'mutation ($name: String!) { renameTenant(input: { name: $name }) { tenant { name memberships(last: 1) { edges { cursor } } } } }';
  const token = await gateway.tokenOf(person);
  const rename = (name: string) => gateway.ask(query, { token, tenant: tenant.slug, variables: { name } });
  await rename('Three');
  const before = gateway.counts().queries.value;
  expect(await rename('Four')).toMatchObject({ data: { renameTenant: { tenant: { name: 'Four' } } }, errors: [] });
  expect(gateway.counts().queries.value).toBe(before + 1);
});

test('A1: leaves one event each, from the name before to the name after, also where many rename at once', async () => {
  const one = await asker();
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

describe('counts on the very next request', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, (a: Asker) => string, object]>([
    ['R7: a role that is taken',       ({ member }) => `UPDATE membership SET roles = '{viewer}' WHERE id = '${member.id}'`, { data: { renameTenant: null }, errors: [{ extensions: { code: 'FORBIDDEN', because: 'ROLE', permission: 'tenant:rename' } }] }],
    ['R7: a member who is removed',    ({ member }) => `DELETE FROM membership WHERE id = '${member.id}'`,                    { status: 403, errors: [{ extensions: { code: 'TENANT_NOT_FOUND' } }] }],
    ['S2: a tenant that is suspended', ({ tenant }) => `UPDATE tenant SET status = 'suspended', status_reason = 'unpaid' WHERE tenant_id = '${tenant.id}'`, { data: { renameTenant: null }, errors: [{ extensions: { code: 'TENANT_STATUS', tenantStatus: 'SUSPENDED' } }] }],
  ])('%s', async (_what, sql, answer) => {
    const one = await asker();
    await database.sql(sql(one));
    expect(await one.rename('Three')).toMatchObject(answer);
    expect(await nameOf(one)).toBe('Two');
    expect(await one.names()).toHaveLength(2);
  });

  test('another plan, or another role that will do: it is done, once', async () => {
    const one = await asker();
    await database.sql(`UPDATE tenant SET plan_code = 'FREE' WHERE tenant_id = '${one.tenant.id}'`);
    expect((await one.rename('Three')).errors).toEqual([]);
    await database.sql(`UPDATE membership SET roles = '{viewer,admin}' WHERE id = '${one.member.id}'`);
    expect((await one.rename('Four')).errors).toEqual([]);
    expect(await one.names()).toHaveLength(4);
  });
});

test('S2: whose roles change between the look and the lock is asked again under the lock, and does what they still may', async () => {
  const { tenant } = await asker();
  const person = await make.person(`Newcomer ${made}`); // who isn't foreseen
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

test('R3: who stands as before and may not is refused, and nothing is changed', async () => {
  const one = await asker();
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

test('G6: a key answers as it did', async () => {
  const one = await asker();
  for (let times = 0; times < 3; times += 1)
    expect((await one.rename('Three', { 'idempotency-key': 'rename-to-three-please' })).errors).toEqual([]);
  expect(await one.names()).toHaveLength(3);
});

test('what is wrong with the input is told as ever', async () => {
  const one = await asker();
  expect(await one.rename('')).toMatchObject({ data: { renameTenant: null }, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  expect(await nameOf(one)).toBe('Two');
});

test('what becomes of a transaction that broke is told, and it is not tried again', async () => {
  const one = await asker();
  batches.mockImplementationOnce(() => Promise.resolve({ results: [], error: new Error('broken') }));
  batches.mockClear();
  expect(await one.rename('Three')).toMatchObject({
    data: { renameTenant: null },
    errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
  });
  expect(await one.names()).toHaveLength(2);
});
