import { beforeEach, describe, expect, test } from 'vitest';
import { useGateway } from '../../support/gateway.ts';
import { globalId, type MemberActor, type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';

const fixtures = useTenantActors();
const replica = useGateway(fixtures.database);
let home: TenantWithMembers;
let admin: MemberActor;
let viewer: MemberActor;
beforeEach(async () => {
  home = await fixtures.home();
  admin = await fixtures.join(home, ['admin', 'viewer']);
  viewer = await fixtures.join(home, ['viewer', 'operator']);
});

const remove = (who: MemberActor, { membershipId }: { membershipId: string }) => fixtures.run(who, 'removeMember', { membershipId });
const count = async (text: string, value: string) => (await fixtures.database.sql(text, [value]))[0]!.n;

describe('removeMember', () => {
  test.each(['owner', 'admin'] as const)(
    'R4: %s removes another member, even an admin: deletes the membership, never the person',
    async role => {
      const caller = role === 'owner' ? home.owner : await fixtures.join(home, ['admin']);
      for (const { membershipId, member, person } of [viewer, admin]) {
        expect(await fixtures.must(caller, 'removeMember', { membershipId })).toEqual({ removedMembershipId: membershipId });
        expect(await count('SELECT count(*)::int AS n FROM person WHERE id = $1', person.id)).toBe(1);
        expect((await fixtures.events(home)).at(-1)).toEqual({
          actor: caller.person.name,
          action: 'member.remove',
          code: null,
          target: `Membership:${member.id}`,
          before: { name: person.name, roles: member.roles },
          after: null,
        });
      }
      expect(await fixtures.roles(home)).not.toHaveProperty(viewer.member.id);
      expect(await fixtures.roles(home)).not.toHaveProperty(admin.member.id);
    },
  );

  test('R4: nobody can remove the owner, and the refusal leaves an event', async () => {
    expect(await remove(admin, home.owner)).toMatchObject({ payload: null, code: 'OWNER_PROTECTED' });
    expect((await fixtures.roles(home))[home.owner.member.id]).toEqual(['owner']);
    expect(await fixtures.events(home)).toMatchObject([{ actor: admin.person.name, action: 'member.remove', code: 'OWNER_PROTECTED' }]);
  });

  test('R4: members cannot remove themselves, so that none does so by accident', async () => {
    expect(await remove(admin, admin)).toMatchObject({ payload: null, code: 'OWN_MEMBERSHIP' });
    expect(await remove(home.owner, home.owner)).toMatchObject({ payload: null, code: 'OWN_MEMBERSHIP' });
    expect(Object.keys(await fixtures.roles(home))).toHaveLength(3);
  });

  test.each(['seller_manager', 'buyer_manager', 'operator', 'viewer'] as const)('R4: %s can remove no member', async role => {
    const caller = await fixtures.join(home, [role]);
    expect(await remove(caller, viewer)).toMatchObject({ payload: null, code: 'FORBIDDEN' });
    expect((await fixtures.roles(home))[viewer.member.id]).toEqual(['viewer', 'operator']);
  });

  test("T4: another tenant's member and an absent member have the same response, and nothing is written there", async () => {
    const other = await fixtures.home();
    const theirs = await fixtures.join(other, ['viewer']);
    const nowhere = globalId('Membership', home.tenant.id, theirs.member.id);
    const answers = [await remove(home.owner, theirs), await remove(home.owner, { membershipId: nowhere })];
    for (const answer of answers) expect(answer).toMatchObject({ payload: null, code: 'NOT_FOUND' });
    expect((await fixtures.roles(other))[theirs.member.id]).toEqual(['viewer']);
    expect(await fixtures.events(other)).toEqual([]);
  });

  test.each(['suspended', 'pending_deletion'] as const)('S2, S3: refused while %s', async status => {
    await fixtures.make.setStatus(home.tenant, status);
    expect(await remove(home.owner, viewer)).toMatchObject({ payload: null, code: 'TENANT_STATUS' });
    expect(Object.keys(await fixtures.roles(home))).toHaveLength(3);
  });

  test('R4, T9: the other memberships of the removed person are unchanged', async () => {
    const other = await fixtures.home();
    const there = await fixtures.make.member(other.tenant, viewer.person, ['admin']);
    await fixtures.must(home.owner, 'removeMember', { membershipId: viewer.membershipId });
    expect((await fixtures.roles(other))[there.id]).toEqual(['admin']);
    expect(await fixtures.events(other)).toEqual([]);
    const { data, errors } = await fixtures.gateway.ask('{ tenant { name } viewer { memberships { tenantId } } }', {
      token: viewer.token,
      tenant: other.tenant.id,
    });
    expect(errors).toEqual([]);
    expect(data).toEqual({ tenant: { name: other.tenant.name }, viewer: { memberships: [{ tenantId: other.tenant.id }] } });
  });
});

describe('R7: effect on the very next request', () => {
  const asked = '{ tenant { name } }';
  const instances = () =>
    Promise.all(
      [fixtures.gateway, replica].map(async gateway => ({
        gateway,
        viewer: { token: await gateway.tokenOf(viewer.person), tenant: home.tenant.id },
        admin: { token: await gateway.tokenOf(admin.person), tenant: home.tenant.id },
      })),
    );

  test('a removal applies on every instance', async () => {
    const all = await instances();
    for (const { gateway, viewer: who } of all) expect((await gateway.ask(asked, who)).errors).toEqual([]);
    await fixtures.must(home.owner, 'removeMember', { membershipId: viewer.membershipId });
    for (const { gateway, viewer: who } of all) {
      const { status, errors } = await gateway.ask(asked, who);
      expect([status, errors[0]!.extensions.code]).toEqual([403, 'TENANT_NOT_FOUND']);
    }
  });

  test('a removed and an added role apply on every instance', async () => {
    const all = await instances();
    const rename = 'mutation { renameTenant(input: { name: "Renamed" }) { tenant { name } } }';
    for (const { gateway, admin: who } of all) expect((await gateway.ask(rename, who)).errors).toEqual([]);
    await fixtures.must(home.owner, 'setMemberRoles', { membershipId: admin.membershipId, roles: ['VIEWER'] });
    for (const { gateway, admin: who } of all)
      expect((await gateway.ask(rename, who)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', because: 'ROLE' } }]);
    await fixtures.must(home.owner, 'setMemberRoles', { membershipId: admin.membershipId, roles: ['ADMIN'] });
    for (const { gateway, admin: who } of all) expect((await gateway.ask(rename, who)).errors).toEqual([]);
  });

  test("the second mutation of a request that removed its caller's own role is refused", async () => {
    const { errors } = await fixtures.gateway.ask(
      'mutation { dropRoles(input: { roles: [ADMIN] }) { roles } renameTenant(input: { name: "Too late" }) { tenant { name } } }',
      admin,
    );
    expect(errors).toMatchObject([{ path: ['renameTenant'], extensions: { code: 'FORBIDDEN', because: 'ROLE' } }]);
  });
});
