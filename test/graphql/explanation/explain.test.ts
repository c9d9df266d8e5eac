import { beforeAll, describe, expect, test } from 'vitest';
import { fixtures, type Person, type Tenant, useDatabase } from '../../support/database.ts';
import { type Answer, useGateway } from '../../support/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database);
const make = fixtures(database);
let tenant: Tenant;
let people: Record<'owner' | 'viewer' | 'stranger', Person>;

beforeAll(async () => {
  people = { owner: await make.person('Owner'), viewer: await make.person('Viewer'), stranger: await make.person('Stranger') };
  tenant = await make.tenant('north', people.owner, { plan: 'STARTER' });
  await make.member(tenant, people.viewer, ['viewer']);
});

const EXPLAIN = `query ($document: String!, $variables: JSONObject, $operationName: String) {
  explain(document: $document, variables: $variables, operationName: $operationName) {
    cost refusals { pattern refusal { code permission because principals roles statuses plans tenantStatus } }
  }
}`;

type Operation = { readonly variables?: object; readonly operationName?: string };

async function explain(as: keyof typeof people | null, document: string, operation: Operation = {}): Promise<Answer> {
  const token = as ? await gateway.tokenOf(people[as]) : undefined;
  const answer = await gateway.ask(EXPLAIN, { token, variables: { document, ...operation } });
  const again = await gateway.ask(EXPLAIN, { token, variables: { document, ...operation } });
  expect(again.data).toEqual(answer.data);
  return answer;
}

const refusedIn = ({ data }: Answer) =>
  data.explain.refusals.map(({ pattern, refusal }: { pattern: string; refusal: { because: string } }) => [pattern, refusal.because]);

const MEMBERS =
  'query ($first: Int = 10) { tenant { name billingEmail memberships(first: $first) { edges { node { user { name email } } } } } }';

describe('G10: explain', () => {
  test('lists each refused field by its pattern, with the reason and what would satisfy it', async () => {
    const { data, errors } = await explain('viewer', MEMBERS);
    expect(errors).toEqual([]);
    const common = {
      code: 'FORBIDDEN',
      because: 'ROLE',
      principals: ['USER'],
      roles: ['OWNER', 'ADMIN'],
      plans: null,
      tenantStatus: 'ACTIVE',
    };
    const statuses = ['ACTIVE', 'SUSPENDED', 'PENDING_DELETION'];
    expect(data.explain.refusals).toEqual([
      { pattern: 'tenant.billingEmail', refusal: { ...common, permission: 'BILLING_CONTACT_READ', statuses } },
      { pattern: 'tenant.memberships.edges.*.node.user.email', refusal: { ...common, permission: 'MEMBER_READ_EMAIL', statuses } },
    ]);
    expect(refusedIn(await explain('owner', MEMBERS))).toEqual([]);
  });

  test('tells the highest cost: that of a full page, and of skipped fields', async () => {
    const cost = async (query: string, variables = {}) => (await explain('owner', query, { variables })).data.explain.cost;
    expect(await cost('{ tenant { name } }')).toBe(2);
    expect(await cost('{ tenant { name @skip(if: true) } }')).toBe(2);
    // tenant, name, billingEmail, memberships; edges, node, user, name, email of each row
    expect(await cost(MEMBERS)).toBe(4 + 10 * 5);
    expect(await cost(MEMBERS, { first: 3 })).toBe(4 + 3 * 5);
  });

  test('T2: works without a tenant and without a token', async () => {
    expect(refusedIn(await explain('stranger', MEMBERS))).toEqual([['tenant', 'NO_TENANT']]);
    expect(refusedIn(await explain(null, '{ tenant { name } plans { code } }'))).toEqual([['tenant', 'SIGN_IN']]);
  });

  test.each([
    ['a plan', '{ tenant { analytics { byDay { day } } } }', [['tenant.analytics.byDay', 'PLAN']]],
    ['a change', 'mutation { renameTenant(input: { name: "Other" }) { tenant { billingEmail } } }', [['renameTenant', 'ROLE']]],
    ['an alias', '{ t: tenant { bills: billingEmail } }', [['t.bills', 'ROLE']]],
    [
      'a fragment, twice',
      '{ tenant { ...F } again: tenant { ...F } } fragment F on Tenant { billingEmail }',
      [
        ['tenant.billingEmail', 'ROLE'],
        ['again.billingEmail', 'ROLE'],
      ],
    ],
    ['a field that is skipped', '{ tenant { billingEmail @skip(if: true) name @include(if: false) } }', []],
    ['introspection', '{ __typename __schema { types { name } } }', []],
  ])('knows %s', async (_what, query, due) => {
    expect(refusedIn(await explain('viewer', query))).toEqual(due);
  });

  test('knows the types of nodes by their ids, and nothing of their rows', async () => {
    const id = (type: string, ...ids: readonly string[]) => Buffer.from([type, ...ids].join(':')).toString('base64url');
    const absent = '0190d0d0-0000-7000-8000-000000000200';
    const ids = [id('Tenant', tenant.id), id('Invitation', tenant.id, absent), id('Invitation', absent, absent), 'no id'];
    const query =
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Tenant { billingEmail } ... on ApiKey { name } } node(id: "VXNlcg") { id } }';
    expect(refusedIn(await explain('viewer', query, { variables: { ids } }))).toEqual([
      ['nodes.*', 'ROLE'],
      ['nodes.*.billingEmail', 'ROLE'],
    ]);
  });

  test('changes nothing, and is one point itself whatever it explains', async () => {
    const before = await database.sql('SELECT name FROM tenant');
    await explain('owner', 'mutation { renameTenant(input: { name: "Other" }) { tenant { name } } }');
    expect(await database.sql('SELECT name FROM tenant')).toEqual(before);
    expect((await explain('owner', EXPLAIN, { variables: { document: MEMBERS } })).data.explain.cost).toBe(1);
  });
});

const DEEP = `${'{a'.repeat(101)}${'}'.repeat(101)}`;
const PAGES = `{ ${Array.from({ length: 20 }, (_, at) => `t${at}: tenant { memberships(first: 100) { edges { node { id roles user { id name } } } } }`).join(' ')} }`;

describe('a document that is refused as a whole', () => {
  test.each([
    ['no GraphQL', '{ tenant {', {}, 'GRAPHQL_PARSE_FAILED'],
    ['too many tokens', `{ ${'__typename '.repeat(1999)}}`, {}, 'GRAPHQL_PARSE_FAILED'],
    ['a field that is not there', '{ tenant { nam } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['too many aliases', `{ ${Array.from({ length: 31 }, (_, at) => `a${at}: __typename`).join(' ')} }`, {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['too many fields', `{ ${'__typename '.repeat(1000)}}`, {}, 'QUERY_TOO_EXPENSIVE'],
    ['brackets too deep', DEEP, {}, 'QUERY_TOO_EXPENSIVE'],
    ['a fragment within itself', '{ ...F } fragment F on Query { ...F }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['too high a cost', PAGES, {}, 'QUERY_TOO_EXPENSIVE'],
    ['no such operation', '{ tenant { name } }', { operationName: 'A' }, 'OPERATION_RESOLUTION_FAILURE'],
    ['one of two operations', 'query A { plans { code } } query B { roles { name } }', {}, 'OPERATION_RESOLUTION_FAILURE'],
    ['a variable that is missing', 'query ($id: ID!) { node(id: $id) { id } }', {}, 'BAD_USER_INPUT'],
    ['a text with a NUL', '{ tenant { memberships(filter: { search: "\\u0000" }) { totalCount } } }', {}, 'BAD_USER_INPUT'],
  ])('is explained by the code of its execution: %s', async (_what, document, operation, code) => {
    const { data, errors, status } = await explain('owner', document, operation);
    expect([status, data, errors.map(({ path, extensions }) => [path, extensions.code])]).toEqual([
      200,
      { explain: null },
      [[['explain'], code]],
    ]);
    const token = await gateway.tokenOf(people.owner);
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: document, ...operation }),
    });
    const executed = (await response.json()) as { errors: readonly { message: string; extensions: { code: string } }[] };
    expect(executed.errors[0]!.extensions.code).toBe(code);
    expect(errors[0]!.message).toBe(executed.errors[0]!.message);
  });

  test('a document with `tenant(slug:)` is explained in that tenant alone', async () => {
    const token = await gateway.tokenOf(people.viewer);
    const codes = async (document: string, by: { token?: string }) =>
      (await gateway.ask(EXPLAIN, { ...by, variables: { document } })).errors.map(({ extensions }) => extensions.code);
    expect(refusedIn(await explain('viewer', '{ tenant(slug: "North") { billingEmail } }'))).toEqual([['tenant.billingEmail', 'ROLE']]);
    for (const slug of ['south', 'absent'])
      expect(await codes(`{ tenant(slug: "${slug}") { name } }`, { token })).toEqual(['TENANT_CONFLICT']);
    expect(await codes('{ a: tenant(slug: "north") { name } b: tenant(slug: "south") { name } }', { token })).toEqual(['TENANT_CONFLICT']);
    expect(await codes('{ tenant(slug: "north") { name } }', {})).toEqual([]);
    expect(refusedIn(await explain(null, '{ tenant(slug: "north") { name } }'))).toEqual([['tenant', 'SIGN_IN']]);
  });

  test('names the places in that document, of all its faults', async () => {
    const { errors } = await explain('owner', '{ tenant { nam nem } }');
    expect(errors[0]!.extensions.errors).toEqual([
      { message: expect.stringContaining('"nam"'), locations: [{ line: 1, column: 12 }] },
      { message: expect.stringContaining('"nem"'), locations: [{ line: 1, column: 16 }] },
    ]);
  });

  test('one document is explained in each request, as often as its operations need', async () => {
    const token = await gateway.tokenOf(people.owner);
    const ask = (query: string) => gateway.ask(query, { token });
    const two = 'query A { plans { code } } query B { roles { name } }';
    const same = await ask(
      `{ a: explain(document: "${two}", operationName: "A") { cost } b: explain(document: "${two}", operationName: "B") { cost } }`,
    );
    expect([same.errors, same.data]).toEqual([[], { a: { cost: 11 }, b: { cost: 11 } }]);
    const other = await ask('{ a: explain(document: "{ plans { code } }") { cost } b: explain(document: "{ roles { name } }") { cost } }');
    expect(other.data).toEqual({ a: { cost: 11 }, b: null });
    expect(other.errors[0]!.message).toBe('`explain` takes one document in each request.');
  });
});
