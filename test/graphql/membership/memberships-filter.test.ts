import { describe, expect, test } from 'vitest';
import { ALL, useMembers } from './members.ts';

const world = useMembers();
const pageOf = (variables: object) => world.pageOf(variables);

describe('the filters of memberships', () => {
  const found = async (filter: object | null) => {
    const { names, totalCount } = await pageOf({ filter });
    expect(totalCount).toBe(names.length);
    return names;
  };

  // biome-ignore format: a table is read by its columns
  test.each<[string, object | null, readonly string[]]>([
    ['no filter',                        null,                                       ALL],
    ['an empty filter',                  {},                                         ALL],
    ['the owner',                        { role: 'OWNER' },                          ['Olga Owner']],
    ['one role of several',              { role: 'VIEWER' },                         ['Vic Viewer', 'Sue Seller', 'under_score', 'back\\slash', 'Zoë ZOË']],
    ['another role',                     { role: 'BUYER_MANAGER' },                  ['100% Pure', 'Zoë ZOË']],
    ['a part of a name',                 { search: 'ewe' },                          ['Vic Viewer']],
    ['in upper case',                    { search: 'OWNER' },                        ['Olga Owner']],
    ['in lower case',                    { search: 'vic' },                          ['Vic Viewer']],
    ['a non-ASCII letter in lower case', { search: 'zoë z' },                        ['Zoë ZOË']],
    ['a percent sign is literal',        { search: '%' },                            ['100% Pure']],
    ['an underscore is literal',         { search: '_' },                            ['under_score']],
    ['a backslash is literal',           { search: '\\' },                           ['back\\slash']],
    ['a percent sign between letters is literal', { search: 'O%r' },                          []],
    ['an escaped percent sign is two literal characters', { search: '\\%' },                          []],
    ['an underscore matches no letter',  { search: 'V_c' },                          []],
    ['a quote is harmless',              { search: "'" },                            []],
    ['no member of another tenant',      { search: 'Elsewhere' },                    []],
    ['the address is not searched',      { search: 'people.example' },               []],
    ['an empty search',                  { search: '' },                             ALL],
    ['role and search, both',            { role: 'VIEWER', search: 'SUE' },          ['Sue Seller']],
    ['role and search, only one matches', { role: 'OPERATOR', search: 'SUE' },        []],
  ])('%s', async (_what, filter, names) => {
    expect(await found(filter)).toEqual(names);
  });

  test('a filter applies to every page and to the count', async () => {
    const filter = { role: 'VIEWER' };
    const one = await pageOf({ first: 2, filter });
    expect(one).toMatchObject({ names: ['Vic Viewer', 'Sue Seller'], behind: true, totalCount: 5 });
    const two = await pageOf({ first: 2, after: one.endCursor, filter });
    expect(two).toMatchObject({ names: ['under_score', 'back\\slash'], behind: true, totalCount: 5 });
    expect(await pageOf({ first: 2, after: two.endCursor, filter })).toMatchObject({ names: ['Zoë ZOË'], behind: false, totalCount: 5 });
  });

  test('an unknown role is refused in validation', async () => {
    const { status, data } = await world.list({ filter: { role: 'KING' } });
    expect({ status, data }).toEqual({ status: 200, data: undefined });
  });
});

describe('R8: what each role sees of people', () => {
  const PEOPLE = '{ tenant { memberCount memberships(first: 2) { totalCount edges { node { roles user { name email } } } } } }';
  const NAMED = [
    { roles: ['OWNER'], name: 'Olga Owner', email: 'olga.owner@people.example' },
    { roles: ['ADMIN'], name: 'Ada Admin', email: 'ada.admin@people.example' },
  ];
  const nodesIn = (data: { tenant: { memberships: { edges: { node: { roles: unknown; user: object } }[] } } }) =>
    data.tenant.memberships.edges.map(({ node: { roles, user } }) => ({ roles, ...user }));

  test.each(['owner', 'admin'])('%s: names, roles and e-mail addresses', async who => {
    const { data, errors } = await world.gateway.ask(PEOPLE, { token: world.tokens[who] });
    expect(errors).toEqual([]);
    expect(nodesIn(data)).toEqual(NAMED);
  });

  test.each(['viewer', 'seller', 'buyer'])('%s: names and roles; each e-mail address is refused', async who => {
    const { data, errors, text } = await world.gateway.ask(PEOPLE, { token: world.tokens[who] });
    expect(nodesIn(data)).toEqual(NAMED.map(person => ({ ...person, email: null })));
    const at = (index: number) => ['tenant', 'memberships', 'edges', index, 'node', 'user', 'email'];
    expect(errors).toMatchObject(
      [0, 1].map(index => ({ path: at(index), extensions: { because: 'ROLE', permission: 'member:read-email' } })),
    );
    expect(text).not.toContain('@people.example');
  });

  test('operator: the number of members only', async () => {
    const { data, errors, text } = await world.gateway.ask(PEOPLE, { token: world.tokens.operator });
    expect(data).toEqual({ tenant: { memberCount: 9, memberships: null } });
    expect(errors).toMatchObject([{ path: ['tenant', 'memberships'], extensions: { because: 'ROLE', permission: 'member:list' } }]);
    expect(text).not.toMatch(/Olga|Ada/);
  });
});
