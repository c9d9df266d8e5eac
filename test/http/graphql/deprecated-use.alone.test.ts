import '../../support/deprecated-schema.ts';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Role } from '../../../src/access/vocabulary.ts';
import { openDatabase } from '../../../src/database/index.ts';
import { deprecatedUsesOf } from '../../../src/database/queries/deprecated-use.ts';
import { REASON } from '../../support/deprecated-schema.ts';
import { type Query, startTestGateway } from '../../support/gateway.ts';
import { useResource } from '../../support/resource.ts';
import { type Actor, type MemberActor, type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';
import { waitFor } from '../../support/wait.ts';

const actors = useTenantActors({ deprecatedUseInterval: 1 });
const { database, gateway, home, join, must } = actors;
const runtime = useResource(
  async () => openDatabase(database.runtimeUrl, { poolSize: 2 }),
  opened => opened.close(),
);

let here: TenantWithMembers;
let member: MemberActor;
beforeEach(async () => {
  here = await home();
  member = await join(here, ['viewer']);
});

const OLD = '{ formerGreeting }';
const USES = '{ viewer { deprecatedUse { field reason count lastAt removalAt } } }';

const usesOf = async (who: Pick<Query, 'token' | 'tenant'> = {}) => {
  const { data, errors } = await gateway.ask(USES, who);
  expect(errors).toEqual([]);
  return data.viewer.deprecatedUse as { field: string; reason: string; count: number; lastAt: string; removalAt: string }[];
};
const counts = async (who: Pick<Query, 'token' | 'tenant'>) =>
  Object.fromEntries((await usesOf(who)).map(({ field, count }) => [field, count]));
/** Waits until the counts that a caller reads are these: they are written a little later. */
const expectCounts = (who: Pick<Query, 'token' | 'tenant'>, due: Readonly<Record<string, number>>) =>
  waitFor(async () => expect(await counts(who)).toEqual(due));

describe('the use of a deprecated field', () => {
  test('is counted, and its caller can read it, with the date of the removal', async () => {
    const sent = gateway.clock.now().toISOString();
    for (let times = 0; times < 3; times += 1) expect((await gateway.ask(OLD, member)).data).toEqual({ formerGreeting: 'Hello' });
    await expectCounts(member, { 'Query.formerGreeting': 3 });
    gateway.clock.advance({ minutes: 5 });
    await gateway.ask(OLD, member);
    await expectCounts(member, { 'Query.formerGreeting': 4 });
    expect(await usesOf(member)).toEqual([
      {
        field: 'Query.formerGreeting',
        reason: REASON,
        count: 4,
        lastAt: gateway.clock.now().toISOString(),
        removalAt: '2027-03-01T00:00:00.000Z',
      },
    ]);
    expect(gateway.clock.now().toISOString()).not.toBe(sent);
  });

  // The first request of a document is executed by yoga, the second by a query plan or GraphQL.js.
  test.each<[string, string, object, readonly string[]]>([
    ['a field', '{ formerGreeting }', {}, ['Query.formerGreeting']],
    ['a field in a fragment, twice', '{ a: formerGreeting ...F } fragment F on Query { formerGreeting }', {}, ['Query.formerGreeting']],
    ['a skipped field', '{ greeting formerGreeting @skip(if: true) }', {}, ['Query.formerGreeting']],
    ['a refused field', '{ greeting formerSecret }', {}, ['Query.formerSecret']],
    ['an argument', '{ greeting(name: "Mia") }', {}, ['Query.greeting(name:)']],
    ['an argument that a variable leaves out', 'query ($n: String) { greeting(name: $n) }', {}, ['Query.greeting(name:)']],
    ['a value of an enum', '{ greeting(tone: LOUD) }', {}, ['Tone.LOUD']],
    ['a field of an input', '{ greeting(wishes: { list: [{ former: "x" }] }) }', {}, ['Wish.former']],
    ['a default of a variable', 'query ($t: Tone = LOUD) { greeting(tone: $t) }', {}, ['Tone.LOUD']],
    ['a value in a variable', 'query ($t: Tone) { greeting(tone: $t) }', { t: 'LOUD' }, ['Tone.LOUD']],
    [
      'values deep in a variable',
      'query ($w: Wishes) { greeting(wishes: $w) }',
      { w: { list: { former: 'x', tone: 'LOUD' } } },
      ['Tone.LOUD', 'Wish.former'],
    ],
    [
      'an input of a mutation',
      'mutation ($i: GreetInput!) { greet(input: $i) { text } }',
      { i: { wish: { former: 'x' } } },
      ['Wish.former'],
    ],
  ])('counts %s, once for each operation', async (_what, query, variables, parts) => {
    for (let times = 0; times < 2; times += 1) expect((await gateway.ask(query, { ...member, variables })).status).toBe(200);
    await expectCounts(member, Object.fromEntries(parts.map(part => [part, 2])));
  });

  test.each<[string, string, object]>([
    ['names none', '{ greeting(tone: CALM) viewer { name } }', {}],
    [
      'has a value that is not deprecated',
      'query ($w: Wishes) { greeting(wishes: $w) }',
      { w: { list: [{ text: 'former', tone: 'CALM' }] } },
    ],
    ['is not valid', '{ formerGreeting nothing }', {}],
    ['has an invalid variable', 'query ($n: Int!) { formerGreeting plans { code } node(id: $n) { id } }', { n: 'x' }],
    ['only asks what it would cost', 'query ($d: String!) { explain(document: $d) { cost } }', { d: OLD }],
  ])('is not counted by an operation that %s', async (_what, query, variables) => {
    for (let times = 0; times < 2; times += 1) await gateway.ask(query, { ...member, variables });
    await gateway.ask('{ formerSecret }', member);
    await expectCounts(member, { 'Query.formerSecret': 1 });
  });

  test('is counted with an API key for the key, which reads its own; its holder has none', async () => {
    const { secret } = await must(here.owner, 'createApiKey', { name: 'Nightly', scopes: ['TENANT_READ'] });
    const { secret: other } = await must(here.owner, 'createApiKey', { name: 'Daily', scopes: ['TENANT_READ'] });
    await gateway.ask(OLD, { token: secret });
    await expectCounts({ token: secret }, { 'Query.formerGreeting': 1 });
    expect(await usesOf({ token: other })).toEqual([]);
    expect(await usesOf(here.owner)).toEqual([]);
  });

  test('outside of any tenant is not counted', async () => {
    const [stranger, staff] = [await actors.stranger('sam@people.example'), await actors.staff()];
    for (const who of [stranger, staff, {}]) await gateway.ask(OLD, who);
    await gateway.ask(OLD, member);
    await expectCounts(member, { 'Query.formerGreeting': 1 });
    for (const who of [stranger, staff, {}]) expect(await usesOf(who)).toEqual([]);
    expect(await database.sql('SELECT count(*)::int AS count FROM deprecated_use WHERE tenant_id = $1', [here.tenant.id])).toEqual([
      { count: 1 },
    ]);
  });

  test('that waits is written when the gateway stops', async () => {
    const stopping = await startTestGateway(database, { deprecatedUseInterval: 3_600_000 });
    const token = await stopping.tokenOf(member.person);
    expect((await stopping.ask(OLD, { token, tenant: here.tenant.id })).errors).toEqual([]);
    expect(await counts(member)).toEqual({});
    await stopping.stop();
    expect(await counts(member)).toEqual({ 'Query.formerGreeting': 1 });
  });

  test('S2: can be read while the tenant is suspended, and uses are counted', async () => {
    await actors.make.setStatus(here.tenant, 'suspended', 'Unpaid bill');
    await gateway.ask(OLD, member);
    await expectCounts(member, { 'Query.formerGreeting': 1 });
  });

  test('is forgotten 90 days after the last one, and counted anew', async () => {
    await gateway.ask(OLD, member);
    await gateway.ask('{ formerSecret }', member);
    await expectCounts(member, { 'Query.formerGreeting': 1, 'Query.formerSecret': 1 });
    gateway.clock.advance({ days: 89 });
    await gateway.ask('{ formerSecret }', member);
    await expectCounts(member, { 'Query.formerGreeting': 1, 'Query.formerSecret': 2 });
    gateway.clock.advance({ days: 2 });
    expect(await counts(member)).toEqual({ 'Query.formerSecret': 2 });
    await gateway.ask(OLD, member);
    await expectCounts(member, { 'Query.formerGreeting': 1, 'Query.formerSecret': 2 });
  });

  test('of what is no longer in the schema is not shown', async () => {
    await gateway.ask(OLD, member);
    await expectCounts(member, { 'Query.formerGreeting': 1 });
    await database.sql("UPDATE deprecated_use SET part = 'Query.removed' WHERE tenant_id = $1", [here.tenant.id]);
    expect(await usesOf(member)).toEqual([]);
  });
});

describe('T4: the uses of one tenant', () => {
  test('are not seen from another, by the same person', async () => {
    const there = await home();
    const elsewhere = await actors.actor(there.tenant, await actors.make.member(there.tenant, member.person, ['viewer' as Role]));
    await gateway.ask(OLD, member);
    await expectCounts(member, { 'Query.formerGreeting': 1 });
    expect(await usesOf(elsewhere)).toEqual([]);
    await gateway.ask('{ formerSecret }', elsewhere);
    await expectCounts(elsewhere, { 'Query.formerSecret': 1 });
    expect(await counts(member)).toEqual({ 'Query.formerGreeting': 1 });
  });

  test('are not seen by another member', async () => {
    await gateway.ask(OLD, member);
    await expectCounts(member, { 'Query.formerGreeting': 1 });
    expect(await usesOf(here.owner)).toEqual([]);
  });

  test.each([true, false])('T6: are behind two walls, each of which holds without the other (row-level security: %s)', async isOn => {
    await gateway.ask(OLD, member);
    await expectCounts(member, { 'Query.formerGreeting': 1 });
    const there = await home();
    const { query } = runtime.bind({ tenantId: there.tenant.id, personId: null });
    const caller = { membershipId: member.member.id };
    if (!isOn) await database.sql('ALTER TABLE deprecated_use DISABLE ROW LEVEL SECURITY');
    try {
      if (isOn) expect(await query('SELECT FROM deprecated_use', [])).toEqual([]);
      else expect((await query('SELECT FROM deprecated_use', [])).length).toBeGreaterThan(0);
      expect(await deprecatedUsesOf(query, caller, gateway.clock.now())).toEqual([]);
    } finally {
      await database.sql('ALTER TABLE deprecated_use ENABLE ROW LEVEL SECURITY');
    }
  });
});

describe('the uses by a person', () => {
  const rowsOf = ({ member: { id } }: MemberActor) => database.sql('SELECT FROM deprecated_use WHERE membership_id = $1', [id]);

  const use = async (who: Actor) => {
    await gateway.ask(OLD, who);
    await expectCounts(who, { 'Query.formerGreeting': 1 });
  };

  test('go when their membership ends', async () => {
    await use(member);
    await must(here.owner, 'removeMember', { membershipId: member.membershipId });
    expect(await rowsOf(member)).toEqual([]);
  });

  test('R10: go when they erase themselves, and are in what they export before', async () => {
    const claims = { email: member.person.email, email_verified: true };
    const signed = await actors.actor(here.tenant, member.member, claims);
    await use(signed);
    const response = await fetch(`${gateway.url}/person/export`, { headers: { authorization: `Bearer ${signed.token}` } });
    const lines = (await response.text())
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(lines.filter(({ kind }) => kind === 'deprecatedUse')).toEqual([
      {
        kind: 'deprecatedUse',
        tenantId: here.tenant.id,
        membershipId: member.member.id,
        field: 'Query.formerGreeting',
        count: 1,
        lastAt: expect.any(String),
      },
    ]);
    await use(here.owner);
    await must({ token: signed.token }, 'eraseMyself', { confirmation: member.person.email });
    await gateway.settle();
    expect(await rowsOf(member)).toEqual([]);
    expect(await rowsOf(here.owner)).toHaveLength(1);
  });

  test('S4: go with their tenant, and the receipt says how many', async () => {
    await use(member);
    const { secret } = await must(here.owner, 'createApiKey', { name: 'Nightly', scopes: ['TENANT_READ'] });
    await use({ token: secret });
    await must(here.owner, 'requestTenantDeletion', { confirmation: here.tenant.name });
    gateway.clock.advance({ days: 31 });
    await gateway.settle();
    expect(
      await database.sql("SELECT row_count FROM purge_receipt WHERE tenant_id = $1 AND table_name = 'deprecated_use'", [here.tenant.id]),
    ).toEqual([{ row_count: 2 }]);
    expect(await database.sql('SELECT FROM deprecated_use WHERE tenant_id = $1', [here.tenant.id])).toEqual([]);
  });
});
