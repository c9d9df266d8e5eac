import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Actor, type MemberActor, type TenantWithMembers, useTenantActors, type Verb } from '../../support/tenant-actors.ts';

const fixtures = useTenantActors();
let home: TenantWithMembers;
let member: MemberActor;
let invitee: Actor;
let code: string;
let asked = 0;
beforeEach(async () => {
  home = await fixtures.home();
  member = await fixtures.join(home, ['admin', 'viewer']);
  asked += 1;
  const email = `replay.${asked}@people.example`;
  await fixtures.must(home.owner, 'inviteMember', { email, roles: ['VIEWER'] });
  code = await fixtures.codeFor(email);
  invitee = await fixtures.stranger(email);
});

const keyed = (input: object = {}) => ({ ...input, idempotencyKey: randomUUID() });
const here = () => ({ tenantId: home.tenant.id });
const target = () => ({ membershipId: member.membershipId });
const transfer = async () => ({ code: (await fixtures.must(home.owner, 'requestOwnershipTransfer', target())).code });
const invitation = async () => ({
  invitationId: (await fixtures.gateway.ask('{ tenant { invitations { edges { node { id } } } } }', home.owner)).data.tenant.invitations
    .edges[0].node.id,
});
const ownerDo = (input: () => object | Promise<object>) => async () => [home.owner, await input()] as const;

describe('a replay of an idempotent command', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[Verb, () => Promise<readonly [Actor, object]>]>([
    ['inviteMember',             ownerDo(() => ({ email: 'somebody@people.example', roles: ['VIEWER', 'ADMIN'] }))],
    ['revokeInvitation',         ownerDo(invitation)],
    ['acceptInvitation',         async () => [invitee, { code }]],
    ['declineInvitation',        async () => [invitee, { code }]],
    ['setMemberRoles',           ownerDo(() => ({ ...target(), roles: ['OPERATOR'] }))],
    ['removeMember',             ownerDo(target)],
    ['dropRoles',                async () => [member, { roles: ['ADMIN'] }]],
    ['requestOwnershipTransfer', ownerDo(target)],
    ['confirmOwnershipTransfer', ownerDo(transfer)],
    ['cancelOwnershipTransfer',  ownerDo(async () => { await transfer(); return {}; })],
    ['renameTenant',             ownerDo(() => ({ name: 'Renamed' }))],
    ['setBillingEmail',          ownerDo(() => ({ email: 'bills@people.example' }))],
    ['changePlan',               ownerDo(() => ({ plan: 'STARTER' }))],
    ['requestTenantDeletion',    ownerDo(() => ({ confirmation: home.tenant.name }))],
    ['cancelTenantDeletion',     ownerDo(async () => { await fixtures.must(home.owner, 'requestTenantDeletion', { confirmation: home.tenant.name }); return {}; })],
    ['staffSuspendTenant',       async () => [await fixtures.staff(), { ...here(), reason: 'a bill' }]],
    ['staffResumeTenant',        async () => { await fixtures.make.setStatus(home.tenant, 'suspended'); return [await fixtures.staff(), here()]; }],
  ])('G6: %s: a retry returns the same response, even if the command removed what it needs, and changes nothing', async (verb, prepare) => {
    const [who, given] = await prepare();
    const input = keyed(given);
    const first = await fixtures.must(who, verb, input);
    const [roles, events] = [await fixtures.roles(home), await fixtures.events(home)];
    expect(await fixtures.run(who, verb, input)).toMatchObject({ payload: first, errors: [] });
    expect([await fixtures.roles(home), await fixtures.events(home)]).toEqual([roles, events]);
    expect(events.filter(event => event.code)).toEqual([]);
  });

  test("G6: concurrent retries get the same response and the command runs once, even if it ends the caller's permission", async () => {
    const input = keyed(await transfer());
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => fixtures.run(home.owner, 'confirmOwnershipTransfer', input)));
    for (const { payload, errors } of outcomes) expect([payload, errors]).toEqual([{ tenant: here() }, []]);
    expect((await fixtures.events(home)).filter(({ action }) => action === 'ownership.confirm')).toMatchObject([{ code: null }]);
  });

  test('O1, G6: the transfer code of the replayed response is the code that works', async () => {
    const input = keyed(target());
    await fixtures.must(home.owner, 'requestOwnershipTransfer', input);
    const again = await fixtures.must(home.owner, 'requestOwnershipTransfer', input);
    expect((await fixtures.run(home.owner, 'confirmOwnershipTransfer', { code: again.code })).errors).toEqual([]);
    expect((await fixtures.roles(home))[member.member.id]).toContain('owner');
  });

  test('R7, G6: a member who was removed meanwhile gets no replay', async () => {
    const input = keyed({ name: 'By me' });
    await fixtures.must(member, 'renameTenant', input);
    await fixtures.must(home.owner, 'removeMember', target());
    expect(await fixtures.run(member, 'renameTenant', input)).toMatchObject({ status: 403, code: 'TENANT_NOT_FOUND' });
  });

  test('G6: stored responses are encrypted: codes, names and keys are not readable in the database', async () => {
    const input = keyed(target());
    const { code: given } = await fixtures.must(home.owner, 'requestOwnershipTransfer', input);
    await fixtures.must(invitee, 'acceptInvitation', { code, idempotencyKey: `${input.idempotencyKey}-2` });
    const rows = await fixtures.database.sql<{ answer: Buffer; fingerprint: Buffer; key_hash: Buffer }>(
      'SELECT answer, fingerprint, key_hash FROM idempotency_key WHERE tenant_id = $1',
      [home.tenant.id],
    );
    expect(rows).toHaveLength(2);
    for (const row of rows.flatMap(columns => Object.values(columns)))
      for (const text of [given, home.tenant.name, home.tenant.id, input.idempotencyKey, 'code', 'membership', 'tenantId'])
        expect(row.includes(text)).toBe(false);
  });
});

describe('createTenant with an idempotency key', () => {
  const founding = (input: object) => ({ name: 'Founded', ...input });
  const create = (who: Actor, input: object) => fixtures.run(who, 'createTenant', input);

  test("G6, R2: a retry returns the same tenant, even once that tenant is the founder's context; the header works as well", async () => {
    const founder = await fixtures.stranger('founder@people.example');
    const input = keyed(founding({ slug: 'founded-once' }));
    const first = await create(founder, input);
    expect(first.errors).toEqual([]);
    for (let again = 0; again < 2; again += 1) expect(await create(founder, input)).toMatchObject({ payload: first.payload, errors: [] });
    const tenant = first.payload.membership.tenantId;
    expect(await create({ ...founder, tenant }, input)).toMatchObject({ payload: first.payload, errors: [] });
    const headers = { 'idempotency-key': randomUUID() };
    const second = await fixtures.must(founder, 'createTenant', founding({ slug: 'founded-second' }), headers);
    expect(await fixtures.must(founder, 'createTenant', founding({ slug: 'founded-second' }), headers)).toEqual(second);
    const { data } = await fixtures.gateway.ask('{ viewer { memberships { slug } } }', founder);
    expect(data.viewer.memberships).toHaveLength(2);
  });

  test('G6: simultaneous requests create one tenant, and all responses return it', async () => {
    const founder = await fixtures.stranger('many@people.example');
    const input = keyed(founding({ slug: 'founded-by-many' }));
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => create(founder, input)));
    expect(outcomes.map(({ errors }) => errors)).toEqual(Array(8).fill([]));
    expect(new Set(outcomes.map(({ payload }) => payload.membership.tenantId)).size).toBe(1);
  });

  test('G6: the same key for another tenant is IDEMPOTENCY_KEY_REUSED, before and after its 24 hours', async () => {
    const founder = await fixtures.stranger('again@people.example');
    const input = keyed(founding({ slug: 'founded-reused' }));
    expect((await create(founder, input)).errors).toEqual([]);
    expect(await create(founder, { ...input, slug: 'founded-other' })).toMatchObject({ payload: null, code: 'IDEMPOTENCY_KEY_REUSED' });
    fixtures.gateway.clock.advance({ days: 1 });
    await fixtures.gateway.settle();
    expect(await create(founder, { ...input, slug: 'founded-other' })).toMatchObject({ payload: null, code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  test('G6: two people with the same key create two tenants; a refused request is not stored', async () => {
    const [one, two] = [await fixtures.stranger('one@people.example'), await fixtures.stranger('two@people.example')];
    const input = keyed(founding({ slug: 'founded-shared' }));
    expect((await create(one, input)).errors).toEqual([]);
    expect(await create(two, input)).toMatchObject({ payload: null, code: 'CONFLICT' });
    expect((await create(two, { ...input, slug: 'founded-apart' })).errors).toEqual([]);
  });
});
