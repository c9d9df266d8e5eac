import { describe, expect, test } from 'vitest';
import { useResource } from '../../support/resource.ts';
import { type Caller, type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const fixtures = useTenantFixtures();
const staff = useResource(() => fixtures.staff());

const request = (home: TenantWithMembers) => fixtures.mutate(home.owner, 'requestTenantDeletion', { confirmation: home.name });
const cancel = (caller: Caller) => fixtures.mutate(caller, 'cancelTenantDeletion', {}, 'tenant { status statusReason deletionDueAt }');

describe('cancelTenantDeletion', () => {
  test('S3: the owner cancels: the tenant is active again, members can write, and an event is left', async () => {
    const home = await fixtures.home();
    await request(home);
    const { data, errors } = await cancel(home.owner);
    expect(errors).toEqual([]);
    expect(data).toEqual({ cancelTenantDeletion: { tenant: { status: 'ACTIVE', statusReason: null, deletionDueAt: null } } });
    expect((await fixtures.mutate(home.admin, 'renameTenant', { name: 'Still here' })).errors).toEqual([]);
    expect((await fixtures.events(home))[1]).toEqual({
      ...{ action: 'deletion.cancel', outcome: 'done', code: null, by: 'user', name: home.owner.person.name },
      before: { status: 'pending_deletion', reason: 'The owner asked for deletion.' },
      after: { status: 'active', reason: null },
    });
  });

  test('S: never lifts a suspension: the tenant is suspended again, with its reason', async () => {
    const home = await fixtures.home();
    await fixtures.mutate(staff, 'staffSuspendTenant', { tenantId: home.id, reason: 'Invoice 7 is unpaid.' });
    await request(home);
    const { data, errors } = await cancel(home.owner);
    expect(errors).toEqual([]);
    expect(data).toEqual({
      cancelTenantDeletion: { tenant: { status: 'SUSPENDED', statusReason: 'Invoice 7 is unpaid.', deletionDueAt: null } },
    });
    expect((await fixtures.mutate(home.admin, 'renameTenant', { name: 'Free?' })).errors).toMatchObject([
      { extensions: { code: 'TENANT_STATUS', tenantStatus: 'SUSPENDED' } },
    ]);
    expect((await fixtures.events(home)).at(2)).toMatchObject({
      action: 'deletion.cancel',
      after: { status: 'suspended', reason: 'Invoice 7 is unpaid.' },
    });
  });

  test('S: never lifts a suspension, even when done twice', async () => {
    const home = await fixtures.home();
    await fixtures.mutate(staff, 'staffSuspendTenant', { tenantId: home.id, reason: 'Unpaid.' });
    for (const _ of [1, 2]) {
      await request(home);
      await cancel(home.owner);
    }
    expect(await fixtures.statusOf(home)).toEqual({ status: 'suspended', reason: 'Unpaid.' });
  });

  test('R3: other members cannot cancel the deletion', async () => {
    const home = await fixtures.home();
    await request(home);
    for (const role of ['admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'] as const)
      expect((await cancel(home[role])).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', permission: 'deletion:cancel' } }]);
    expect((await fixtures.statusOf(home))?.status).toBe('pending_deletion');
  });

  test.each(['active', 'suspended'] as const)('is refused while the tenant is %s', async status => {
    const home = await fixtures.home();
    await fixtures.make.setStatus(home, status, 'As it was');
    expect((await cancel(home.owner)).errors).toMatchObject([{ extensions: { code: 'TENANT_STATUS' } }]);
    expect(await fixtures.statusOf(home)).toEqual({ status, reason: 'As it was' });
  });

  test('S4: is possible until the last millisecond of the grace period, and not after, even if no purge has begun', async () => {
    const [early, late] = [await fixtures.home(), await fixtures.home()];
    const start = fixtures.gateway.clock.now();
    await request(early);
    await request(late);
    fixtures.gateway.clock.set(new Date(start.getTime() + 30 * 86_400_000 - 1));
    expect((await cancel(early.owner)).errors).toEqual([]);
    fixtures.gateway.clock.set(new Date(start.getTime() + 30 * 86_400_000));
    const { data, errors } = await cancel(late.owner);
    expect(data).toEqual({ cancelTenantDeletion: null });
    expect(errors).toMatchObject([
      { message: 'The grace period is over; the deletion can no longer be cancelled.', extensions: { code: 'CONFLICT' } },
    ]);
    expect((await fixtures.statusOf(late))?.status).toBe('pending_deletion');
    expect((await fixtures.events(late)).at(-1)).toMatchObject({ action: 'deletion.cancel', outcome: 'refused', code: 'CONFLICT' });
    expect((await fixtures.query(late.viewer, '{ tenant { status } }')).data).toEqual({ tenant: { status: 'PENDING_DELETION' } });
  });

  test('a cancelled deletion is not done when its day comes', async () => {
    const home = await fixtures.home();
    await request(home);
    await cancel(home.owner);
    fixtures.gateway.clock.advance({ days: 60 });
    const before = await fixtures.rows({ of: home.id });
    await fixtures.gateway.settle();
    expect(await fixtures.rows({ of: home.id })).toEqual(before);
  });
});
