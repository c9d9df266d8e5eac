import { afterEach, beforeEach, expect, test } from 'vitest';
import { fixtures, type Member, type Person, type Tenant, useDatabase } from '../../support/database.ts';
import { type TestGateway, useGateway } from '../../support/gateway.ts';
import { watchStatements } from '../../support/statements.ts';

/** A cached caller costs one round trip, in which the database confirms the context. */
const database = useDatabase();
const gateway = useGateway(database, { poolSize: 2 });
const make = fixtures(database);
let statements: ReturnType<typeof watchStatements>;
beforeEach(() => {
  statements = watchStatements();
});
afterEach(() => statements.stop());

const QUERY =
  '{ viewer { permissions membership { roles status plan name } } tenant { name status billingEmail plan { code } memberships { edges { node { user { email } } } } } }';

type Caller = {
  readonly tenant: Tenant;
  readonly member: Member;
  readonly person: Person;
  readonly ask: () => ReturnType<TestGateway['ask']>;
};
let made = 0;

/** An admin in the cache, who gets an optimistic context. */
async function caller(): Promise<Caller> {
  made += 1;
  const [owner, person] = [await make.person(`Owner ${made}`), await make.person(`Admin ${made}`)];
  const tenant = await make.tenant(`acme-${made}`, owner, { plan: 'PROFESSIONAL' });
  const member = await make.member(tenant, person, ['admin']);
  const token = await gateway.tokenOf(person);
  const ask = () => gateway.ask(QUERY, { token, tenant: tenant.slug });
  for (let times = 0; times < 3; times += 1) expect((await ask()).errors).toEqual([]);
  return { tenant, member, person, ask };
}

test('an optimistic context costs one round trip instead of two', async () => {
  const { ask } = await caller();
  statements.clear();
  expect((await ask()).errors).toEqual([]);
  expect(statements.texts).toHaveLength(1);
});

// biome-ignore format: a table is read by its columns
test.each<[string, (a: Caller) => string, object]>([
  ['R7: a role that is removed',     ({ member }) => `UPDATE membership SET roles = '{viewer}' WHERE id = '${member.id}'`, { data: { viewer: { membership: { roles: ['VIEWER'] } }, tenant: { billingEmail: null } } }],
  ['R7: a member who is removed',    ({ member }) => `DELETE FROM membership WHERE id = '${member.id}'`,                    { status: 403, errors: [{ extensions: { code: 'TENANT_NOT_FOUND' } }] }],
  ['S5: a tenant that is suspended', ({ tenant }) => `UPDATE tenant SET status = 'suspended', status_reason = 'unpaid' WHERE tenant_id = '${tenant.id}'`, { data: { tenant: { status: 'SUSPENDED' }, viewer: { membership: { status: 'SUSPENDED' } } } }],
  ['P2: another plan',               ({ tenant }) => `UPDATE tenant SET plan_code = 'FREE' WHERE tenant_id = '${tenant.id}'`, { data: { viewer: { membership: { plan: 'FREE' } }, tenant: { plan: { code: 'FREE' } } } }],
  ['another tenant name',            ({ tenant }) => `UPDATE tenant SET name = 'Renamed' WHERE tenant_id = '${tenant.id}'`,   { data: { viewer: { membership: { name: 'Renamed' } }, tenant: { name: 'Renamed' } } }],
])('%s applies to the very next request', async (_what, change, expected) => {
  const who = await caller();
  await database.sql(change(who));
  expect(await who.ask()).toMatchObject(expected);
  expect(await who.ask()).toMatchObject(expected);
});

test('a context is not reused for another tenant or another token', async () => {
  const [one, other] = [await caller(), await caller()];
  const token = await gateway.tokenOf(one.person);
  const { status, errors } = await gateway.ask(QUERY, { token, tenant: other.tenant.slug });
  expect({ status, codes: errors.map(({ extensions }) => extensions.code) }).toEqual({ status: 403, codes: ['TENANT_NOT_FOUND'] });
  expect((await one.ask()).data.tenant.name).toBe(one.tenant.name);
});

test('a failing read is repeated, and the response has no error', async () => {
  const { ask } = await caller();
  statements.failNext();
  expect((await ask()).errors).toEqual([]);
});
