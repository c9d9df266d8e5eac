import { describe, expect, test } from 'vitest';
import type { Answer, Query } from '../support/gateway.ts';
import { absent, type Side, secretsIn, type Target } from '../support/isolation/isolation.ts';
import { useTwoTenants } from '../support/two-tenants.ts';

const { database, gateway, world } = useTwoTenants();

/** Everything that a client sees of a response, except the time. */
const whole = ({ status, headers, text }: Answer) => JSON.stringify([status, [...headers].filter(([name]) => name !== 'date'), text]);
const ask = async (query: string, options: Query = {}) => {
  const answer = await gateway.ask(query, { ...options, headers: { ...options.headers, 'x-request-id': 'the-same' } });
  return { ...answer, whole: whole(answer) };
};
const ownerOf = ({ ownerId }: Side, claims = {}) => {
  const { subject, email, name } = world.rows.person.find(({ id }) => id === ownerId) as Record<string, string>;
  return gateway.tokenOf({ subject: subject!, email: email!, name: name! }, claims);
};
const sharedToken = (claims = {}) => gateway.tokenOf(world.shared, claims);
const globalId = (typename: string, ...ids: string[]) => Buffer.from([typename, ...ids].join(':')).toString('base64url');
const cursor = (id: string) => Buffer.from(id).toString('base64url');
/** An absent id next to another in the order of ids. */
const beside = (id: string) => `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`;

const MEMBERS =
  'totalCount edges { cursor node { id roles user { id name email } } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
const NODE =
  'query ($id: ID!) { node(id: $id) { __typename id ... on Tenant { name billingEmail memberCount } ... on User { name email } } }';
const LIST = `query ($filter: MembershipFilter, $after: String, $before: String, $first: Int) {
  tenant { memberships(filter: $filter, after: $after, before: $before, first: $first) { ${MEMBERS} } } }`;

describe.each(['a', 'b'] as const)('T4: from inside tenant %s', side => {
  const sides = () => ({ own: world[side], other: world[side === 'a' ? 'b' : 'a'] });
  /** Asks about the other tenant and an absent one: identical responses that reveal nothing. */
  const same = async (query: string, variablesOf: (target: Target) => object, none: Partial<Target> = {}) => {
    const { own, other } = sides();
    const token = await ownerOf(own);
    const [foreign, nothing] = await Promise.all(
      [other, { ...absent(), ...none }].map(async target => {
        const answer = await ask(query, { token, variables: variablesOf(target) });
        return { ...answer, whole: answer.whole.replaceAll(cursor(target.membershipId), '<the cursor that was sent>') };
      }),
    );
    expect(foreign!.whole).toBe(nothing!.whole);
    expect(secretsIn(foreign!.whole, other)).toEqual([]);
    return foreign!;
  };

  test.each([
    ['tenant', (t: Target) => globalId('Tenant', t.tenantId)],
    ['person', (t: Target) => globalId('User', t.userId)],
    ['membership', (t: Target) => globalId('Membership', t.tenantId, t.membershipId)],
    ['membership under an id of this tenant', (t: Target) => globalId('Membership', sides().own.tenantId, t.membershipId)],
    ['membership of this tenant under an id of the other', (t: Target) => globalId('Membership', t.tenantId, sides().own.membershipId)],
  ])('the global id of a %s is null like an absent one', async (_what, idOf) => {
    const { data, errors } = await same(NODE, t => ({ id: idOf(t) }));
    expect({ data, errors }).toEqual({ data: { node: null }, errors: [] });
    const many = await same('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', t => ({
      ids: [idOf(t), globalId('Tenant', sides().own.tenantId), idOf(t)],
    }));
    expect(many.data).toEqual({ nodes: [null, { id: globalId('Tenant', sides().own.tenantId) }, null] });
  });

  test('a cursor from the other tenant is a position in this one, like an absent one', async () => {
    for (const where of ['after', 'before']) {
      const { errors, data } = await same(LIST, t => ({ [where]: cursor(t.membershipId), first: 2 }), {
        membershipId: beside(sides().other.membershipId),
      });
      expect(errors).toEqual([]);
      expect(data.tenant.memberships.totalCount).toBe(3);
    }
  });

  test('a search for a person of the other tenant finds and counts nobody', async () => {
    for (const key of ['personName', 'email', 'userId'] as const) {
      const { data } = await same(LIST, t => ({ filter: { search: t[key] } }));
      expect(data.tenant.memberships).toMatchObject({ totalCount: 0, edges: [] });
    }
  });

  test.each(['%', '_', '\\', 'a%', "' OR true --"])('a search for %j matches these characters literally', async search => {
    const answer = await ask(LIST, { token: await ownerOf(sides().own), variables: { filter: { search } } });
    expect(answer.data.tenant.memberships.totalCount).toBe(0);
  });

  test('filters by name and role find and count only own members', async () => {
    const token = await ownerOf(sides().own);
    const count = async (filter: object) => (await ask(LIST, { token, variables: { filter } })).data.tenant.memberships.totalCount;
    expect(
      await Promise.all(
        [{}, { search: 'e' }, { role: 'OWNER' }, { role: 'VIEWER' }, { role: 'ADMIN' }, { role: 'BUYER_MANAGER' }].map(count),
      ),
    ).toEqual([3, 3, 1, 1, 1, 0]);
    expect((await ask('{ tenant { memberCount } }', { token })).data).toEqual({ tenant: { memberCount: 3 } });
  });

  test('one request for everything readable contains nothing of the other tenant', async () => {
    const { own, other } = sides();
    const answer = await ask(
      `{ viewer { membership { name statusReason } memberships { tenantId slug name } }
         tenant { id tenantId slug name statusReason billingEmail memberCount plan { name } memberships { ${MEMBERS} } } }`,
      { token: await ownerOf(own) },
    );
    expect(answer.errors).toEqual([]);
    expect(answer.data.viewer.memberships).toEqual([{ tenantId: own.tenantId, slug: own.slug, name: own.name }]);
    expect(answer.data.tenant).toMatchObject({ tenantId: own.tenantId, billingEmail: own.billingEmail, memberCount: 3 });
    expect(secretsIn(answer.whole, other)).toEqual([]);
  });

  test('T9: a rename changes only the own tenant', async () => {
    const { own, other } = sides();
    const renamed = await ask('mutation { renameTenant(input: { name: "Renamed" }) { tenant { name } } }', { token: await ownerOf(own) });
    expect(renamed.data).toEqual({ renameTenant: { tenant: { name: 'Renamed' } } });
    const names = await database.sql('SELECT tenant_id AS id, name FROM tenant ORDER BY name');
    expect(names).toEqual([
      { id: other.tenantId, name: other.name },
      { id: own.tenantId, name: 'Renamed' },
    ]);
  });
});

describe('people', () => {
  const see = async (side: Side, userId: string) =>
    (await ask(NODE, { token: await ownerOf(side), tenant: side.slug, variables: { id: globalId('User', userId) } })).data.node;

  test('who share a tenant see each other there', async () => {
    for (const side of [world.a, world.b]) expect(await see(side, world.shared.id)).toMatchObject({ name: world.shared.name });
  });

  test('who are members of no tenant, or have left, are visible to nobody', async () => {
    expect(await see(world.a, world.stranger.id)).toBeNull();
    await database.sql('DELETE FROM membership WHERE tenant_id = $1 AND person_id = $2', [world.a.tenantId, world.shared.id]);
    expect(await see(world.a, world.shared.id)).toBeNull();
    expect(await see(world.b, world.shared.id)).toMatchObject({ name: world.shared.name });
  });
});

describe('R6: a person who is a member of both', () => {
  const INSIDE = '{ viewer { membership { slug } } tenant { slug memberships { edges { node { user { name } } } } } }';

  test.each(['a', 'b'] as const)('acts in tenant %s when naming it by id or slug in any case, and sees only that one', async side => {
    const [own, other] = side === 'a' ? [world.a, world.b] : [world.b, world.a];
    for (const tenant of [own.tenantId, own.slug, own.tenantId.toUpperCase(), own.slug.toUpperCase()]) {
      const answer = await ask(INSIDE, { token: await sharedToken(), tenant });
      expect(answer.errors).toEqual([]);
      expect(answer.data).toMatchObject({ viewer: { membership: { slug: own.slug } }, tenant: { slug: own.slug } });
      expect(secretsIn(answer.whole, other)).toEqual([]);
    }
  });

  test('switches back and forth, and nothing of the earlier tenant remains', async () => {
    const token = await sharedToken();
    for (const side of [world.a, world.b, world.a, world.b]) {
      const { data } = await ask('{ tenant { slug } }', { token, tenant: side.slug });
      expect(data).toEqual({ tenant: { slug: side.slug } });
      const ids = [world.a, world.b].map(({ tenantId }) => globalId('Tenant', tenantId));
      const nodes = await ask('query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Tenant { slug } } }', {
        token,
        tenant: side.slug,
        variables: { ids },
      });
      expect(nodes.data.nodes).toEqual([world.a, world.b].map(one => (one === side ? { slug: side.slug } : null)));
    }
  });

  test('acts in no tenant when naming none', async () => {
    const { data, errors } = await ask('{ viewer { membership { slug } memberships { slug } } tenant { slug } }', {
      token: await sharedToken(),
    });
    expect(data).toEqual({ viewer: { membership: null, memberships: [{ slug: world.a.slug }, { slug: world.b.slug }] }, tenant: null });
    expect(errors).toMatchObject([{ path: ['tenant'], extensions: { code: 'TENANT_REQUIRED', because: 'NO_TENANT' } }]);
  });
});
