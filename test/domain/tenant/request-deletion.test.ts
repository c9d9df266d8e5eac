import { describe, expect, test } from 'vitest';
import { startTestGateway } from '../../support/gateway.ts';
import { useResource } from '../../support/resource.ts';
import { type Caller, type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const fixtures = useTenantFixtures();
const staff = useResource(() => fixtures.staff());

const request = (caller: Caller, confirmation: string) =>
  fixtures.mutate(caller, 'requestTenantDeletion', { confirmation }, 'tenant { status statusReason deletionDueAt }');
const daysFromNow = (days: number) => new Date(fixtures.gateway.clock.now().getTime() + days * 86_400_000).toISOString();

describe('requestTenantDeletion', () => {
  test('S3: the owner types the display name; the tenant is kept for 30 days, and an event is left', async () => {
    const home = await fixtures.home({ name: 'Acme' });
    const others = await fixtures.rows({ except: home.id });
    const { data, errors } = await request(home.owner, 'Acme');
    expect(errors).toEqual([]);
    expect(data.requestTenantDeletion.tenant).toEqual({
      status: 'PENDING_DELETION',
      statusReason: 'The owner asked for deletion.',
      deletionDueAt: daysFromNow(30),
    });
    expect(await fixtures.events(home)).toEqual([
      {
        ...{ action: 'deletion.request', outcome: 'done', code: null, by: 'user', name: home.owner.person.name },
        before: { status: 'active', reason: null },
        after: { status: 'pending_deletion', reason: 'The owner asked for deletion.', deletionDueAt: daysFromNow(30) },
      },
    ]);
    expect(await fixtures.rows({ except: home.id })).toEqual(others);
  });

  test('S3: members can still read all data and the audit log, and see when the grace period ends', async () => {
    const home = await fixtures.home();
    const read = () =>
      fixtures.query(
        home.owner,
        `{ tenant { name slug billingEmail memberCount plan { code } memberUse { used } memberships { edges { node { user { name email } } } }
          invitations { edges { node { email } } } } }`,
      );
    const before = await read();
    await request(home.owner, home.name);
    const after = await read();
    expect(after.errors).toEqual([]);
    expect(after.data).toEqual(before.data);
    const log = await fixtures.query(home.admin, '{ tenant { auditEvents { edges { node { action } } } } }');
    expect(log.data.tenant.auditEvents.edges).toEqual([{ node: { action: 'DELETION_REQUEST' } }]);
    const seen = await fixtures.query(home.viewer, '{ tenant { status deletionDueAt } viewer { memberships { status statusReason } } }');
    expect(seen.data).toEqual({
      tenant: { status: 'PENDING_DELETION', deletionDueAt: daysFromNow(30) },
      viewer: { memberships: [{ status: 'PENDING_DELETION', statusReason: 'The owner asked for deletion.' }] },
    });
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string, string]>([
    ['the name',                              'Café GmbH',   'Café GmbH'],
    ['white space around it',                 'Café GmbH',   ' \tCafé GmbH\u00a0\n'],
    ['a combining accent is composed (NFC)', 'Café GmbH',   'Cafe\u0301 GmbH'],
    ['quotes and markup are literal',         `'"<b>;--`,    `'"<b>;--`],
    ['astral characters',                     '😀 Acme',     '😀 Acme'],
  ])('S3: typed as %s, the name is confirmed', async (_what, name, typed) => {
    const home = await fixtures.home({ name });
    expect((await request(home.owner, typed)).errors).toEqual([]);
    expect((await fixtures.statusOf(home))?.status).toBe('pending_deletion');
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, (home: TenantWithMembers) => string]>([
    ['nothing',                    () => ''],
    ['another name',               () => 'Acme'],
    ['another case',               () => 'café gmbh'],
    ['without its accent',         () => 'Cafe GmbH'],
    ['a part of the name',         () => 'Café'],
    ['the name with a suffix',     () => 'Café GmbH.'],
    ['two spaces inside',          () => 'Café  GmbH'],
    ['its compatibility form',     () => 'Café GｍbH'],
    ['the slug',                   ({ slug }) => slug],
    ['the id',                     ({ id }) => id],
  ])('S3: %s typed is CONFIRMATION_MISMATCH with an event, and nothing is changed', async (_what, typed) => {
    const home = await fixtures.home({ name: 'Café GmbH' });
    const { data, errors } = await request(home.owner, typed(home));
    expect(data).toEqual({ requestTenantDeletion: null });
    expect(errors).toMatchObject([
      { message: "Type the tenant's display name exactly to confirm.", extensions: { code: 'CONFIRMATION_MISMATCH' } },
    ]);
    expect(await fixtures.statusOf(home)).toEqual({ status: 'active', reason: null });
    expect(await fixtures.events(home)).toMatchObject([{ action: 'deletion.request', outcome: 'refused', code: 'CONFIRMATION_MISMATCH' }]);
  });

  test('only the current name confirms: after a rename the old name is refused', async () => {
    const home = await fixtures.home({ name: 'Old' });
    await fixtures.mutate(home.admin, 'renameTenant', { name: 'New' });
    expect((await request(home.owner, 'Old')).errors).toMatchObject([{ extensions: { code: 'CONFIRMATION_MISMATCH' } }]);
    expect((await request(home.owner, 'New')).errors).toEqual([]);
  });

  test.each(['admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'] as const)('R3: the %s cannot request it', async role => {
    const home = await fixtures.home();
    expect((await request(home[role], home.name)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', permission: 'deletion:request', because: 'ROLE', requires: { roles: ['OWNER'] } } },
    ]);
    expect(await fixtures.statusOf(home)).toEqual({ status: 'active', reason: null });
  });

  test('staff cannot request it, because they act in no tenant here', async () => {
    const home = await fixtures.home();
    const { errors } = await fixtures.query(
      { ...staff, tenant: home.id } as Caller,
      'mutation { requestTenantDeletion(input: { confirmation: "x" }) { __typename } }',
    );
    expect(errors).toHaveLength(1);
    expect(await fixtures.statusOf(home)).toEqual({ status: 'active', reason: null });
  });

  test("S2: can be requested while the tenant is suspended, and the suspension's reason is kept", async () => {
    const home = await fixtures.home();
    await fixtures.mutate(staff, 'staffSuspendTenant', { tenantId: home.id, reason: 'Unpaid.' });
    expect((await request(home.owner, home.name)).data.requestTenantDeletion.tenant.status).toBe('PENDING_DELETION');
    const seen = await fixtures.query(staff, 'query ($id: ID!) { staffTenant(tenantId: $id) { status statusBefore } }', { id: home.id });
    expect(seen.data.staffTenant).toEqual({ status: 'PENDING_DELETION', statusBefore: 'SUSPENDED' });
  });

  test('a second request is refused, and the due date stays unchanged', async () => {
    const home = await fixtures.home();
    const first = await request(home.owner, home.name);
    fixtures.gateway.clock.advance({ days: 3 });
    expect((await request(home.owner, home.name)).errors).toMatchObject([{ extensions: { code: 'TENANT_STATUS' } }]);
    const again = await fixtures.query(home.owner, '{ tenant { deletionDueAt } }');
    expect(again.data.tenant.deletionDueAt).toBe(first.data.requestTenantDeletion.tenant.deletionDueAt);
  });

  test("S3: the grace period is the operator's setting", async () => {
    const home = await fixtures.home();
    const brief = await startTestGateway(fixtures.database, { settings: { deletionDays: 3 } });
    const token = await brief.tokenOf(home.owner.person);
    const { data, errors } = await fixtures.mutate(
      { token, tenant: home.id },
      'requestTenantDeletion',
      { confirmation: home.name },
      'tenant { deletionDueAt }',
      brief,
    );
    expect(errors).toEqual([]);
    const due = new Date(brief.clock.now().getTime() + 3 * 86_400_000).toISOString();
    expect(data.requestTenantDeletion.tenant.deletionDueAt).toBe(due);
    await brief.stop();
  });
});
