import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fixtures, type Member, type Person, type Tenant, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';
import { type Subscribed, type SubscribeOptions, subscribe } from '../../support/subscribe.ts';

/** Subscriptions over HTTP (SPEC G8, S5). */
const database = useDatabase();
const gateway = useGateway(database, { heartbeat: 50 });

let tenant: Tenant;
let owner: Person;
let viewer: Member;
const tokens: Record<string, string> = {};
const open: Subscribed[] = [];

beforeAll(async () => {
  const rows = fixtures(database);
  owner = await rows.person('Olga');
  tenant = await rows.tenant('acme', owner, { plan: 'PROFESSIONAL' });
  viewer = await rows.member(tenant, await rows.person('Vic'), ['viewer']);
  tokens.owner = await gateway.tokenOf(owner);
  tokens.viewer = await gateway.tokenOf(viewer.person);
  tokens.staff = await gateway.tokenOf({ subject: 'Sam' }, { ipto_staff: true });
});
afterEach(() => {
  for (const subscribed of open.splice(0)) subscribed.close();
});

const follow = async (query: string, options: SubscribeOptions = {}) => {
  const subscribed = await subscribe(gateway.url, query, { token: tokens.viewer, ...options });
  open.push(subscribed);
  return subscribed;
};

const TENANT = `subscription ($after: String) {
  tenantChanged(after: $after) { tenant { name status billingEmail } event { type data } cursor } }`;
const MEMBERSHIP = 'subscription { membershipChanged { membership { roles } event { type } } }';

const rename = async (name: string) => {
  const { errors } = await gateway.ask(`mutation { renameTenant(input: { name: "${name}" }) { tenant { name } } }`, {
    token: tokens.owner,
  });
  expect(errors).toEqual([]);
};
const idOf = (type: string, id: string) => Buffer.from(`${type}:${tenant.id}:${id}`).toString('base64url');
const setRoles = async ({ id }: Member, roles: string) => {
  const mutation = `mutation { setMemberRoles(input: { membershipId: "${idOf('Membership', id)}", roles: [${roles}] }) { membership { id } } }`;
  expect((await gateway.ask(mutation, { token: tokens.owner })).errors).toEqual([]);
};
const removeMember = async ({ id }: Member) => {
  const mutation = `mutation { removeMember(input: { membershipId: "${idOf('Membership', id)}" }) { removedMembershipId } }`;
  expect((await gateway.ask(mutation, { token: tokens.owner })).errors).toEqual([]);
};
const staff = async (mutation: string) => {
  expect((await gateway.ask(`mutation { ${mutation} }`, { token: tokens.staff })).errors).toEqual([]);
};

describe('G8: a subscriber', () => {
  test('gets what happened, and the object as it is now', async () => {
    const subscribed = await follow(TENANT, { token: tokens.owner });
    expect(subscribed.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await rename('First');
    const sent = (await subscribed.next())!;
    expect(sent).toEqual({
      id: sent.data.data.tenantChanged.cursor,
      event: 'next',
      data: {
        data: {
          tenantChanged: {
            tenant: { name: 'First', status: 'ACTIVE', billingEmail: 'acme@bills.example' },
            event: { type: 'TENANT_RENAMED', data: { name: 'First' } },
            cursor: sent.id,
          },
        },
      },
    });
  });

  test('is refused a field of each event by the roles of that moment', async () => {
    const subscribed = await follow(TENANT);
    await rename('Second');
    const before = (await subscribed.next())!.data;
    expect(before.data.tenantChanged.tenant).toMatchObject({ name: 'Second', billingEmail: null });
    expect(before.errors).toMatchObject([{ path: ['tenantChanged', 'tenant', 'billingEmail'], extensions: { code: 'FORBIDDEN' } }]);
    await setRoles(viewer, 'ADMIN');
    await rename('Third');
    const after = (await subscribed.next())!.data;
    expect(after).toMatchObject({ data: { tenantChanged: { tenant: { name: 'Third', billingEmail: 'acme@bills.example' } } } });
    expect(after.errors).toBeUndefined();
    await setRoles(viewer, 'VIEWER');
  });

  test('gets no events about other objects, nor of another tenant', async () => {
    const rows = fixtures(database);
    const other = await rows.person('Eve');
    await rows.tenant('east', other);
    const subscribed = await follow(MEMBERSHIP);
    await rename('Fourth');
    const foreign = 'mutation { inviteMember(input: { email: "ann@people.example", roles: [VIEWER] }) { invitation { id } } }';
    expect((await gateway.ask(foreign, { token: await gateway.tokenOf(other) })).errors).toEqual([]);
    await setRoles(viewer, 'VIEWER, OPERATOR');
    expect((await subscribed.next())!.data.data.membershipChanged).toEqual({
      membership: { roles: ['VIEWER', 'OPERATOR'] },
      event: { type: 'MEMBER_ROLES_CHANGED' },
    });
  });

  test('resumes after a cursor, by argument and by header, without a gap', async () => {
    const first = await follow(TENANT);
    await rename('Fifth');
    const cursor = (await first.next())!.id!;
    first.close();
    for (const name of ['Sixth', 'Seventh']) await rename(name);
    const names = async (subscribed: Subscribed) =>
      [await subscribed.next(), await subscribed.next()].map(sent => sent!.data.data.tenantChanged.event.data.name);
    expect(await names(await follow(TENANT, { variables: { after: cursor } }))).toEqual(['Sixth', 'Seventh']);
    expect(await names(await follow(TENANT, { headers: { 'last-event-id': cursor } }))).toEqual(['Sixth', 'Seventh']);
  });

  test('learns that events are missing', async () => {
    const subscribed = await follow(TENANT, { variables: { after: Buffer.from('100000').toString('base64url') } });
    expect(await subscribed.ended()).toMatchObject([
      { event: 'next', data: { errors: [{ extensions: { code: 'RESYNC' } }] } },
      { event: 'complete' },
    ]);
  });

  test('gets signs of life', async () => {
    const subscribed = await follow(TENANT);
    await expect.poll(() => subscribed.comments.length).toBeGreaterThan(1);
  });
});

describe('S5: a right that is lost', () => {
  test('ends the stream of a member who was removed, before any later event', async () => {
    const leaver = await fixtures(database).member(tenant, await fixtures(database).person('Lea'), ['viewer']);
    const subscribed = await follow(TENANT, { token: await gateway.tokenOf(leaver.person), tenant: 'acme' });
    await rename('Eighth');
    const { id } = (await subscribed.next())!;
    await removeMember(leaver);
    await rename('Ninth');
    expect(await subscribed.ended()).toMatchObject([
      { id },
      { id: null, event: 'next', data: { errors: [{ extensions: { code: 'TENANT_NOT_FOUND', lastEventId: id } }] } },
      { event: 'complete' },
    ]);
  });

  test('ends a stream that its roles no longer allow', async () => {
    const subscribed = await follow(MEMBERSHIP);
    await setRoles(viewer, 'OPERATOR');
    expect(await subscribed.ended()).toMatchObject([
      { event: 'next', data: { errors: [{ extensions: { code: 'FORBIDDEN', permission: 'member:list' } }] } },
      { event: 'complete' },
    ]);
    await setRoles(viewer, 'VIEWER');
  });

  test('members get the suspension and go on', async () => {
    const subscribed = await follow(TENANT);
    await staff(`staffSuspendTenant(input: { tenantId: "${tenant.id}", reason: "Unpaid" }) { tenant { status } }`);
    expect((await subscribed.next())!.data.data.tenantChanged).toMatchObject({
      tenant: { status: 'SUSPENDED' },
      event: { type: 'TENANT_SUSPENDED' },
    });
    await staff(`staffResumeTenant(input: { tenantId: "${tenant.id}" }) { tenant { status } }`);
    expect((await subscribed.next())!.data.data.tenantChanged).toMatchObject({
      tenant: { status: 'ACTIVE' },
      event: { type: 'TENANT_RESUMED' },
    });
  });

  test('an expired token ends the stream', async () => {
    const subscribed = await follow(TENANT, {
      token: await gateway.tokens.sign({ sub: viewer.person.subject }, Math.floor(Date.now() / 1000) - 3),
    });
    expect(await subscribed.ended()).toMatchObject([
      { event: 'next', data: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } },
      { event: 'complete' },
    ]);
  });
});

describe('a person', () => {
  const VIEWER = 'subscription ($after: String) { viewerChanged(after: $after) { viewer { memberships { slug roles } } event { type } } }';

  test('follows their own memberships in all tenants, and no one else’s', async () => {
    const subscribed = await follow(VIEWER);
    await setRoles(viewer, 'VIEWER, OPERATOR');
    const first = (await subscribed.next())!;
    expect(first.data.data.viewerChanged).toEqual({
      viewer: { memberships: [{ slug: 'acme', roles: ['VIEWER', 'OPERATOR'] }] },
      event: { type: 'MEMBER_ROLES_CHANGED' },
    });
    const other = await fixtures(database).member(tenant, await fixtures(database).person('Otto'), ['viewer']);
    await setRoles(other, 'OPERATOR');
    await setRoles(viewer, 'VIEWER');
    expect((await subscribed.next())!.data.data.viewerChanged.viewer.memberships).toEqual([{ slug: 'acme', roles: ['VIEWER'] }]);
    const resumed = await follow(VIEWER, { variables: { after: first.id } });
    expect((await resumed.next())!.id).toBe(subscribed.sent[1]!.id);
    await setRoles(viewer, 'OPERATOR');
    expect((await subscribed.next())!.data.data.viewerChanged.viewer.memberships).toEqual([{ slug: 'acme', roles: ['OPERATOR'] }]);
  });
});

describe('a subscription that is refused', () => {
  test.each([
    ['of nobody', TENANT, { token: '' }, 401, 'UNAUTHENTICATED'],
    ['without the right', 'subscription { invitationChanged { cursor } }', {}, 403, 'FORBIDDEN'],
    ['as JSON', TENANT, { accept: 'application/json' }, 406, 'NOT_ACCEPTABLE'],
    ['after what is no cursor', TENANT, { variables: { after: '?' } }, 400, 'BAD_USER_INPUT'],
  ])('is refused as an ordinary response: %s', async (_, query, options, status, code) => {
    const subscribed = await follow(query, options as SubscribeOptions);
    expect({ status: subscribed.status, code: subscribed.errors[0]?.extensions.code }).toEqual({ status, code });
  });

  test.each([
    ['with two fields', 'subscription { tenantChanged { cursor } usageRecorded { cursor } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['of a field with a directive', 'subscription { tenantChanged @skip(if: false) { cursor } }', 'BAD_USER_INPUT'],
    [
      'that is too complex',
      `subscription { tenantChanged { ${Array.from({ length: 30 }, (_, i) => `a${i}: tenant { memberships(first: 100) { edges { node { user { name } } } } }`)} } }`,
      'QUERY_TOO_EXPENSIVE',
    ],
  ])('is refused in the stream: %s', async (_, query, code) => {
    expect(await (await follow(query)).ended()).toMatchObject([{ data: { errors: [{ extensions: { code } }] } }, { event: 'complete' }]);
  });

  test('answers a query as one event to a client that takes nothing else', async () => {
    const subscribed = await follow('{ tenant { slug } }');
    expect(await subscribed.ended()).toEqual([
      { id: null, event: 'next', data: { data: { tenant: { slug: 'acme' } } } },
      { id: null, event: 'complete', data: null },
    ]);
  });
});
