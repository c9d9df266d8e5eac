import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { globalId, type MemberActor, type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';

const fixtures = useTenantActors();
let home: TenantWithMembers;
let recipient: MemberActor;
beforeEach(async () => {
  home = await fixtures.home();
  recipient = await fixtures.join(home, ['viewer', 'operator']);
});

const request = ({ membershipId }: { membershipId: string } = recipient, who = home.owner) =>
  fixtures.run(who, 'requestOwnershipTransfer', { membershipId });
const requested = async (target = recipient): Promise<string> => (await request(target)).payload.code;
const confirm = (code: string, who = home.owner) => fixtures.run(who, 'confirmOwnershipTransfer', { code });
const transfers = () => fixtures.database.sql('SELECT * FROM ownership_transfer WHERE tenant_id = $1', [home.tenant.id]);
const loggedOutcomes = async () => (await fixtures.events(home)).map(({ action, code }) => [action, code]);
const UNDER_WAY = '{ tenant { ownershipTransfer { createdAt expiresAt to { id user { name } } } } }';
const ASKED: [string, null] = ['ownership.request', null];

describe('requestOwnershipTransfer', () => {
  test('O1: returns a code that is valid for 15 minutes and stored as a hash; nothing changes before the confirmation', async () => {
    const { payload, errors } = await request();
    const now = fixtures.gateway.clock.now().getTime();
    const expiresAt = new Date(now + 15 * 60_000);
    expect(errors).toEqual([]);
    expect(payload).toEqual({
      code: expect.stringMatching(/^([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}$/),
      expiresAt: expiresAt.toISOString(),
    });
    expect(await transfers()).toEqual([
      {
        tenant_id: home.tenant.id,
        from_membership_id: home.owner.member.id,
        to_membership_id: recipient.member.id,
        code_hash: createHash('sha256').update(payload.code.replaceAll('-', '')).digest(),
        tries_left: 5,
        created_at: new Date(now),
        expires_at: expiresAt,
      },
    ]);
    expect(await fixtures.roles(home)).toEqual({ [home.owner.member.id]: ['owner'], [recipient.member.id]: ['viewer', 'operator'] });
    expect(await fixtures.events(home)).toEqual([
      {
        actor: home.owner.person.name,
        action: 'ownership.request',
        code: null,
        target: `Membership:${recipient.member.id}`,
        before: null,
        after: { name: recipient.person.name, expiresAt: expiresAt.toISOString() },
      },
    ]);
  });

  test('O1: the owner can read the pending transfer without its code; an admin cannot', async () => {
    const code = await requested();
    const seen = await fixtures.gateway.ask(UNDER_WAY, home.owner);
    expect(seen.data.tenant.ownershipTransfer).toMatchObject({ to: { id: recipient.membershipId, user: { name: recipient.person.name } } });
    expect(seen.text).not.toContain(code);
    const admin = await fixtures.gateway.ask(UNDER_WAY, await fixtures.join(home, ['admin']));
    expect([admin.data.tenant.ownershipTransfer, admin.errors[0]!.extensions.code]).toEqual([null, 'FORBIDDEN']);
  });

  test('O2: a second request voids the first and its code, with an event for each', async () => {
    const other = await fixtures.join(home, ['admin']);
    const first = await requested();
    const second = await requested(other);
    expect(await confirm(first)).toMatchObject({ payload: null, code: 'CODE_WRONG' });
    expect((await confirm(second)).errors).toEqual([]);
    expect((await fixtures.roles(home))[other.member.id]).toEqual(['owner', 'admin']);
    expect((await fixtures.roles(home))[recipient.member.id]).toEqual(['viewer', 'operator']);
    expect(await loggedOutcomes()).toEqual([
      ASKED,
      ['ownership.void', null],
      ASKED,
      ['ownership.confirm', 'CODE_WRONG'],
      ['ownership.confirm', null],
    ]);
    expect((await fixtures.events(home))[1]).toMatchObject({
      target: `Membership:${recipient.member.id}`,
      after: { why: 'requested again' },
    });
  });

  test.each(['admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'] as const)(
    'O1: %s cannot request, confirm or cancel',
    async role => {
      const member = await fixtures.join(home, [role]);
      const code = await requested();
      expect(await request(recipient, member)).toMatchObject({ payload: null, code: 'FORBIDDEN' });
      expect(await confirm(code, member)).toMatchObject({ payload: null, code: 'FORBIDDEN' });
      expect(await fixtures.run(member, 'cancelOwnershipTransfer')).toMatchObject({ payload: null, code: 'FORBIDDEN' });
      expect((await loggedOutcomes()).slice(1)).toEqual(['request', 'confirm', 'cancel'].map(verb => [`ownership.${verb}`, 'FORBIDDEN']));
      expect((await confirm(code)).errors).toEqual([]);
    },
  );

  test.each(['suspended', 'pending_deletion'] as const)('O1: refused while %s', async status => {
    await fixtures.make.setStatus(home.tenant, status);
    expect(await request()).toMatchObject({ payload: null, code: 'TENANT_STATUS' });
    expect(await transfers()).toEqual([]);
    expect(await loggedOutcomes()).toEqual([['ownership.request', 'TENANT_STATUS']]);
  });

  test('O2: the owner, a pending invitee and non-members are refused with an event', async () => {
    const other = await fixtures.home();
    const theirs = await fixtures.join(other, ['admin']);
    const { invitation } = await fixtures.must(home.owner, 'inviteMember', { email: 'pending@people.example', roles: ['ADMIN'] });
    const invitee = Buffer.from(invitation.id, 'base64url').toString().split(':')[2]!;
    const here = (id: string) => ({ membershipId: globalId('Membership', home.tenant.id, id) });
    // biome-ignore format: a table is read by its columns
    const cases: [{ membershipId: string }, string][] = [
      [home.owner,                        'OWN_MEMBERSHIP'],
      [here(invitee),                     'NOT_FOUND'],
      [theirs,                            'NOT_FOUND'],
      [here(theirs.member.id),            'NOT_FOUND'],
      [here(theirs.person.id),            'NOT_FOUND'],
      [{ membershipId: invitation.id },   'BAD_USER_INPUT'],
    ];
    for (const [target, code] of cases) expect(await request(target)).toMatchObject({ payload: null, code });
    expect(await transfers()).toEqual([]);
    // The first of each kind; the others are counted (SPEC A5).
    expect((await loggedOutcomes()).slice(1)).toEqual(['OWN_MEMBERSHIP', 'NOT_FOUND'].map(code => ['ownership.request', code]));
    expect(await fixtures.events(other)).toEqual([]);
  });
});

describe('confirmOwnershipTransfer', () => {
  test('O2: the recipient gains owner, the previous owner becomes admin, and the event has both before and after', async () => {
    const { payload, errors } = await confirm(await requested());
    expect([payload, errors]).toEqual([{ tenant: { tenantId: home.tenant.id } }, []]);
    const [from, to] = [home.owner.member.id, recipient.member.id];
    const roles = { [from]: ['admin'], [to]: ['owner', 'viewer', 'operator'] };
    expect(await fixtures.roles(home)).toEqual(roles);
    expect(await transfers()).toEqual([]);
    expect((await fixtures.events(home)).at(-1)).toEqual({
      actor: home.owner.person.name,
      action: 'ownership.confirm',
      code: null,
      target: `Membership:${to}`,
      before: { owner: from, roles: { [from]: ['owner'], [to]: ['viewer', 'operator'] } },
      after: { owner: to, roles },
    });
  });

  test('O2: applies to the next request: the new owner can request deletion, the previous owner cannot', async () => {
    await confirm(await requested());
    const confirmation = { confirmation: home.tenant.name };
    expect((await fixtures.run(home.owner, 'requestTenantDeletion', confirmation)).code).toBe('FORBIDDEN');
    expect((await fixtures.run(recipient, 'requestTenantDeletion', confirmation)).errors).toEqual([]);
  });

  test('O2: an owner with other roles keeps those roles and has admin once', async () => {
    await fixtures.database.sql(`UPDATE membership SET roles = '{viewer,owner,admin}' WHERE id = $1`, [home.owner.member.id]);
    await confirm(await requested());
    expect((await fixtures.roles(home))[home.owner.member.id]).toEqual(['admin', 'viewer']);
  });

  test('O1: the code works once', async () => {
    const code = await requested();
    expect((await confirm(code)).errors).toEqual([]);
    expect(await confirm(code)).toMatchObject({ payload: null, code: 'FORBIDDEN' });
    expect(await confirm(code, recipient)).toMatchObject({ payload: null, code: 'TRANSFER_INVALID' });
    expect((await fixtures.roles(home))[recipient.member.id]).toContain('owner');
  });

  test('O1: case, hyphens and blanks of the code are ignored', async () => {
    const code = await requested();
    expect((await confirm(` ${code.replaceAll('-', ' ').toLowerCase()} `)).errors).toEqual([]);
  });

  test('O1: without a pending transfer the code is TRANSFER_INVALID', async () => {
    expect(await confirm('0000-0000-0000')).toMatchObject({ payload: null, code: 'TRANSFER_INVALID' });
    expect(await loggedOutcomes()).toEqual([['ownership.confirm', 'TRANSFER_INVALID']]);
  });

  test('O1: four wrong codes are refused and each counts as an attempt; the right code is still valid', async () => {
    const code = await requested();
    for (const left of [4, 3, 2, 1])
      expect((await confirm('ZZZZ-ZZZZ-ZZZZ')).errors).toMatchObject([{ extensions: { code: 'CODE_WRONG', triesLeft: left } }]);
    expect((await transfers())[0]).toMatchObject({ tries_left: 1 });
    expect((await confirm(code)).errors).toEqual([]);
    fixtures.gateway.clock.advance({ minutes: 1 });
    await fixtures.gateway.settle();
    const wrong = ['ownership.confirm', 'CODE_WRONG'];
    expect(await loggedOutcomes()).toEqual([ASKED, wrong, ['ownership.confirm', null], wrong]);
    expect((await fixtures.events(home)).at(-1)!.after).toMatchObject({ refusals: 3 });
  });

  test('O1: the fifth wrong code voids the transfer, so that the right code is refused', async () => {
    const code = await requested();
    for (const left of [4, 3, 2, 1, 0]) expect((await confirm('')).errors).toMatchObject([{ extensions: { triesLeft: left } }]);
    expect(await confirm(code)).toMatchObject({ payload: null, code: 'TRANSFER_INVALID' });
    expect(await transfers()).toEqual([]);
    expect((await fixtures.roles(home))[home.owner.member.id]).toEqual(['owner']);
    const wrong = ['ownership.confirm', 'CODE_WRONG'];
    expect(await loggedOutcomes()).toEqual([ASKED, wrong, ['ownership.void', null], ['ownership.confirm', 'TRANSFER_INVALID']]);
  });

  test('O1: concurrent wrong codes count as an attempt each', async () => {
    await requested();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => confirm('ZZZZ-ZZZZ-ZZZZ')));
    expect(outcomes.map(({ errors }) => errors[0]!.extensions.triesLeft).sort()).toEqual([0, 1, 2, 3, 4, undefined, undefined, undefined]);
  });

  test("O1: another tenant's code counts as a wrong code", async () => {
    const other = await fixtures.home();
    const theirs = await fixtures.must(other.owner, 'requestOwnershipTransfer', {
      membershipId: (await fixtures.join(other, ['admin'])).membershipId,
    });
    await requested();
    expect(await confirm(theirs.code)).toMatchObject({ code: 'CODE_WRONG' });
    expect((await fixtures.run(other.owner, 'confirmOwnershipTransfer', { code: theirs.code })).errors).toEqual([]);
  });
});
