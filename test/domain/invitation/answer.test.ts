import { beforeEach, describe, expect, test } from 'vitest';
import type { TenantStatus } from '../../../src/access/vocabulary.ts';
import { type Actor, type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';

const fixtures = useTenantActors();
let home: TenantWithMembers;
let invitee: Actor;
let code: string;
let asked = 0;
let email: string;
beforeEach(async () => {
  home = await fixtures.home();
  asked += 1;
  email = `asked.${asked}@people.example`;
  await fixtures.must(home.owner, 'inviteMember', { email, roles: ['ADMIN'] });
  code = await fixtures.codeFor(email);
  invitee = await fixtures.stranger(email);
});

const open = async () =>
  (await fixtures.database.sql('SELECT count(*)::int AS n FROM invitation WHERE tenant_id = $1', [home.tenant.id]))[0]!.n;
/** A guessed code: the right tenant and invitation with another secret. */
const guess = () => `${code.slice(0, -10)}AAAAAAAAA${code.slice(-1)}`;

describe("the tenant's status when an invitation is answered", () => {
  // biome-ignore format: a table is read by its columns
  test.each<[TenantStatus, string | null, string | null]>([
    // status            accept           decline
    ['active',           null,            null],
    ['suspended',        'TENANT_STATUS', null],
    ['pending_deletion', 'TENANT_STATUS', null],
  ])('S2, S3: %s: accepting returns %s, declining %s', async (status, accepting, declining) => {
    const declined = `other.${email}`;
    await fixtures.must(home.owner, 'inviteMember', { email: declined, roles: ['VIEWER'] });
    const second = await fixtures.codeFor(declined);
    await fixtures.make.setStatus(home.tenant, status);
    const accepted = await fixtures.run(invitee, 'acceptInvitation', { code });
    expect(accepted.code).toBe(accepting);
    expect((await fixtures.run(await fixtures.stranger(declined), 'declineInvitation', { code: second })).code).toBe(declining);
    if (accepting)
      expect(accepted.errors[0]!.extensions).toMatchObject({
        permission: 'invitation:accept',
        because: 'TENANT_STATUS',
        requires: { statuses: ['ACTIVE'] },
        tenantStatus: status.toUpperCase(),
      });
    expect((await fixtures.events(home)).slice(2).map(event => [event.action, event.code])).toEqual([
      ['invitation.accept', accepting],
      ['invitation.decline', declining],
    ]);
    expect(Object.keys(await fixtures.roles(home))).toHaveLength(accepting ? 1 : 2);
  });

  test.each<TenantStatus>(['suspended', 'pending_deletion'])('T4: %s is not revealed to a caller who guesses', async status => {
    await fixtures.make.setStatus(home.tenant, status);
    const events = await fixtures.events(home);
    for (const verb of ['acceptInvitation', 'declineInvitation'] as const) {
      const guessed = await fixtures.run(invitee, verb, { code: guess() });
      expect(guessed).toMatchObject({ payload: null, code: 'INVITATION_INVALID' });
      expect(JSON.stringify(guessed.errors)).not.toMatch(/status|suspended|deletion/i);
    }
    expect(await fixtures.events(home)).toEqual(events);
  });

  test('S2: the same code is valid again once the tenant is resumed', async () => {
    await fixtures.must(await fixtures.staff(), 'staffSuspendTenant', { tenantId: home.tenant.id, reason: 'a bill' });
    expect((await fixtures.run(invitee, 'acceptInvitation', { code })).code).toBe('TENANT_STATUS');
    await fixtures.must(await fixtures.staff(), 'staffResumeTenant', { tenantId: home.tenant.id });
    expect((await fixtures.run(invitee, 'acceptInvitation', { code })).errors).toEqual([]);
  });

  test('S2: a pending message is not sent while the tenant is suspended, and is sent when it is resumed', async () => {
    await fixtures.must(home.owner, 'inviteMember', { email: `late.${email}`, roles: ['VIEWER'] });
    await fixtures.must(await fixtures.staff(), 'staffSuspendTenant', { tenantId: home.tenant.id, reason: 'a bill' });
    await fixtures.gateway.settle();
    expect(fixtures.gateway.sent.filter(({ to }) => to === `late.${email}`)).toEqual([]);
    await fixtures.must(await fixtures.staff(), 'staffResumeTenant', { tenantId: home.tenant.id });
    expect(await fixtures.codeFor(`late.${email}`)).toMatch(/^ipto_invite_/);
  });
});

describe('declineInvitation', () => {
  test('R5: deletes the invitation, creates no member and no roles, and leaves an event', async () => {
    expect(await fixtures.must(invitee, 'declineInvitation', { code })).toEqual({ declinedInvitationId: expect.any(String) });
    expect(await open()).toBe(0);
    expect(Object.keys(await fixtures.roles(home))).toHaveLength(1);
    expect((await fixtures.events(home)).at(-1)).toMatchObject({
      action: 'invitation.decline',
      code: null,
      target: expect.stringMatching(/^Invitation:/),
      before: { email, roles: ['admin'] },
    });
    for (const verb of ['acceptInvitation', 'declineInvitation'] as const)
      expect(await fixtures.run(invitee, verb, { code })).toMatchObject({ payload: null, code: 'INVITATION_INVALID' });
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string | undefined, object, string]>([
    ['another address',         'somebody@else.example', {},                        'INVITATION_FOR_ANOTHER'],
    ['an unverified address',   undefined,               { email_verified: false }, 'EMAIL_UNVERIFIED'],
  ])('R5: %s cannot decline for another person', async (_what, address, claims, refused) => {
    const wrong = await fixtures.stranger(address ?? email, claims);
    expect(await fixtures.run(wrong, 'declineInvitation', { code })).toMatchObject({ payload: null, code: refused });
    expect(await open()).toBe(1);
    expect((await fixtures.events(home)).at(-1)).toMatchObject({ action: 'invitation.decline', code: refused });
    expect((await fixtures.run(invitee, 'acceptInvitation', { code })).errors).toEqual([]);
  });

  test('P3: declining frees the place that the invitation held', async () => {
    const small = await fixtures.home('FREE');
    for (const n of [1, 2]) await fixtures.must(small.owner, 'inviteMember', { email: `place.${n}.${email}`, roles: ['VIEWER'] });
    const third = { email: `third.${email}`, roles: ['VIEWER'] };
    expect((await fixtures.run(small.owner, 'inviteMember', third)).errors).toMatchObject([
      { extensions: { code: 'LIMIT_REACHED', limit: 3, used: 3 } },
    ]);
    const given = await fixtures.codeFor(`place.1.${email}`);
    await fixtures.must(await fixtures.stranger(`place.1.${email}`), 'declineInvitation', { code: given });
    expect((await fixtures.run(small.owner, 'inviteMember', third)).errors).toEqual([]);
  });
});
