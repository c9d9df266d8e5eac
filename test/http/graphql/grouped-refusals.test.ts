import { beforeAll, describe, expect, test } from 'vitest';
import { fixtures, type Tenant, useDatabase } from '../../support/database.ts';
import { type Answer, type TestGateway, useGateway } from '../../support/gateway.ts';

const database = useDatabase();
const fast = useGateway(database);
const slow = useGateway(database, { compiled: false });
const make = fixtures(database);
const MEMBERS = 50;
let tenant: Tenant;
let ids: string[];

beforeAll(async () => {
  tenant = await make.tenant('north', await make.person('Owner'), { plan: 'PROFESSIONAL' });
  for (let at = 1; at < MEMBERS; at += 1) await make.member(tenant, await make.person(`Person ${at}`), [at % 2 ? 'viewer' : 'operator']);
  ids = (await database.sql<{ id: string }>('SELECT id FROM person ORDER BY id')).map(({ id }) =>
    Buffer.from(`User:${id}`).toString('base64url'),
  );
});

const EMAILS = '{ tenant { name memberships(first: 50) { edges { node { user { name email } } } } } }';
const PATTERN = 'tenant.memberships.edges.*.node.user.email';

/** Asks a gateway twice, cold and warm, and sees that both responses are the same. */
async function ask(gateway: TestGateway, query: string, form?: string, options: { as?: string; variables?: object } = {}): Promise<Answer> {
  const { as = 'Person 1', variables } = options;
  const [person] = await database.sql<{ subject: string }>('SELECT subject FROM person WHERE name = $1', [as]);
  const token = await gateway.tokenOf(person!);
  const headers = { 'x-request-id': 'the-same', ...(form && { 'x-refusals': form }) };
  const cold = await gateway.ask(query, { token, tenant: tenant.slug, headers, ...(variables && { variables }) });
  const warm = await gateway.ask(query, { token, tenant: tenant.slug, headers, ...(variables && { variables }) });
  expect(warm.text).toBe(cold.text);
  return warm;
}

const answered = () => fast.counts().queries.answered;

describe('G11: with `X-Refusals: grouped`', () => {
  test('all refusals of a field are one error with their number; data is as ever', async () => {
    const before = answered();
    const grouped = await ask(fast, EMAILS, 'grouped');
    expect(answered()).toBe(before + 1);
    const long = await ask(fast, EMAILS);
    expect(long.errors).toHaveLength(MEMBERS);
    expect(grouped.data).toEqual(long.data);
    const { path, extensions, message, ...rest } = long.errors[0]!;
    expect(grouped.errors).toEqual([{ message, ...rest, path, extensions: { ...extensions, pattern: PATTERN, count: MEMBERS } }]);
    expect(grouped.text.length).toBeLessThan(long.text.length / 5);
  });

  test.each([
    ['a list', EMAILS],
    ['fields outside of lists', '{ tenant { billingEmail bills: billingEmail invitations { totalCount } } }'],
    ['a root field', '{ staffTombstone(tenantId: "x") { tenantId } tenant { auditEvents { totalCount } } }'],
    ['a change', 'mutation { renameTenant(input: { name: "Other" }) { tenant { name } } }'],
    [
      'fields under a variable',
      'query ($skip: Boolean = false) { tenant { memberships { edges { node { user { email @skip(if: $skip) } } } } } }',
    ],
    [
      'two lists of one field',
      `{ ${'x'} : tenant { memberships(first: 2) { edges { node { user { a: email b: email } } } more: edges { node { user { email } } } } } }`,
    ],
  ])('both ways to execute answer the same bytes: %s', async (_what, query) => {
    const one = await ask(fast, query, 'grouped');
    expect((await ask(slow, query, 'grouped')).text).toBe(one.text);
    expect(one.errors.length).toBeGreaterThan(0);
    for (const { extensions } of one.errors) expect(extensions).toMatchObject({ pattern: expect.any(String), count: expect.any(Number) });
  });

  test('nodes are grouped by the permission of their type; other errors stay single', async () => {
    const variables = { ids: [...ids.slice(0, 3), 'no id', Buffer.from(`Tenant:${tenant.id}`).toString('base64url'), 'no id either'] };
    const query =
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Tenant { billingEmail } } tenant { memberships(first: -1) { totalCount } } }';
    for (const gateway of [fast, slow]) {
      const { errors } = await ask(gateway, query, 'grouped', { as: 'Person 2', variables });
      expect(errors.map(({ path, extensions: { code, pattern, count } }) => [code, path, pattern, count])).toEqual([
        ['BAD_USER_INPUT', ['nodes', 3], undefined, undefined],
        ['BAD_USER_INPUT', ['nodes', 5], undefined, undefined],
        ['FORBIDDEN', ['nodes', 0], 'nodes.*', 3],
        ['FORBIDDEN', ['nodes', 4, 'billingEmail'], 'nodes.*.billingEmail', 1],
        ['FORBIDDEN', ['tenant', 'memberships'], 'tenant.memberships', 1],
      ]);
    }
  });

  test.each(['each', '', 'GROUPED', 'grouped, grouped'])('any other value of the header is refused: %j', async form => {
    const { status, errors } = await fast.ask('{ viewer { name } }', { headers: { 'x-refusals': form } });
    expect([status, errors[0]!.extensions.code, errors[0]!.message]).toEqual([
      400,
      'BAD_REQUEST',
      'The header `X-Refusals` takes `grouped` only.',
    ]);
  });
});
