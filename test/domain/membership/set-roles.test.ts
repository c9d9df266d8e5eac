import { beforeEach, describe, expect, test } from 'vitest';
import { globalId, type MemberActor, type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';

const fixtures = useTenantActors();
let home: TenantWithMembers;
let admin: MemberActor;
let member: MemberActor;
beforeEach(async () => {
  home = await fixtures.home();
  admin = await fixtures.join(home, ['admin']);
  member = await fixtures.join(home, ['viewer', 'operator']);
});

const set = (who: MemberActor, { membershipId }: { membershipId: string }, roles: readonly string[]) =>
  fixtures.run(who, 'setMemberRoles', { membershipId, roles });

describe('setMemberRoles', () => {
  test('R4, R1: sets exactly the given roles, and the event has the roles before and after', async () => {
    const { payload, errors } = await set(admin, member, ['SELLER_MANAGER', 'VIEWER', 'SELLER_MANAGER']);
    expect(errors).toEqual([]);
    expect(payload.membership).toEqual({
      id: member.membershipId,
      roles: ['SELLER_MANAGER', 'VIEWER'],
      user: { name: member.person.name },
    });
    expect((await fixtures.roles(home))[member.member.id]).toEqual(['seller_manager', 'viewer']);
    expect(await fixtures.events(home)).toEqual([
      {
        actor: admin.person.name,
        action: 'member.set_roles',
        code: null,
        target: `Membership:${member.member.id}`,
        before: { roles: ['viewer', 'operator'] },
        after: { roles: ['seller_manager', 'viewer'] },
      },
    ]);
  });

  test('R1: permissions are the union over the roles', async () => {
    const inside = '{ tenant { memberships { totalCount } } }';
    await set(admin, member, ['OPERATOR']);
    expect((await fixtures.gateway.ask(inside, member)).errors).toMatchObject([{ extensions: { permission: 'member:list' } }]);
    await set(admin, member, ['OPERATOR', 'BUYER_MANAGER']);
    expect((await fixtures.gateway.ask(inside, member)).errors).toEqual([]);
  });

  test('R1: an empty list of roles is BAD_USER_INPUT, and nothing is changed', async () => {
    expect(await set(admin, member, [])).toMatchObject({ payload: null, code: 'BAD_USER_INPUT' });
    expect((await fixtures.roles(home))[member.member.id]).toEqual(['viewer', 'operator']);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, () => MemberActor, () => MemberActor, string]>([
    ["an admin changes the owner's roles",  () => admin,      () => home.owner, 'OWNER_PROTECTED'],
    ['the owner changes their own roles',   () => home.owner, () => home.owner, 'OWN_MEMBERSHIP'],
    ['an admin changes their own roles',    () => admin,      () => admin,      'OWN_MEMBERSHIP'],
  ])('R4: %s is refused with an event', async (_what, caller, target, code) => {
    const before = await fixtures.roles(home);
    expect(await set(caller(), target(), ['VIEWER'])).toMatchObject({ payload: null, code });
    expect(await fixtures.roles(home)).toEqual(before);
    expect(await fixtures.events(home)).toMatchObject([{ actor: caller().person.name, action: 'member.set_roles', code }]);
  });

  test('R4: an admin can demote another admin', async () => {
    const second = await fixtures.join(home, ['admin']);
    expect((await set(admin, second, ['VIEWER'])).errors).toEqual([]);
    expect(await set(second, admin, ['VIEWER'])).toMatchObject({ payload: null, code: 'FORBIDDEN' });
  });

  test("T4: another tenant's member and an absent member have the same response, and the former is unchanged", async () => {
    const other = await fixtures.home();
    const theirs = await fixtures.join(other, ['viewer']);
    const nowhere = globalId('Membership', home.tenant.id, theirs.member.id);
    for (const target of [theirs, { membershipId: nowhere }])
      expect(await set(home.owner, target, ['ADMIN'])).toMatchObject({ payload: null, code: 'NOT_FOUND' });
    expect((await fixtures.roles(other))[theirs.member.id]).toEqual(['viewer']);
    expect(await fixtures.events(other)).toEqual([]);
  });

  test("T9: the same person's roles in another tenant are unchanged", async () => {
    const other = await fixtures.home();
    const there = await fixtures.make.member(other.tenant, member.person, ['viewer']);
    await set(admin, member, ['ADMIN']);
    expect((await fixtures.roles(other))[there.id]).toEqual(['viewer']);
  });

  test.each(['suspended', 'pending_deletion'] as const)('S2, S3: refused while %s', async status => {
    await fixtures.make.setStatus(home.tenant, status);
    expect(await set(home.owner, member, ['ADMIN'])).toMatchObject({ payload: null, code: 'TENANT_STATUS' });
    expect((await fixtures.roles(home))[member.member.id]).toEqual(['viewer', 'operator']);
  });
});
