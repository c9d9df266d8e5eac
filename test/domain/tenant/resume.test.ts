import { describe, expect, test } from 'vitest';
import { useResource } from '../../support/resource.ts';
import { useTenantFixtures } from '../../support/tenant-fixtures.ts';

const life = useTenantFixtures();
const staff = useResource(() => life.staff());

const resume = (home: { id: string }) =>
  life.mutate(staff, 'staffResumeTenant', { tenantId: home.id }, 'tenant { status statusReason statusBefore deletionDueAt }');

describe('staffResumeTenant', () => {
  test('S2: restores everything: rows and permissions are unchanged', async () => {
    const home = await life.home();
    await life.mutate(home.owner, 'inviteMember', { email: 'someone@people.example', roles: ['VIEWER'] });
    const kept = async () => {
      const { audit_event, audit_head, audit_subject, event_outbox, tenant, ...rows } = await life.rows({ of: home.id });
      const [columns] = await life.database.sql("SELECT to_jsonb(t) - 'status_changed_at' AS row FROM tenant t WHERE tenant_id = $1", [
        home.id,
      ]);
      return { ...rows, columns };
    };
    const permissions = async () => (await life.query(home.admin, '{ viewer { permissions } }')).data;
    const [rows, allowed] = [await kept(), await permissions()];
    await life.mutate(staff, 'staffSuspendTenant', { tenantId: home.id, reason: 'A mistake.' });
    expect(await permissions()).not.toEqual(allowed);
    const { data, errors } = await resume(home);
    expect(errors).toEqual([]);
    expect(data).toEqual({
      staffResumeTenant: { tenant: { status: 'ACTIVE', statusReason: null, statusBefore: null, deletionDueAt: null } },
    });
    expect(await kept()).toEqual(rows);
    expect(await permissions()).toEqual(allowed);
    expect((await life.mutate(home.admin, 'renameTenant', { name: 'Back' }, 'tenant { name }')).data).toEqual({
      renameTenant: { tenant: { name: 'Back' } },
    });
    expect((await life.events(home)).at(-2)).toEqual({
      ...{ action: 'tenant.resume', outcome: 'done', code: null, by: 'staff', name: 'Dana' },
      before: { status: 'suspended', reason: 'A mistake.' },
      after: { status: 'active', reason: null },
    });
  });

  test.each(['active', 'pending_deletion', 'deleted'] as const)('refuses a tenant that is %s', async status => {
    const home = await life.home();
    await life.make.setStatus(home, status, 'As it was');
    const { data, errors } = await resume(home);
    expect(data).toEqual({ staffResumeTenant: null });
    expect(errors).toMatchObject([
      {
        extensions: {
          ...{ code: 'TENANT_STATUS', permission: 'staff:resume', tenantStatus: status.toUpperCase() },
          requires: { principals: ['STAFF'], statuses: ['SUSPENDED'] },
        },
      },
    ]);
    expect(await life.statusOf(home)).toEqual({ status, reason: 'As it was' });
  });

  test('S2: the suspension of a tenant pending deletion can be lifted only after the deletion is cancelled', async () => {
    const home = await life.home({ name: 'Round about' });
    await life.mutate(staff, 'staffSuspendTenant', { tenantId: home.id, reason: 'Fraud.' });
    await life.mutate(home.owner, 'requestTenantDeletion', { confirmation: 'Round about' });
    expect((await resume(home)).errors).toMatchObject([{ extensions: { code: 'TENANT_STATUS', tenantStatus: 'PENDING_DELETION' } }]);
    await life.mutate(home.owner, 'cancelTenantDeletion');
    expect(await life.statusOf(home)).toEqual({ status: 'suspended', reason: 'Fraud.' });
    expect((await resume(home)).errors).toEqual([]);
    expect(await life.statusOf(home)).toEqual({ status: 'active', reason: null });
  });

  test('an invitation created before the suspension waits, and is sent after the tenant is resumed', async () => {
    const home = await life.home();
    await life.mutate(home.owner, 'inviteMember', { email: 'patient@people.example', roles: ['VIEWER'] });
    await life.mutate(staff, 'staffSuspendTenant', { tenantId: home.id, reason: 'A mistake.' });
    const sent = () => life.gateway.sent.filter(({ to }) => to === 'patient@people.example').length;
    await life.gateway.settle();
    expect(sent()).toBe(0);
    await resume(home);
    await life.gateway.settle();
    expect(sent()).toBe(1);
  });
});
