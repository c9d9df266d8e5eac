import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fixtures, type Person, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';
import { watchStatements } from '../../support/statements.ts';

/** Statements of an operation: one that authenticates the caller, and one that reads. */
const database = useDatabase();
const gateway = useGateway(database, { poolSize: 2 });
let owner: Person;
let viewer: Person;
let statements: ReturnType<typeof watchStatements>;
beforeAll(async () => {
  const make = fixtures(database);
  owner = await make.person('Nora');
  viewer = await make.person('Vera');
  const tenant = await make.tenant('acme', owner, { plan: 'STARTER' });
  await make.member(tenant, viewer, ['viewer']);
});
beforeEach(() => {
  statements = watchStatements();
});
afterEach(() => statements.stop());

/** A new token writes the person's name and address, beside the request (SPEC R9). */
const isSignIn = (text: string) => text.includes('crossing_refresh_person');

const asked = async (person: Person, query: string) => {
  const token = await gateway.tokenOf(person);
  statements.clear();
  const { data, errors } = await gateway.ask(query, { token });
  return {
    data,
    codes: errors.map(({ path, extensions }) => [path?.join('.'), extensions.code]),
    statements: statements.texts.filter(text => !isSignIn(text)).length,
  };
};

describe('the number of statements of an operation', () => {
  // biome-ignore format: a table is read by its columns
  test.each([
    ['a viewer',                          1, '{ viewer { name membership { roles } permissions } }'],
    ['a tenant with its plan and count',  2, '{ tenant { name plan { code } memberCount } }'],
    ['a page of members with the tenant', 2, '{ tenant { name plan { code } memberCount memberships(first: 20) { totalCount edges { node { roles user { name } } } } } }'],
    ['three connections',                 2, '{ tenant { memberships { totalCount } invitations { edges { node { email } } } auditEvents(first: 5) { totalCount edges { node { at before after } } } } }'],
    ['a filtered page and its count',     2, '{ tenant { memberships(filter: { role: OWNER, search: "nor" }) { totalCount pageInfo { hasNextPage } edges { cursor node { id } } } } }'],
    ['a seller\'s dashboard',            2, '{ tenant { datasetCount datasets { totalCount edges { node { name objects(first: 2) { totalCount edges { node { name } } } earnings(first: 3) { edges { node { at amount { amount currency } } } } } } } earnings(first: 2) { totalCount nodes: edges { node { title } } } } }'],
    ["a buyer's dashboard",              2, '{ tenant { entitlements(state: OPEN) { totalCount edges { node { title } } } } }'],
    ['two pages of one relation',         3, '{ tenant { name a: memberships(first: 1) { edges { node { id } } } b: memberships(last: 1) { edges { node { id } } } } }'],
    ['the plan catalogue',                2, '{ plans { code features } }'],
  ])('%s: %i statements', async (_what, expected, query) => {
    expect(await asked(owner, query)).toMatchObject({ codes: [], statements: expected });
  });

  test('no statement for a refused field', async () => {
    const {
      codes,
      data,
      statements: count,
    } = await asked(viewer, '{ tenant { auditEvents { totalCount edges { node { at } } } invitations { totalCount } name } }');
    expect({ data, codes }).toEqual({
      data: { tenant: { auditEvents: null, invitations: null, name: 'Tenant acme' } },
      codes: [
        ['tenant.auditEvents', 'FORBIDDEN'],
        ['tenant.invitations', 'FORBIDDEN'],
      ],
    });
    expect(count).toBe(2);
    expect(statements.texts.join()).not.toMatch(/audit_event|invitation"/);
  });
});

describe('invalid page arguments are an error of that page only', () => {
  const place = (text: string) => Buffer.from(text).toString('base64url');
  // biome-ignore format: a table is read by its columns
  test.each([
    ['a negative page',      'memberships(first: -1)',                        'BAD_USER_INPUT'],
    ['a page too large',     'memberships(first: 101)',                       'BAD_USER_INPUT'],
    ['first and last together', 'memberships(first: 1, last: 1)',                'BAD_USER_INPUT'],
    ['an invalid cursor',    'memberships(after: "x")',                       'BAD_USER_INPUT'],
    ['a position beyond the number range', `auditEvents(after: "${place('9999999999')}")`,  'BAD_USER_INPUT'],
  ])('%s', async (_what, page, code) => {
    const { data, codes } = await asked(owner, `{ tenant { name page: ${page} { totalCount edges { cursor } } memberships { totalCount } } }`);
    expect({ data, codes }).toEqual({ data: { tenant: { name: 'Tenant acme', page: null, memberships: { totalCount: 2 } } }, codes: [['tenant.page', code]] });
  });
});
