import { beforeEach, describe, expect, test } from 'vitest';
import { ROLES, type Role } from '../../../src/access/vocabulary.ts';
import { type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';

const life = useTenantActors();
let home: TenantWithMembers;
beforeEach(async () => {
  home = await life.home();
});

const invite = (input: object) => life.run(home.owner, 'inviteMember', input);
const rowsOf = () =>
  life.database.sql(
    'SELECT email, roles, sent_at IS NOT NULL AS sent, secret_hash IS NOT NULL AS hashed FROM invitation WHERE tenant_id = $1 ORDER BY id',
    [home.tenant.id],
  );

describe('inviteMember', () => {
  test('R5: creates an invitation for one address with several roles, valid for seven days, and leaves an event', async () => {
    const { now } = life.gateway.clock;
    const { payload, errors } = await invite({ email: 'New.Person@people.example', roles: ['ADMIN', 'BUYER_MANAGER'] });
    expect(errors).toEqual([]);
    expect(payload.invitation).toEqual({
      id: expect.any(String),
      email: 'new.person@people.example',
      roles: ['ADMIN', 'BUYER_MANAGER'],
      invitedBy: home.owner.person.name,
      createdAt: now().toISOString(),
      expiresAt: new Date(now().getTime() + 7 * 24 * 60 * 60_000).toISOString(),
      sentAt: null,
    });
    const id = Buffer.from(payload.invitation.id, 'base64url').toString().split(':')[2];
    expect(await life.events(home)).toEqual([
      {
        actor: home.owner.person.name,
        action: 'invitation.create',
        code: null,
        target: `Invitation:${id}`,
        before: null,
        after: { email: 'new.person@people.example', roles: ['admin', 'buyer_manager'], expiresAt: payload.invitation.expiresAt },
      },
    ]);
  });

  test('R5: sends one message, to the address only, with the code, inviter, tenant and expiry', async () => {
    const { invitation } = await life.must(home.owner, 'inviteMember', { email: 'mail@people.example', roles: ['VIEWER'] });
    expect(await rowsOf()).toEqual([{ email: 'mail@people.example', roles: ['viewer'], sent: false, hashed: false }]);
    const code = await life.codeFor('mail@people.example');
    await life.gateway.settle();
    const messages = life.gateway.sent.filter(({ to }) => to === 'mail@people.example');
    expect(messages).toEqual([
      {
        to: 'mail@people.example',
        subject: `Invitation to join “${home.tenant.name}” on IPTO`,
        text: expect.stringContaining(`https://app.example/invitation#${code}\n`),
        html: expect.stringContaining(`<a href="https://app.example/invitation#${code}">`),
      },
    ]);
    expect(messages[0]!.text).toContain(invitation.expiresAt);
    expect(await rowsOf()).toEqual([{ email: 'mail@people.example', roles: ['viewer'], sent: true, hashed: true }]);
  });

  test('R1: a repeated role counts once; no role is BAD_USER_INPUT', async () => {
    const { payload } = await invite({ email: 'twice@people.example', roles: ['VIEWER', 'OPERATOR', 'VIEWER'] });
    expect(payload.invitation.roles).toEqual(['VIEWER', 'OPERATOR']);
    const none = await invite({ email: 'none@people.example', roles: [] });
    expect(none).toMatchObject({ payload: null, code: 'BAD_USER_INPUT' });
    expect(await rowsOf()).toHaveLength(1);
  });

  test.each([
    '',
    'nobody',
    'a b@people.example',
    '@people.example',
    'x@',
    'x@y.example>',
    'o\\live@people.example',
    `${'x'.repeat(250)}@people.example`,
  ])('R5: %j is not an address, and nothing is changed', async email => {
    expect(await invite({ email, roles: ['VIEWER'] })).toMatchObject({ payload: null, code: 'BAD_USER_INPUT' });
    expect(await rowsOf()).toEqual([]);
  });

  test('R5: inviting an address again replaces the earlier invitation and its roles, expiry and code', async () => {
    await life.must(home.owner, 'inviteMember', { email: 'again@people.example', roles: ['ADMIN'] });
    const older = await life.codeFor('again@people.example');
    life.gateway.clock.advance({ days: 3 });
    const { invitation } = await life.must(home.owner, 'inviteMember', { email: 'AGAIN@people.example', roles: ['VIEWER'] });
    expect(new Date(invitation.expiresAt).getTime()).toBe(life.gateway.clock.now().getTime() + 7 * 24 * 60 * 60_000);
    const invitee = await life.stranger('again@people.example');
    expect(await life.run(invitee, 'acceptInvitation', { code: older })).toMatchObject({ payload: null, code: 'INVITATION_INVALID' });
    expect(await rowsOf()).toHaveLength(1);
    const newer = await life.codeFor('again@people.example');
    expect(newer).not.toBe(older);
    expect(await life.run(invitee, 'acceptInvitation', { code: older })).toMatchObject({ payload: null, code: 'INVITATION_INVALID' });
    expect((await life.must(invitee, 'acceptInvitation', { code: newer })).membership.roles).toEqual(['VIEWER']);
    expect(await life.events(home)).toMatchObject([
      { action: 'invitation.create', after: { roles: ['admin'] } },
      { action: 'invitation.replace', before: { roles: ['admin'] }, after: { email: 'again@people.example', roles: ['viewer'] } },
      { action: 'invitation.accept' },
    ]);
  });

  test('R5: invitations of another address, and of another tenant for the same address, are unchanged', async () => {
    const other = await life.home();
    for (const email of ['stays@people.example', 'both@people.example'])
      await life.must(home.owner, 'inviteMember', { email, roles: ['ADMIN'] });
    await life.must(other.owner, 'inviteMember', { email: 'both@people.example', roles: ['ADMIN'] });
    const code = await life.codeFor('both@people.example');
    await life.must(home.owner, 'inviteMember', { email: 'both@people.example', roles: ['VIEWER'] });
    expect(await rowsOf()).toMatchObject([
      { email: 'stays@people.example', roles: ['admin'] },
      { email: 'both@people.example', roles: ['viewer'] },
    ]);
    const invitee = await life.stranger('both@people.example');
    expect((await life.must(invitee, 'acceptInvitation', { code })).membership.tenantId).toBe(other.tenant.id);
  });

  test.each([
    ['as stored', (email: string) => email],
    ['in upper case', (email: string) => email.toUpperCase()],
  ])("R5: a member's verified address, %s, is ALREADY_MEMBER", async (_what, typed) => {
    const { person } = await life.join(home, ['viewer']);
    expect(await invite({ email: typed(person.email), roles: ['VIEWER'] })).toMatchObject({ payload: null, code: 'ALREADY_MEMBER' });
    expect(await rowsOf()).toEqual([]);
  });

  test.each([
    ['%', () => '%'],
    ['_', (email: string) => email.replace('olive.owner', 'olive_owner')],
  ])("R5: %s in an address is literal: no member's address is found by a pattern", async (_what, typed) => {
    const email = typed(home.owner.person.email).replace(/^%$/, '%@people.example');
    const { payload, errors } = await invite({ email, roles: ['VIEWER'] });
    expect(errors).toEqual([]);
    expect(payload.invitation.email).toBe(email);
  });

  test('R5: an address that a member claimed but did not verify can be invited: its owner may be another person', async () => {
    const { person } = await life.join(home, ['viewer']);
    await life.database.sql('UPDATE person SET email_verified = false WHERE id = $1', [person.id]);
    expect((await invite({ email: person.email, roles: ['VIEWER'] })).errors).toEqual([]);
  });
});

/** By hand: who may grant what, and how the others are refused. `-` is done. */
// biome-ignore format: a table is read by its columns
const GRANTING: Record<Role, Record<Role, string>> = {
  //  granted owner admin seller_manager buyer_manager operator viewer
  owner:          { owner: 'ROLE_NOT_GRANTABLE', admin: '-', seller_manager: '-', buyer_manager: '-', operator: '-', viewer: '-' },
  admin:          { owner: 'ROLE_NOT_GRANTABLE', admin: '-', seller_manager: '-', buyer_manager: '-', operator: '-', viewer: '-' },
  seller_manager: { owner: 'FORBIDDEN', admin: 'FORBIDDEN', seller_manager: 'FORBIDDEN', buyer_manager: 'FORBIDDEN', operator: 'FORBIDDEN', viewer: 'FORBIDDEN' },
  buyer_manager:  { owner: 'FORBIDDEN', admin: 'FORBIDDEN', seller_manager: 'FORBIDDEN', buyer_manager: 'FORBIDDEN', operator: 'FORBIDDEN', viewer: 'FORBIDDEN' },
  operator:       { owner: 'FORBIDDEN', admin: 'FORBIDDEN', seller_manager: 'FORBIDDEN', buyer_manager: 'FORBIDDEN', operator: 'FORBIDDEN', viewer: 'FORBIDDEN' },
  viewer:         { owner: 'FORBIDDEN', admin: 'FORBIDDEN', seller_manager: 'FORBIDDEN', buyer_manager: 'FORBIDDEN', operator: 'FORBIDDEN', viewer: 'FORBIDDEN' },
};

describe('granting roles', () => {
  const cases = ROLES.flatMap(granter => ROLES.map(granted => [granter, granted, GRANTING[granter][granted]] as const));
  test.each(cases)('R4: %s grants %s by inviting and by setting roles: %s', async (granter, granted, expected) => {
    const caller = granter === 'owner' ? home.owner : await life.join(home, [granter]);
    const target = await life.join(home, granted === 'viewer' ? ['operator'] : ['viewer']);
    const code = expected === '-' ? null : expected;
    const roles = [granted.toUpperCase()];
    const invited = await life.run(caller, 'inviteMember', { email: 'granted@people.example', roles });
    const set = await life.run(caller, 'setMemberRoles', { membershipId: target.membershipId, roles });
    expect([invited.code, set.code]).toEqual([code, code]);
    if (code === 'ROLE_NOT_GRANTABLE') expect(invited.errors).toMatchObject([{ extensions: { roles: ['OWNER'] } }]);
    expect(await rowsOf()).toHaveLength(code ? 0 : 1);
    expect((await life.roles(home))[target.member.id]).toEqual(code ? target.member.roles : [granted]);
    expect((await life.events(home)).map(event => event.code)).toEqual([code, code]);
  });

  test('R4: one role that cannot be granted refuses the whole command', async () => {
    const { code, errors } = await invite({ email: 'mixed@people.example', roles: ['VIEWER', 'OWNER'] });
    expect([code, errors[0]!.extensions.roles]).toEqual(['ROLE_NOT_GRANTABLE', ['OWNER']]);
    expect(await rowsOf()).toEqual([]);
  });
});
