import { describe, expect, test } from 'vitest';
import { ALL, LIST, useMembers } from './members.ts';

const world = useMembers();
const pageOf = (variables: object) => world.pageOf(variables);

describe('pages', () => {
  test('all members in the order of joining, and none of another tenant', async () => {
    expect(await pageOf({})).toMatchObject({ names: ALL, before: false, behind: false, totalCount: 9 });
  });

  test('forward with first and after', async () => {
    const one = await pageOf({ first: 4 });
    expect(one).toMatchObject({ names: ALL.slice(0, 4), before: false, behind: true, totalCount: 9 });
    const two = await pageOf({ first: 4, after: one.endCursor });
    expect(two).toMatchObject({ names: ALL.slice(4, 8), before: true, behind: true, totalCount: 9 });
    expect(await pageOf({ first: 4, after: two.endCursor })).toMatchObject({ names: ALL.slice(8), before: true, behind: false });
  });

  test('backward with last and before, in the same order', async () => {
    const one = await pageOf({ last: 4 });
    expect(one).toMatchObject({ names: ALL.slice(5), before: true, behind: false, totalCount: 9 });
    const two = await pageOf({ last: 4, before: one.startCursor });
    expect(two).toMatchObject({ names: ALL.slice(1, 5), before: true, behind: true });
    expect(await pageOf({ last: 4, before: two.startCursor })).toMatchObject({ names: ALL.slice(0, 1), before: false, behind: true });
  });

  test('between two cursors', async () => {
    const [after, before] = [await world.cursorAt(2), await world.cursorAt(6)];
    expect((await pageOf({ after, before })).names).toEqual(ALL.slice(3, 6));
    expect((await pageOf({ first: 2, after, before })).names).toEqual(ALL.slice(3, 5));
    expect((await pageOf({ last: 2, after, before })).names).toEqual(ALL.slice(4, 6));
  });

  test('an empty page after the last and before the first item', async () => {
    const nothing = { names: [] };
    expect(await pageOf({ first: 3, after: await world.cursorAt(8) })).toMatchObject({ ...nothing, behind: false, totalCount: 9 });
    expect(await pageOf({ last: 3, before: await world.cursorAt(0) })).toMatchObject({ ...nothing, before: false, totalCount: 9 });
    expect(await pageOf({ first: 0 })).toMatchObject(nothing);
  });

  test('a page of exactly the remaining items has no next page', async () => {
    expect(await pageOf({ first: 9 })).toMatchObject({ behind: false });
    expect(await pageOf({ first: 8 })).toMatchObject({ behind: true });
    expect(await pageOf({ first: 100 })).toMatchObject({ names: ALL, behind: false });
  });

  test('a cursor stays valid after its row is deleted, and a new member comes last', async () => {
    const { make, acme, database } = world;
    const gone = await make.member(acme, await make.person('Soon Gone'), ['viewer']);
    const cursor = await world.cursorAt(9);
    await database.sql('DELETE FROM membership WHERE tenant_id = $1 AND id = $2', [acme.id, gone.id]);
    expect(await pageOf({ first: 5, after: cursor })).toMatchObject({ names: [], behind: false });
    expect((await pageOf({ last: 2, before: cursor })).names).toEqual(ALL.slice(7));
    const late = await make.member(acme, await make.person('Late Comer'), ['viewer']);
    expect((await pageOf({ first: 5, after: cursor })).names).toEqual(['Late Comer']);
    await database.sql('DELETE FROM membership WHERE tenant_id = $1 AND id = $2', [acme.id, late.id]);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, object, string]>([
    ['more than 100 from the front',        { first: 101 },                   'A page holds at most 100.'],
    ['more than 100 from the end',          { last: 101 },                    'A page holds at most 100.'],
    ['a negative first',                    { first: -1 },                    "`first` can't be negative."],
    ['a negative last',                     { last: -1 },                     "`last` can't be negative."],
    ['first and last together',             { first: 1, last: 1 },            'Ask for `first` or for `last`, not for both.'],
    ['an invalid after cursor',             { after: 'garbage' },             'This is not a cursor that this API gives out.'],
    ['an invalid before cursor',            { before: 'garbage' },            'This is not a cursor that this API gives out.'],
    ['a cursor with a suffix',              { after: `${Buffer.from('00000000-0000-0000-0000-000000000000').toString('base64url')}=` }, 'This is not a cursor that this API gives out.'],
    ['a cursor in another encoding',        { after: Buffer.from('0190AAAA-0000-7000-8000-000000000001').toString('base64url') }, 'This is not a cursor that this API gives out.'],
  ])('%s is BAD_USER_INPUT, and sibling fields are returned', async (_what, variables, message) => {
    const { data, errors, headers } = await world.gateway.ask(LIST.replace('tenant {', 'tenant { slug'), {
      token: world.tokens.viewer,
      variables,
    });
    expect(data).toEqual({ tenant: { slug: 'acme', memberships: null } });
    expect(errors).toMatchObject([{ message, path: ['tenant', 'memberships'], extensions: { code: 'BAD_USER_INPUT', requestId: headers.get('x-request-id') } }]);
  });

  test('the error contains the size that is too large', async () => {
    const { errors } = await world.list({ first: 101 });
    expect(errors[0]!.extensions).toMatchObject({ limit: 100, actual: 101 });
  });

  test('a page has 20 items by default and up to 100 on request', async () => {
    const { make, gateway } = world;
    const tenant = await make.tenant('crowd', await make.person('Crowd Owner'), { plan: 'PROFESSIONAL' });
    for (let i = 0; i < 24; i++) await make.member(tenant, await make.person(`Crowd ${i}`), ['viewer']);
    const token = await gateway.tokenOf({ subject: 'crowd.owner@people.example' });
    const { data } = await gateway.ask(LIST, { token });
    expect(data.tenant.memberships.edges).toHaveLength(20);
    expect(data.tenant.memberships).toMatchObject({ totalCount: 25, pageInfo: { hasNextPage: true } });
    const larger = await gateway.ask(LIST, { token, variables: { first: 24 } });
    expect(larger.data.tenant.memberships.edges).toHaveLength(24);
    expect(larger.data.tenant.memberships).toMatchObject({ totalCount: 25, pageInfo: { hasNextPage: true } });
  });
});
