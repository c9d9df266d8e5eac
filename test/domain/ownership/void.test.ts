import { beforeEach, describe, expect, test } from 'vitest';
import { type MemberActor, type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';

const fixtures = useTenantActors();
let home: TenantWithMembers;
let recipient: MemberActor;
let code: string;
/** A tenant of each test's own, with a transfer under way. */
beforeEach(async () => {
  home = await fixtures.home();
  recipient = await fixtures.join(home, ['viewer', 'operator']);
  code = (await fixtures.must(home.owner, 'requestOwnershipTransfer', { membershipId: recipient.membershipId })).code;
});

const confirm = (given = code) => fixtures.run(home.owner, 'confirmOwnershipTransfer', { code: given });
const transfers = () => fixtures.database.sql('SELECT * FROM ownership_transfer WHERE tenant_id = $1', [home.tenant.id]);
const outcomes = async () => (await fixtures.events(home)).slice(1).map(event => [event.actor, event.action, event.code]);
const UNDER_WAY = '{ tenant { ownershipTransfer { expiresAt } } }';

describe('what voids a transfer of ownership', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, () => Promise<unknown>, string, string]>([
    ['the recipient leaves',                () => fixtures.must(recipient, 'leaveTenant'),                                        'member left',    'member.leave'],
    ['the recipient gives up a role',       () => fixtures.must(recipient, 'dropRoles', { roles: ['VIEWER'] }),                   'roles changed',  'member.drop_roles'],
    ['the recipient is removed',            () => fixtures.must(home.owner, 'removeMember', { membershipId: recipient.membershipId }), 'member removed', 'member.remove'],
    ["the recipient's roles are changed",   () => fixtures.must(home.owner, 'setMemberRoles', { membershipId: recipient.membershipId, roles: ['ADMIN'] }), 'roles changed', 'member.set_roles'],
    ['the tenant is suspended',             async () => fixtures.must(await fixtures.staff(), 'staffSuspendTenant', { tenantId: home.tenant.id, reason: 'a bill' }), 'status changed to suspended', 'tenant.suspend'],
    ['the owner asks for deletion',         () => fixtures.must(home.owner, 'requestTenantDeletion', { confirmation: home.tenant.name }), 'status changed to pending_deletion', 'deletion.request'],
  ])('O2: %s: the code is refused, and the event has the reason', async (_what, change, why, action) => {
    await change();
    expect(await transfers()).toEqual([]);
    expect((await fixtures.events(home)).slice(1)).toMatchObject([
      { action: 'ownership.void', target: `Membership:${recipient.member.id}`, after: { why } },
      { action, code: null },
    ]);
    const refused = await confirm();
    expect(refused.payload).toBeNull();
    expect(refused.code).toBe(why.startsWith('status') ? 'TENANT_STATUS' : 'TRANSFER_INVALID');
    expect((await fixtures.roles(home))[home.owner.member.id]).toEqual(['owner']);
    expect((await outcomes()).at(-1)).toEqual([home.owner.person.name, 'ownership.confirm', refused.code]);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, () => Promise<unknown>]>([
    ['the tenant is suspended and resumed', async () => {
      const staff = await fixtures.staff();
      await fixtures.must(staff, 'staffSuspendTenant', { tenantId: home.tenant.id, reason: 'a bill' });
      await fixtures.must(staff, 'staffResumeTenant', { tenantId: home.tenant.id });
    }],
    ['deletion requested and cancelled', async () => {
      await fixtures.must(home.owner, 'requestTenantDeletion', { confirmation: home.tenant.name });
      await fixtures.must(home.owner, 'cancelTenantDeletion');
    }],
    ['the recipient leaves and rejoins', async () => {
      await fixtures.must(recipient, 'leaveTenant');
      await fixtures.make.member(home.tenant, recipient.person, ['viewer', 'operator']);
    }],
    ['the recipient gives up a role and gets it back', async () => {
      await fixtures.must(recipient, 'dropRoles', { roles: ['OPERATOR'] });
      await fixtures.must(home.owner, 'setMemberRoles', { membershipId: recipient.membershipId, roles: ['VIEWER', 'OPERATOR'] });
    }],
    ['the owner gets another role', () => fixtures.database.sql(`UPDATE membership SET roles = '{owner,viewer}' WHERE id = $1`, [home.owner.member.id])],
  ])('O2: the transfer stays void after the cause is undone: %s meanwhile', async (_what, there) => {
    await there();
    expect(await confirm()).toMatchObject({ payload: null, code: 'TRANSFER_INVALID' });
    expect((await fixtures.roles(home))[home.owner.member.id]).toContain('owner');
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, (other: MemberActor) => Promise<unknown>]>([
    ['somebody else leaves',                    other => fixtures.must(other, 'leaveTenant')],
    ['somebody else is removed',                other => fixtures.must(home.owner, 'removeMember', { membershipId: other.membershipId })],
    ["somebody else's roles are changed",       other => fixtures.must(home.owner, 'setMemberRoles', { membershipId: other.membershipId, roles: ['VIEWER'] })],
    ['the tenant is renamed',                   () => fixtures.must(home.owner, 'renameTenant', { name: 'Renamed' })],
    ['removing the owner is refused',           other => fixtures.run(other, 'removeMember', { membershipId: home.owner.membershipId })],
    ['the recipient leaves another tenant', async () => {
      const other = await fixtures.home();
      await fixtures.make.member(other.tenant, recipient.person, ['viewer']);
      await fixtures.must({ token: recipient.token, tenant: other.tenant.id }, 'leaveTenant');
    }],
  ])('O2: the transfer stays valid when %s', async (_what, change) => {
    await change(await fixtures.join(home, ['admin']));
    expect((await confirm()).errors).toEqual([]);
    expect((await fixtures.roles(home))[recipient.member.id]).toContain('owner');
  });
});

describe('cancelOwnershipTransfer', () => {
  test('O3: voids the code and leaves an event; cancelling again is refused with an event', async () => {
    expect(await fixtures.must(home.owner, 'cancelOwnershipTransfer')).toEqual({ tenant: { tenantId: home.tenant.id } });
    expect(await confirm()).toMatchObject({ payload: null, code: 'TRANSFER_INVALID' });
    expect(await fixtures.run(home.owner, 'cancelOwnershipTransfer')).toMatchObject({ payload: null, code: 'TRANSFER_INVALID' });
    const owner = home.owner.person.name;
    expect(await outcomes()).toEqual([
      [owner, 'ownership.cancel', null],
      [owner, 'ownership.confirm', 'TRANSFER_INVALID'],
      [owner, 'ownership.cancel', 'TRANSFER_INVALID'],
    ]);
    expect((await fixtures.events(home))[1]).toMatchObject({ target: `Membership:${recipient.member.id}` });
  });
});

describe('the expiry of a transfer', () => {
  const since = (minutes: number) => fixtures.gateway.clock.set(new Date(asked + minutes * 60_000));
  let asked: number;
  beforeEach(() => {
    asked = fixtures.gateway.clock.now().getTime();
  });

  test('O1: the code is valid until just before the 15 minutes are over', async () => {
    since(15 - 1 / 60_000);
    await fixtures.gateway.settle();
    expect((await confirm()).errors).toEqual([]);
  });

  test('O1, O3: then the code is refused, no transfer is pending, and the jobs log the expiry once', async () => {
    since(15);
    expect(await confirm()).toMatchObject({ payload: null, code: 'TRANSFER_INVALID' });
    expect((await fixtures.gateway.ask(UNDER_WAY, home.owner)).data.tenant.ownershipTransfer).toBeNull();
    expect(await fixtures.run(home.owner, 'cancelOwnershipTransfer')).toMatchObject({ payload: null, code: 'TRANSFER_INVALID' });
    await fixtures.gateway.settle();
    await fixtures.gateway.settle();
    expect(await transfers()).toEqual([]);
    expect((await outcomes()).slice(2)).toEqual([['IPTO', 'ownership.expire', null]]);
    expect((await fixtures.events(home)).at(-1)).toMatchObject({ target: `Membership:${recipient.member.id}` });
  });

  test('O3: an expired transfer is logged as expired, even if its cause to be voided comes before the jobs', async () => {
    since(16);
    const again = await fixtures.must(home.owner, 'requestOwnershipTransfer', { membershipId: recipient.membershipId });
    expect(await outcomes()).toEqual([
      ['IPTO', 'ownership.expire', null],
      [home.owner.person.name, 'ownership.request', null],
    ]);
    expect((await confirm(again.code)).errors).toEqual([]);
  });
});
