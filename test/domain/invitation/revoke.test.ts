import { beforeEach, describe, expect, test } from 'vitest';
import { globalId, type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';

const fixtures = useTenantActors();
let home: TenantWithMembers;
beforeEach(async () => {
  home = await fixtures.home();
});

const LIST = '{ tenant { invitations { totalCount edges { node { id email roles invitedBy expiresAt sentAt } } } } }';
const list = async (who = home.owner) => (await fixtures.gateway.ask(LIST, who)).data.tenant.invitations;
const emails = async () => (await list()).edges.map(({ node }: { node: { email: string } }) => node.email);
const invite = async (email: string, roles = ['VIEWER']) => (await fixtures.must(home.owner, 'inviteMember', { email, roles })).invitation;

describe('revokeInvitation', () => {
  test('R5: deletes the invitation, voids its code and leaves an event', async () => {
    const { id } = await invite('revoked@people.example', ['ADMIN', 'VIEWER']);
    const code = await fixtures.codeFor('revoked@people.example');
    expect(await fixtures.must(home.owner, 'revokeInvitation', { invitationId: id })).toEqual({ revokedInvitationId: id });
    expect(await emails()).toEqual([]);
    const invitee = await fixtures.stranger('revoked@people.example');
    expect(await fixtures.run(invitee, 'acceptInvitation', { code })).toMatchObject({ payload: null, code: 'INVITATION_INVALID' });
    expect((await fixtures.events(home)).slice(1)).toEqual([
      {
        actor: home.owner.person.name,
        action: 'invitation.revoke',
        code: null,
        target: `Invitation:${Buffer.from(id, 'base64url').toString().split(':')[2]}`,
        before: { email: 'revoked@people.example', roles: ['admin', 'viewer'] },
        after: null,
      },
    ]);
  });

  test('R5: an invitation that is revoked before it was sent is never sent', async () => {
    const { id } = await invite('unsent@people.example');
    await fixtures.must(home.owner, 'revokeInvitation', { invitationId: id });
    await fixtures.gateway.settle();
    expect(fixtures.gateway.sent.filter(({ to }) => to === 'unsent@people.example')).toEqual([]);
  });

  test("T4: an absent invitation and another tenant's have the same response, and the latter stays", async () => {
    const other = await fixtures.home();
    const { invitation } = await fixtures.must(other.owner, 'inviteMember', { email: 'foreign@people.example', roles: ['VIEWER'] });
    const { id } = await invite('gone@people.example');
    await fixtures.must(home.owner, 'revokeInvitation', { invitationId: id });
    const nowhere = globalId('Invitation', home.tenant.id, '01990000-0000-7000-8000-000000000000');
    for (const invitationId of [id, nowhere, invitation.id])
      expect(await fixtures.run(home.owner, 'revokeInvitation', { invitationId })).toMatchObject({ payload: null, code: 'NOT_FOUND' });
    const { data } = await fixtures.gateway.ask(LIST, other.owner);
    expect(data.tenant.invitations.totalCount).toBe(1);
    expect(await fixtures.events(other)).toHaveLength(1);
  });

  test.each(['seller_manager', 'buyer_manager', 'operator', 'viewer'] as const)('R4: %s can neither revoke nor list', async role => {
    const { id } = await invite('kept@people.example');
    const member = await fixtures.join(home, [role]);
    expect(await fixtures.run(member, 'revokeInvitation', { invitationId: id })).toMatchObject({ payload: null, code: 'FORBIDDEN' });
    const listed = await fixtures.gateway.ask(LIST, member);
    expect(listed.data.tenant.invitations).toBeNull();
    expect(listed.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', permission: 'invitation:list' } }]);
    expect(listed.text).not.toContain('kept@people.example');
    expect(await emails()).toEqual(['kept@people.example']);
  });
});

describe('the list of invitations', () => {
  test("R5: an admin reads the tenant's open invitations, oldest first, and no other tenant's", async () => {
    const other = await fixtures.home();
    await fixtures.must(other.owner, 'inviteMember', { email: 'theirs@people.example', roles: ['VIEWER'] });
    await invite('first@people.example', ['ADMIN', 'OPERATOR']);
    await invite('second@people.example');
    const admin = await fixtures.join(home, ['admin']);
    const { totalCount, edges } = await list(admin);
    expect(totalCount).toBe(2);
    expect(edges).toMatchObject([
      { node: { email: 'first@people.example', roles: ['ADMIN', 'OPERATOR'], invitedBy: home.owner.person.name, sentAt: null } },
      { node: { email: 'second@people.example', roles: ['VIEWER'] } },
    ]);
    await fixtures.gateway.settle();
    const sent = (await list(admin)).edges.map(({ node }: { node: { sentAt: string } }) => node.sentAt);
    expect(sent).toEqual(Array(2).fill(fixtures.gateway.clock.now().toISOString()));
  });
});

describe('the expiry of an invitation', () => {
  test('R5: is valid for exactly seven days; then it is not listed, holds no place, and the jobs log its end', async () => {
    const small = await fixtures.home('FREE');
    const created = fixtures.gateway.clock.now();
    for (const n of [1, 2])
      await fixtures.must(small.owner, 'inviteMember', { email: `expiring.${n}@people.example`, roles: ['VIEWER', 'OPERATOR'] });
    const [first, second] = [await fixtures.codeFor('expiring.1@people.example'), await fixtures.codeFor('expiring.2@people.example')];
    const expiry = created.getTime() + 7 * 24 * 60 * 60_000;

    fixtures.gateway.clock.set(new Date(expiry - 1));
    await fixtures.gateway.settle();
    const early = await fixtures.stranger('expiring.1@people.example');
    expect((await fixtures.run(early, 'acceptInvitation', { code: first })).errors).toEqual([]);

    fixtures.gateway.clock.set(new Date(expiry));
    const late = await fixtures.stranger('expiring.2@people.example');
    expect(await fixtures.run(late, 'acceptInvitation', { code: second })).toMatchObject({ payload: null, code: 'INVITATION_INVALID' });
    expect((await fixtures.gateway.ask(LIST, small.owner)).data.tenant.invitations).toEqual({ totalCount: 0, edges: [] });
    expect((await fixtures.run(small.owner, 'inviteMember', { email: 'instead@people.example', roles: ['VIEWER'] })).errors).toEqual([]);

    await fixtures.gateway.settle();
    await fixtures.gateway.settle();
    const expired = (await fixtures.events(small)).filter(({ action }) => action === 'invitation.expire');
    expect(expired).toEqual([
      {
        actor: 'IPTO',
        action: 'invitation.expire',
        code: null,
        target: expect.stringMatching(/^Invitation:/),
        before: { email: 'expiring.2@people.example', roles: ['viewer', 'operator'] },
        after: null,
      },
    ]);
    const left = await fixtures.database.sql('SELECT email FROM invitation WHERE tenant_id = $1', [small.tenant.id]);
    expect(left).toEqual([{ email: 'instead@people.example' }]);
  });
});
