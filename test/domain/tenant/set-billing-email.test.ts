import { describe, expect, test } from 'vitest';
import { useResource } from '../../support/resource.ts';
import { type Caller, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const fixtures = useTenantFixtures();
const home = useResource(() => fixtures.home());

const set = (caller: Caller, email: string) => fixtures.mutate(caller, 'setBillingEmail', { email }, 'tenant { billingEmail }');
const stored = async () =>
  (await fixtures.database.sql<{ email: string }>('SELECT billing_email AS email FROM tenant WHERE tenant_id = $1', [home.id]))[0]?.email;

describe('setBillingEmail', () => {
  test.each(['owner', 'admin'] as const)('S2: the %s can set it, even while the tenant is suspended, and an event is left', async role => {
    for (const status of ['active', 'suspended'] as const) {
      await fixtures.make.setStatus(home, status);
      const [before, after] = [await stored(), `${role}-${status}@bills.example`];
      const { data, errors } = await set(home[role], after);
      expect(errors).toEqual([]);
      expect(data).toEqual({ setBillingEmail: { tenant: { billingEmail: after } } });
      expect((await fixtures.events(home)).at(-1)).toMatchObject({
        ...{ action: 'tenant.set_billing_email', outcome: 'done', by: 'user' },
        before: { billingEmail: before },
        after: { billingEmail: after },
      });
    }
    await fixtures.make.setStatus(home, 'active');
  });

  test.each(['seller_manager', 'buyer_manager', 'operator', 'viewer'] as const)('the %s can neither set nor read it', async role => {
    const before = await stored();
    expect((await set(home[role], 'mine@bills.example')).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', permission: 'billing-contact:update', requires: { roles: ['OWNER', 'ADMIN'] } } },
    ]);
    expect((await fixtures.query(home[role], '{ tenant { billingEmail } }')).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', permission: 'billing-contact:read' } },
    ]);
    expect(await stored()).toBe(before);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string]>([
    ['nothing',             ''],
    ['no @',                'nobody'],
    ['nothing before the @', '@bills.example'],
    ['nothing after the @', 'nobody@'],
    ['two @',               'a@b@bills.example'],
    ['a space',             'a b@bills.example'],
    ['a line break, which would add a mail header', 'a@bills.example\r\nBcc: b@bills.example'],
    ['255 characters',      `${'x'.repeat(241)}@bills.example`],
  ])('%s is BAD_USER_INPUT, and nothing is changed', async (_what, email) => {
    const before = await fixtures.rows({ of: home.id });
    expect((await set(home.owner, email)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await fixtures.rows({ of: home.id })).toEqual(before);
  });

  test('254 characters are accepted', async () => {
    const longest = `${'x'.repeat(240)}@bills.example`;
    expect((await set(home.owner, longest)).errors).toEqual([]);
    expect(await stored()).toBe(longest);
  });
});
