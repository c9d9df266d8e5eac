import { beforeEach, describe, expect, test } from 'vitest';
import { type Actor, type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';

const fixtures = useTenantActors();
let home: TenantWithMembers;

let asked = 0;
let email: string;
let code: string;
/** A tenant of each test's own, with an invitation that has gone out. */
beforeEach(async () => {
  home = await fixtures.home();
  asked += 1;
  email = `invitee.${asked}@people.example`;
  await fixtures.must(home.owner, 'inviteMember', { email, roles: ['OPERATOR', 'BUYER_MANAGER'] });
  code = await fixtures.codeFor(email);
});

const accept = (who: Actor, given = code) => fixtures.run(who, 'acceptInvitation', { code: given });
const peopleOf = (subject: string) => fixtures.database.sql('SELECT name, email, email_verified FROM person WHERE subject = $1', [subject]);
const open = async () =>
  (await fixtures.database.sql('SELECT count(*)::int AS n FROM invitation WHERE tenant_id = $1', [home.tenant.id]))[0]!.n;

describe('acceptInvitation', () => {
  test('R5: an unknown caller becomes a person and a member with all its roles; the invitation is deleted and leaves an event', async () => {
    const invitee = await fixtures.stranger(email);
    expect(await peopleOf(invitee.subject)).toEqual([]);
    const { payload, errors } = await accept(invitee);
    expect(errors).toEqual([]);
    expect(payload.membership).toEqual({
      tenantId: home.tenant.id,
      slug: home.tenant.slug,
      name: home.tenant.name,
      status: 'ACTIVE',
      statusReason: null,
      plan: 'PROFESSIONAL',
      roles: ['OPERATOR', 'BUYER_MANAGER'],
      joinedAt: fixtures.gateway.clock.now().toISOString(),
    });
    expect(await peopleOf(invitee.subject)).toEqual([{ name: expect.stringContaining('Sam'), email, email_verified: true }]);
    expect(await open()).toBe(0);
    expect(Object.values(await fixtures.roles(home))).toEqual([['owner'], ['operator', 'buyer_manager']]);
    expect((await fixtures.events(home)).at(-1)).toMatchObject({
      action: 'invitation.accept',
      code: null,
      target: expect.stringMatching(/^Membership:/),
      before: { invitation: expect.any(String) },
      after: { email, roles: ['operator', 'buyer_manager'] },
    });
    const inside = await fixtures.gateway.ask('{ tenant { name } }', { token: invitee.token });
    expect(inside.data).toEqual({ tenant: { name: home.tenant.name } });
  });

  test.each([
    ['a Kelvin sign in place of k', 'mi\u212ae@corp.example', 'mike@corp.example', 'INVITATION_FOR_ANOTHER'],
    ['ASCII case', 'MIKE@Corp.Example', 'mike@corp.example', null],
    ['a domain and its A-label', 'info@xn--bcher-kva.example', 'info@b\u00fccher.example', null],
  ])('R9: %s', async (_what, claim, invited, expected) => {
    const { invitation } = await fixtures.must(home.owner, 'inviteMember', { email: invited, roles: ['VIEWER'] });
    const invitee = await fixtures.stranger(claim);
    expect(await accept(invitee, await fixtures.codeFor(invitation.email))).toMatchObject({ code: expected });
  });

  test('R9: one verified mailbox becomes one member, however many accounts use it', async () => {
    const first = await fixtures.stranger(email);
    await fixtures.must(first, 'acceptInvitation', { code });
    expect(await fixtures.run(home.owner, 'inviteMember', { email: email.toUpperCase(), roles: ['VIEWER'] })).toMatchObject({
      code: 'ALREADY_MEMBER',
      errors: [{ message: expect.stringContaining('or remove it first') }],
    });
    // The invitation of another address, whose mailbox the first member has by the time of the
    // answer.
    await fixtures.must(home.owner, 'inviteMember', { email: 'second@people.example', roles: ['VIEWER'] });
    const other = await fixtures.codeFor('second@people.example');
    await fixtures.database.sql('UPDATE person SET email = $1 WHERE subject = $2', ['second@people.example', first.subject]);
    const second = await fixtures.stranger('Second@People.example');
    expect(await accept(second, other)).toMatchObject({
      payload: null,
      code: 'ALREADY_MEMBER',
      errors: [{ message: expect.stringContaining('ask the owner to remove') }],
    });
    expect(Object.keys(await fixtures.roles(home))).toHaveLength(2);
  });

  test('R5: an invitation works once, for the same person and for any other', async () => {
    const invitee = await fixtures.stranger(email);
    await fixtures.must(invitee, 'acceptInvitation', { code });
    expect(await accept(invitee)).toMatchObject({ payload: null, code: 'INVITATION_INVALID' });
    expect(await accept(await fixtures.stranger(email))).toMatchObject({ payload: null, code: 'INVITATION_INVALID' });
    expect(Object.keys(await fixtures.roles(home))).toHaveLength(2);
  });

  test('R5: of two people with the address who accept at once, one becomes a member', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => fixtures.stranger(email)));
    const outcomes = await Promise.all(people.map(person => accept(person)));
    expect(outcomes.map(outcome => outcome.code).sort()).toEqual([...Array(5).fill('INVITATION_INVALID'), null]);
    expect(Object.keys(await fixtures.roles(home))).toHaveLength(2);
  });

  test('R5: addresses are compared without case, from the token and from the invitation', async () => {
    const invitee = await fixtures.stranger(email.toUpperCase());
    expect((await accept(invitee)).errors).toEqual([]);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, () => string, object, string]>([
    ['another address',                    () => 'somebody@else.example', {},                        'INVITATION_FOR_ANOTHER'],
    ['an address that contains the invited address', () => `x${email}`,             {},                        'INVITATION_FOR_ANOTHER'],
    ['the unverified address', () => email,                   { email_verified: false }, 'EMAIL_UNVERIFIED'],
    ['no claim that the address is verified', () => email,                   { email_verified: undefined }, 'EMAIL_UNVERIFIED'],
    ['no address claim',                   () => email,                   { email: undefined },      'EMAIL_UNVERIFIED'],
  ])("R5: %s is refused with an event in the tenant's log, creates no person, and keeps the invitation valid", async (_what, address, claims, refused) => {
    const wrong = await fixtures.stranger(address(), claims);
    expect(await accept(wrong)).toMatchObject({ payload: null, code: refused });
    expect(await peopleOf(wrong.subject)).toEqual([]);
    expect((await fixtures.events(home)).at(-1)).toMatchObject({ action: 'invitation.accept', code: refused, after: {} });
    expect((await accept(await fixtures.stranger(email))).errors).toEqual([]);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, () => string]>([
    ['an empty text',                            () => ''],
    ['another text',                             () => 'ipto_invite_'],
    ['the code without its last character',      () => code.slice(0, -1)],
    ['the code with another secret',             () => code.slice(0, -5) + (code.at(-5) === 'A' ? 'B' : 'A') + code.slice(-4)],
    ['the code with a blank at its end',         () => `${code} `],
    ['the code of an absent tenant',             () => relabelled(16, 0)],
    ['the code of an absent invitation', () => relabelled(16, 16)],
  ])('R5: %s is INVITATION_INVALID and leaves no event', async (_what, typed) => {
    const before = await fixtures.events(home);
    expect(await accept(await fixtures.stranger(email), typed())).toMatchObject({ payload: null, code: 'INVITATION_INVALID' });
    expect(await fixtures.events(home)).toEqual(before);
    expect(await open()).toBe(1);
  });

  test('a caller who acts in another tenant joins, and their other membership is unchanged (R6, R4)', async () => {
    const other = await fixtures.home();
    const { member, person } = await fixtures.join(other, ['viewer']);
    await fixtures.database.sql('UPDATE person SET email = $2, name = $3 WHERE id = $1', [person.id, email, 'Old Name']);
    const token = await fixtures.gateway.tokenOf({ ...person, email, name: 'New Name' });
    const { payload, errors } = await accept({ token, tenant: other.tenant.id });
    expect(errors).toEqual([]);
    expect(payload.membership).toMatchObject({ tenantId: home.tenant.id, roles: ['OPERATOR', 'BUYER_MANAGER'] });
    expect((await fixtures.roles(other))[member.id]).toEqual(['viewer']);
    expect(await fixtures.events(other)).toEqual([]);
    const { data } = await fixtures.gateway.ask('{ viewer { memberships { tenantId roles } } }', { token });
    expect(new Set(data.viewer.memberships)).toEqual(
      new Set([
        { tenantId: other.tenant.id, roles: ['VIEWER'] },
        { tenantId: home.tenant.id, roles: ['OPERATOR', 'BUYER_MANAGER'] },
      ]),
    );
    expect(await peopleOf(person.subject)).toEqual([{ name: 'New Name', email, email_verified: true }]);
    const here = await fixtures.gateway.ask('{ tenant { name } }', { token, tenant: home.tenant.id });
    expect(here.data.tenant.name).toBe(home.tenant.name);
  });

  test('a current member, invited at an earlier address, is refused and keeps their roles', async () => {
    const { person, member } = await fixtures.join(home, ['viewer']);
    const token = await fixtures.gateway.tokenOf({ ...person, email });
    expect(await accept({ token })).toMatchObject({ payload: null, code: 'ALREADY_MEMBER' });
    expect((await fixtures.roles(home))[member.id]).toEqual(['viewer']);
    expect((await fixtures.events(home)).filter(event => event.code)).toMatchObject([
      { action: 'invitation.accept', code: 'ALREADY_MEMBER' },
    ]);
  });

  test('anonymous callers and platform staff cannot accept', async () => {
    const anonymous = await fixtures.gateway.ask(`mutation { acceptInvitation(input: { code: "${code}" }) { membership { slug } } }`);
    expect(anonymous.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', because: 'SIGN_IN' } }]);
    expect(await accept(await fixtures.staff())).toMatchObject({ payload: null, code: 'FORBIDDEN' });
    expect(await open()).toBe(1);
  });
});

/** The code with some of its bytes turned: a name of something that isn't there. */
function relabelled(bytes: number, from: number): string {
  const raw = Buffer.from(code.slice('ipto_invite_'.length), 'base64url');
  for (let at = from; at < from + bytes; at += 1) raw[at] = raw[at]! ^ 0xff;
  return `ipto_invite_${raw.toString('base64url')}`;
}
