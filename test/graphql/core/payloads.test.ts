import { beforeEach, describe, expect, test } from 'vitest';
import { type Actor, globalId, type MemberActor, type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';

const life = useTenantActors();
let home: TenantWithMembers;
let member: MemberActor;
beforeEach(async () => {
  home = await life.home();
  member = await life.join(home, ['viewer', 'operator']);
});

/** Runs a mutation and returns its payload. */
async function run(who: Actor, name: string, input: object, selection: string) {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`;
  const { data, errors } = await life.gateway.ask(query, { ...who, variables: { input } });
  expect(errors).toEqual([]);
  return data[name];
}

const read = async (who: Actor, query: string, variables: object = {}) => (await life.gateway.ask(query, { ...who, variables })).data;
const viewerMembership = async (who: Actor) => (await read(who, '{ viewer { membership { id roles } } }')).viewer.membership;
const node = async (who: Actor, id: string) => (await read(who, 'query ($id: ID!) { node(id: $id) { id } }', { id })).node;

describe('G6: a payload has the changed objects with the ids that queries give them:', () => {
  test('dropRoles, the membership as other members and as its holder see it', async () => {
    const before = await viewerMembership(member);
    const payload = await run(
      member,
      'dropRoles',
      { roles: ['OPERATOR'] },
      'roles membership { id roles } viewerMembership { id roles slug }',
    );
    const roles = ['VIEWER'];
    expect(payload).toEqual({
      roles,
      membership: { id: member.membershipId, roles },
      viewerMembership: { id: before.id, roles, slug: home.tenant.slug },
    });
    expect(await viewerMembership(member)).toEqual({ id: before.id, roles });
  });

  test('leaveTenant, what is gone', async () => {
    const { id } = await viewerMembership(member);
    const payload = await run(member, 'leaveTenant', {}, 'leftTenantId removedMembershipId removedViewerMembershipId');
    expect(payload).toEqual({ leftTenantId: home.tenant.id, removedMembershipId: member.membershipId, removedViewerMembershipId: id });
    expect([await node(home.owner, member.membershipId), await node({ token: member.token }, id)]).toEqual([null, null]);
  });

  test('createTenant, the membership that the viewer then has', async () => {
    const { membership } = await run(member, 'createTenant', { name: 'Of mine' }, 'membership { id slug }');
    expect(await viewerMembership({ token: member.token, tenant: membership.slug })).toEqual({ id: membership.id, roles: ['OWNER'] });
  });

  test('acceptInvitation and declineInvitation, the invitation that is gone; a new one names the one that it replaces', async () => {
    for (const [verb, field] of [
      ['acceptInvitation', 'acceptedInvitationId'],
      ['declineInvitation', 'declinedInvitationId'],
    ] as const) {
      const email = `${verb.toLowerCase()}@people.example`;
      const invite = () => run(home.owner, 'inviteMember', { email, roles: ['VIEWER'] }, 'replacedInvitationId invitation { id }');
      const first = await invite();
      const second = await invite();
      expect([first.replacedInvitationId, second.replacedInvitationId]).toEqual([null, first.invitation.id]);
      const invitee = await life.stranger(email);
      const payload = await run(invitee, verb, { code: await life.codeFor(email) }, field);
      expect(payload).toEqual({ [field]: second.invitation.id });
      expect(await node(home.owner, second.invitation.id)).toBeNull();
    }
  });

  test('the ownership, the transfer and both memberships', async () => {
    const request = () =>
      run(
        home.owner,
        'requestOwnershipTransfer',
        { membershipId: member.membershipId },
        'code ownershipTransfer { id to { id } } expiresAt',
      );
    const { ownershipTransfer } = await request();
    expect(ownershipTransfer).toEqual({ id: expect.any(String), to: { id: member.membershipId } });
    expect(await node(home.owner, ownershipTransfer.id)).toEqual({ id: ownershipTransfer.id });
    const cancelled = await run(
      home.owner,
      'cancelOwnershipTransfer',
      {},
      'cancelledOwnershipTransferId tenant { ownershipTransfer { id } }',
    );
    expect(cancelled).toEqual({ cancelledOwnershipTransferId: ownershipTransfer.id, tenant: { ownershipTransfer: null } });
    expect(await node(home.owner, ownershipTransfer.id)).toBeNull();
    const { code } = await request();
    const { memberships } = await run(home.owner, 'confirmOwnershipTransfer', { code }, 'memberships { id roles }');
    expect(memberships).toEqual([
      { id: home.owner.membershipId, roles: ['ADMIN'] },
      { id: member.membershipId, roles: ['OWNER', 'VIEWER', 'OPERATOR'] },
    ]);
  });

  test('an expired transfer is not there, as in the tenant', async () => {
    const { ownershipTransfer } = await run(
      home.owner,
      'requestOwnershipTransfer',
      { membershipId: member.membershipId },
      'ownershipTransfer { id }',
    );
    life.gateway.clock.advance({ minutes: 16 });
    expect(await read(home.owner, '{ tenant { ownershipTransfer { id } } }')).toEqual({ tenant: { ownershipTransfer: null } });
    expect(await node(home.owner, ownershipTransfer.id)).toBeNull();
  });

  test('removeObject, the dataset that has an object less', async () => {
    const { dataset } = await run(home.owner, 'createDataset', { name: 'Rows' }, 'dataset { id objectCount }');
    const file = { name: 'rows.csv', size: '1', mediaType: 'text/csv', sha256: '0'.repeat(64) };
    const { object } = await run(home.owner, 'addObject', { datasetId: dataset.id, ...file }, 'object { id dataset { objectCount } }');
    expect(object.dataset.objectCount).toBe(1);
    const removed = await run(home.owner, 'removeObject', { objectId: object.id }, 'removedObjectId dataset { id objectCount }');
    expect(removed).toEqual({ removedObjectId: object.id, dataset: { id: dataset.id, objectCount: 0 } });
  });

  test('staff’s, the tenant as staff see it', async () => {
    const staff = await life.staff();
    const input = { tenantId: home.tenant.id, name: 'Renamed' };
    const { tenant } = await run(staff, 'staffRenameTenant', input, 'tenant { id name }');
    expect(tenant).toEqual({ id: Buffer.from(`StaffTenant:${home.tenant.id}`).toString('base64url'), name: 'Renamed' });
  });
});

describe('G4: a refetched object is the one that its id was given for:', () => {
  test('the viewer, in this tenant context and as this caller alone', async () => {
    const other = await life.home();
    const WHO = '{ viewer { id principal name } }';
    const { viewer } = await read(member, WHO);
    const REFETCH = 'query ($id: ID!) { node(id: $id) { id ... on Viewer { principal name membership { slug } } } }';
    const { principal, name } = viewer;
    expect((await read(member, REFETCH, { id: viewer.id })).node).toEqual({
      id: viewer.id,
      principal,
      name,
      membership: { slug: home.tenant.slug },
    });
    const ids = new Set([viewer.id]);
    for (const elsewhere of [
      home.owner,
      other.owner,
      await life.staff(),
      { token: '' },
      await life.stranger('x@people.example'),
    ] as Actor[]) {
      const as = elsewhere.token ? elsewhere : ({} as Actor);
      expect((await read(as, REFETCH, { id: viewer.id })).node).toBeNull();
      ids.add((await read(as, WHO)).viewer.id);
    }
    expect(ids.size).toBe(6);
  });

  test('the same person in two tenants is two viewers', async () => {
    const other = await life.home();
    await life.make.member(other.tenant, member.person, ['viewer']);
    const idIn = async (tenant: string | undefined) => (await read({ token: member.token, tenant }, '{ viewer { id } }')).viewer.id;
    expect(new Set([await idIn(home.tenant.id), await idIn(other.tenant.id), await idIn(undefined)]).size).toBe(3);
    expect(await idIn(home.tenant.slug)).toBe(await idIn(home.tenant.id));
  });

  test('memberships of one’s own, wherever one acts; nobody else’s', async () => {
    const { id } = await viewerMembership(member);
    expect(await node({ token: member.token }, id)).toEqual({ id });
    for (const who of [home.owner, (await life.home()).owner, await life.staff()]) expect(await node(who, id)).toBeNull();
  });

  test('a period of usage and of sales, without arguments', async () => {
    const PERIOD = 'id from until';
    const { tenant } = await read(home.owner, `{ tenant { usage { ${PERIOD} count } analytics { ${PERIOD} retrievals } } }`);
    const { data, errors } = await life.gateway.ask(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Usage { ${PERIOD} count } ... on Analytics { ${PERIOD} retrievals } } }`,
      { ...home.owner, variables: { ids: [tenant.usage.id, tenant.analytics.id] } },
    );
    expect({ nodes: data.nodes, errors }).toEqual({ nodes: [tenant.usage, tenant.analytics], errors: [] });
    expect(tenant.usage.id).not.toBe(tenant.analytics.id);
    const { owner: stranger } = await life.home();
    expect([await node(stranger, tenant.usage.id), await node(stranger, tenant.analytics.id)]).toEqual([null, null]);
  });

  // biome-ignore format: a table is read by its columns
  test.each([
    ['longer than a year',      ['0', '40000000000']],
    ['that ends before itself', ['2', '1']],
    ['before the year 1',       ['-99999999999999', '-99999999999998']],
    ['after the year 9999',     ['300000000000000', '300000000000001']],
    ['of no date at all',       ['999999999999999', '999999999999999']],
  ])('a period %s is not there', async (_what, moments) => {
    const ids = ['Usage', 'Analytics'].map(type => Buffer.from([type, home.tenant.id, ...moments].join(':')).toString('base64url'));
    const { data, errors } = await life.gateway.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ...home.owner, variables: { ids } });
    expect({ data, errors }).toEqual({ data: { nodes: [null, null] }, errors: [] });
  });

  test('plans, without signing in; the marketplace, in its tenant alone', async () => {
    const { plans } = (await life.gateway.ask('{ plans { id name } }')).data;
    expect(await Promise.all(plans.map(({ id }: { id: string }) => node({} as Actor, id)))).toEqual(
      plans.map(({ id }: { id: string }) => ({ id })),
    );
    const { marketplace } = await read(home.owner, '{ marketplace { id } }');
    expect(await node(home.owner, marketplace.id)).toEqual({ id: marketplace.id });
    expect(await node((await life.home()).owner, marketplace.id)).toBeNull();
  });

  test('a retrieval cannot be read again, whether there is one or not', async () => {
    const id = globalId('Retrieval', home.tenant.id, home.tenant.id);
    const { data, errors } = await life.gateway.ask('query ($id: ID!) { node(id: $id) { id } }', { ...home.owner, variables: { id } });
    expect(data).toEqual({ node: null });
    expect(errors).toMatchObject([{ message: 'A Retrieval cannot be read by its id.', extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
