import { beforeEach, describe, expect, test } from 'vitest';
import { type MemberActor, type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';

const fixtures = useTenantActors();
let home: TenantWithMembers;
let admin: MemberActor;
let code: string;
let asked = 0;
const email = () => `second.address.${asked}@people.example`;
beforeEach(async () => {
  asked += 1;
  home = await fixtures.home();
  admin = await fixtures.join(home, ['admin']);
  await fixtures.must(admin, 'inviteMember', { email: email(), roles: ['ADMIN'] });
  code = await fixtures.codeFor(email());
});

const accept = async () => (await fixtures.run(await fixtures.stranger(email()), 'acceptInvitation', { code })).code;
const ended = async () => (await fixtures.events(home)).filter(({ action }) => action === 'invitation.end');
const membershipId = () => admin.membershipId;

describe('R5: an invitation ends when its inviter may no longer grant its roles', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, () => Promise<unknown>]>([
    ['the inviter is removed',          () => fixtures.must(home.owner, 'removeMember', { membershipId: membershipId() })],
    ['the inviter leaves',              () => fixtures.must(admin, 'leaveTenant')],
    ['the inviter’s roles are changed', () => fixtures.must(home.owner, 'setMemberRoles', { membershipId: membershipId(), roles: ['VIEWER'] })],
    ['the inviter drops the role',      async () => {
      await fixtures.must(home.owner, 'setMemberRoles', { membershipId: membershipId(), roles: ['ADMIN', 'VIEWER'] });
      await fixtures.must(admin, 'dropRoles', { roles: ['ADMIN'] });
    }],
  ])('%s', async (_what, change) => {
    await change();
    expect(await ended()).toEqual([
      { actor: expect.any(String), action: 'invitation.end', code: null, target: expect.stringMatching(/^Invitation:/), before: { email: email(), roles: ['admin'] }, after: null },
    ]);
    expect(await accept()).toBe('INVITATION_INVALID');
  });

  test('a change made outside of any command ends the invitation when it is answered', async () => {
    await fixtures.database.sql('DELETE FROM membership WHERE id = $1', [admin.member.id]);
    expect(await accept()).toBe('INVITATION_INVALID');
    expect(await ended()).toHaveLength(1);
  });

  test('invitations that the inviter can still grant, and those of other inviters, stay', async () => {
    await fixtures.must(home.owner, 'inviteMember', { email: 'other@people.example', roles: ['ADMIN'] });
    await fixtures.must(home.owner, 'setMemberRoles', { membershipId: membershipId(), roles: ['ADMIN', 'VIEWER'] });
    expect(await ended()).toEqual([]);
    await fixtures.must(home.owner, 'removeMember', { membershipId: membershipId() });
    expect(await ended()).toHaveLength(1);
    expect(await fixtures.database.sql('SELECT email FROM invitation WHERE tenant_id = $1', [home.tenant.id])).toEqual([
      { email: 'other@people.example' },
    ]);
  });

  test('S2: a suspension of the tenant only pauses the invitation', async () => {
    await fixtures.make.setStatus(home.tenant, 'suspended');
    expect(await accept()).toBe('TENANT_STATUS');
    await fixtures.make.setStatus(home.tenant, 'active');
    expect(await accept()).toBeNull();
  });

  test('the list shows whether the inviter is still a member', async () => {
    const list = async () =>
      (
        await fixtures.gateway.ask('{ tenant { invitations { edges { node { invitedBy inviterLeft } } } } }', {
          token: home.owner.token,
          tenant: home.tenant.id,
        })
      ).data.tenant.invitations.edges;
    expect(await list()).toEqual([{ node: { invitedBy: admin.person.name, inviterLeft: false } }]);
    await fixtures.database.sql('UPDATE invitation SET inviter_membership_id = NULL WHERE tenant_id = $1', [home.tenant.id]);
    expect(await list()).toEqual([{ node: { invitedBy: admin.person.name, inviterLeft: true } }]);
  });
});
