import { describe, expect, test } from 'vitest';
import { useResource } from '../../support/resource.ts';
import { useTenantFixtures } from '../../support/tenant-fixtures.ts';

const fixtures = useTenantFixtures();
const staff = useResource(() => fixtures.staff());

const rename = (tenantId: string, name: string, key?: string) =>
  fixtures.mutate(staff, 'staffRenameTenant', { tenantId, name, ...(key && { idempotencyKey: key }) }, 'tenant { tenantId name status }');

describe('staffRenameTenant', () => {
  test.each(['active', 'suspended', 'pending_deletion'] as const)(
    "staff rename a tenant that is %s, and it is in the tenant's log",
    async status => {
      const home = await fixtures.home({ name: 'As it was' });
      await fixtures.make.setStatus(home, status, 'Kept');
      const others = await fixtures.rows({ except: home.id });
      const { data, errors } = await rename(home.id, ' Cafe\u0301 ');
      expect(errors).toEqual([]);
      expect(data).toEqual({ staffRenameTenant: { tenant: { tenantId: home.id, name: 'Café', status: status.toUpperCase() } } });
      expect(await fixtures.events(home)).toEqual([
        {
          ...{ action: 'tenant.staff_rename', outcome: 'done', code: null, by: 'staff', name: 'Dana' },
          ...{ before: { name: 'As it was' }, after: { name: 'Café' } },
        },
      ]);
      expect(await fixtures.statusOf(home)).toEqual({ status, reason: 'Kept' });
      expect(await fixtures.rows({ except: home.id })).toEqual(others);
      expect((await fixtures.query(home.viewer, '{ tenant { name } }')).data).toEqual({ tenant: { name: 'Café' } });
    },
  );

  test('but not a deleted one', async () => {
    const home = await fixtures.home({ name: 'As it was' });
    await fixtures.make.setStatus(home, 'deleted');
    expect((await rename(home.id, 'Ghost')).errors).toMatchObject([
      { extensions: { code: 'TENANT_STATUS', permission: 'staff:rename', tenantStatus: 'DELETED' } },
    ]);
  });

  test('A3: members see it in their log as done by staff', async () => {
    const home = await fixtures.home();
    await rename(home.id, 'Better');
    const { data, errors } = await fixtures.query(
      home.owner,
      '{ tenant { auditEvents { edges { node { action actorKind actorName } } } } }',
    );
    expect(errors).toEqual([]);
    expect(data.tenant.auditEvents.edges).toEqual([{ node: { action: 'TENANT_STAFF_RENAME', actorKind: 'STAFF', actorName: 'Dana' } }]);
  });

  test('an invalid name is BAD_USER_INPUT and leaves no event', async () => {
    const home = await fixtures.home();
    const before = await fixtures.rows({ of: home.id });
    for (const name of ['', 'a\nb', 'x'.repeat(121)])
      expect((await rename(home.id, name)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await fixtures.rows({ of: home.id })).toEqual(before);
  });

  test('G6: a retry with the same key is done once; keys are separate per tenant', async () => {
    const [one, two] = [await fixtures.home(), await fixtures.home()];
    const key = 'rename-under-a-key';
    const first = await rename(one.id, 'Once', key);
    await fixtures.mutate(one.owner, 'renameTenant', { name: 'Meanwhile' });
    const again = await rename(one.id, 'Once', key);
    expect([first.errors, again.errors]).toEqual([[], []]);
    expect(again.data.staffRenameTenant.tenant.name).toBe('Meanwhile');
    expect((await fixtures.events(one)).map(({ action }) => action)).toEqual(['tenant.staff_rename', 'tenant.rename']);
    expect((await rename(two.id, 'Once', key)).errors).toEqual([]);
    expect(await fixtures.events(two)).toHaveLength(1);
  });
});
