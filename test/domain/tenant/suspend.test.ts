import { describe, expect, test } from 'vitest';
import { useGateway } from '../../support/gateway.ts';
import { useResource } from '../../support/resource.ts';
import { type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const fixtures = useTenantFixtures();
const replica = useGateway(fixtures.database);
const staff = useResource(() => fixtures.staff());

const REASON = 'Invoice 4711 is 60 days overdue.';
const suspend = (home: Pick<TenantWithMembers, 'id'>, reason = REASON, caller = staff) =>
  fixtures.mutate(caller, 'staffSuspendTenant', { tenantId: home.id, reason }, 'tenant { tenantId status statusReason }');

describe('staffSuspendTenant', () => {
  test('S2: the tenant is suspended, members can read the status and reason, and nothing else is changed', async () => {
    const home = await fixtures.home({ name: 'Acme' });
    const { data, errors } = await suspend(home);
    expect(errors).toEqual([]);
    expect(data).toEqual({ staffSuspendTenant: { tenant: { tenantId: home.id, status: 'SUSPENDED', statusReason: REASON } } });
    for (const member of [home.owner, home.admin, home.seller_manager, home.buyer_manager, home.operator, home.viewer]) {
      const answer = await fixtures.query(
        member,
        '{ tenant { name status statusReason } viewer { membership { status statusReason } memberships { tenantId status statusReason } } }',
      );
      expect(answer.errors).toEqual([]);
      expect(answer.data).toEqual({
        tenant: { name: 'Acme', status: 'SUSPENDED', statusReason: REASON },
        viewer: {
          membership: { status: 'SUSPENDED', statusReason: REASON },
          memberships: [{ tenantId: home.id, status: 'SUSPENDED', statusReason: REASON }],
        },
      });
    }
  });

  test('S2: all data are kept and can still be read', async () => {
    const home = await fixtures.home();
    const read = () =>
      fixtures.query(
        home.owner,
        `{ tenant { name slug billingEmail memberCount createdAt plan { code } memberUse { limit used over } limits { memberLimit }
          memberships { edges { node { roles user { name email } } } } } }`,
      );
    const before = await read();
    await suspend(home);
    const after = await read();
    expect(before.errors).toEqual([]);
    expect(after.errors).toEqual([]);
    expect(after.data).toEqual(before.data);
  });

  test("A3: the event is in the tenant's log only, with staff as its actor", async () => {
    const home = await fixtures.home();
    const others = await fixtures.rows({ except: home.id });
    await suspend(home);
    expect(await fixtures.events(home)).toEqual([
      {
        ...{ action: 'tenant.suspend', outcome: 'done', code: null, by: 'staff', name: 'Dana' },
        before: { status: 'active', reason: null },
        after: { status: 'suspended', reason: REASON },
      },
    ]);
    expect(await fixtures.rows({ except: home.id })).toEqual(others);
  });

  test('S5: applies to the next request, even on another gateway', async () => {
    const home = await fixtures.home();
    const token = await replica.tokenOf(home.admin.person);
    const rename = (name: string) =>
      replica.ask(`mutation { renameTenant(input: { name: "${name}" }) { tenant { name } } }`, { token, tenant: home.id });
    expect((await rename('While active')).errors).toEqual([]);
    await suspend(home);
    expect((await rename('While suspended')).errors).toMatchObject([{ extensions: { code: 'TENANT_STATUS', tenantStatus: 'SUSPENDED' } }]);
    await fixtures.mutate(staff, 'staffResumeTenant', { tenantId: home.id });
    expect((await rename('Again')).errors).toEqual([]);
  });

  test('S5: each mutation of a request sees the current status, even after a suspension by the same request', async () => {
    const home = await fixtures.home();
    const { data, errors } = await fixtures.query(
      staff,
      `mutation ($id: ID!) { one: staffSuspendTenant(input: { tenantId: $id, reason: "First" }) { tenant { status } }
        two: staffSuspendTenant(input: { tenantId: $id, reason: "Second" }) { tenant { status } } }`,
      { id: home.id },
    );
    expect(data).toEqual({ one: { tenant: { status: 'SUSPENDED' } }, two: null });
    expect(errors).toMatchObject([{ path: ['two'], extensions: { code: 'TENANT_STATUS', tenantStatus: 'SUSPENDED' } }]);
    expect(await fixtures.statusOf(home)).toEqual({ status: 'suspended', reason: 'First' });
  });

  test.each(['suspended', 'pending_deletion', 'deleted'] as const)('S2: a tenant that is %s cannot be suspended (again)', async status => {
    const home = await fixtures.home();
    await fixtures.make.setStatus(home, status, 'As it was');
    const { data, errors } = await suspend(home, 'Another');
    expect(data).toEqual({ staffSuspendTenant: null });
    expect(errors).toMatchObject([
      {
        path: ['staffSuspendTenant'],
        extensions: {
          ...{ code: 'TENANT_STATUS', permission: 'staff:suspend', because: 'TENANT_STATUS', tenantStatus: status.toUpperCase() },
          requires: { principals: ['STAFF'], roles: [], statuses: ['ACTIVE'], plans: null },
        },
      },
    ]);
    expect(await fixtures.statusOf(home)).toEqual({ status, reason: 'As it was' });
  });

  test.each(['owner', 'admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'] as const)(
    'S2: the %s can neither suspend the tenant nor lift its suspension, and each attempt leaves an event',
    async role => {
      const home = await fixtures.home();
      expect((await suspend(home, 'Mine', home[role])).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', because: 'ROLE' } }]);
      expect(await fixtures.statusOf(home)).toEqual({ status: 'active', reason: null });
      await suspend(home);
      const resumed = await fixtures.mutate(home[role], 'staffResumeTenant', { tenantId: home.id });
      expect(resumed.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', because: 'ROLE' } }]);
      expect(await fixtures.statusOf(home)).toEqual({ status: 'suspended', reason: REASON });
      expect((await fixtures.events(home)).map(({ action, outcome, by }) => [action, outcome, by])).toEqual([
        ['tenant.suspend', 'refused', 'user'],
        ['tenant.suspend', 'done', 'staff'],
        ['tenant.resume', 'refused', 'user'],
      ]);
    },
  );

  // biome-ignore format: a table is read by its columns
  test.each<[string, string, string]>([
    ['an empty reason',              '',               'The reason is empty.'],
    ['only white space',             ' \t ',           'The reason is empty.'],
    ['501 characters',               'x'.repeat(501),  'The reason is longer than 500 characters.'],
    ['a line break inside',          'a\nb',           'The reason contains control characters or direction overrides. Remove them.'],
  ])('%s is BAD_USER_INPUT, and nothing is changed', async (_what, reason, message) => {
    const home = await fixtures.home();
    const before = await fixtures.rows({ of: home.id });
    expect((await suspend(home, reason)).errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await fixtures.rows({ of: home.id })).toEqual(before);
  });

  test('a reason of 500 characters is stored trimmed and in NFC', async () => {
    const home = await fixtures.home();
    const reason = `${'😀'.repeat(499)}e\u0301`;
    expect((await suspend(home, `  ${reason}  `)).errors).toEqual([]);
    expect(await fixtures.statusOf(home)).toEqual({ status: 'suspended', reason: `${'😀'.repeat(499)}é` });
  });

  test('O2: voids a pending transfer of ownership, which stays void after resuming', async () => {
    const home = await fixtures.home();
    const asked = await fixtures.mutate(
      home.owner,
      'requestOwnershipTransfer',
      { membershipId: Buffer.from(`Membership:${home.id}:${home.admin.id}`).toString('base64url') },
      'code',
    );
    expect(asked.errors).toEqual([]);
    await suspend(home);
    await fixtures.mutate(staff, 'staffResumeTenant', { tenantId: home.id });
    const { code } = asked.data.requestOwnershipTransfer;
    const confirmed = await fixtures.mutate(home.owner, 'confirmOwnershipTransfer', { code });
    expect(confirmed.errors).toMatchObject([{ extensions: { code: 'TRANSFER_INVALID' } }]);
    expect((await fixtures.events(home)).map(({ action }) => action)).toEqual([
      ...['ownership.request', 'ownership.void', 'tenant.suspend', 'tenant.resume', 'ownership.confirm'],
    ]);
  });
});
