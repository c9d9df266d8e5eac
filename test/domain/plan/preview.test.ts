import { describe, expect, test } from 'vitest';
import { useResource } from '../../support/resource.ts';
import { type Caller, type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const fixtures = useTenantFixtures();
const staff = useResource(() => fixtures.staff());

const NOW = '2027-02-10T00:00:00.000Z';
const CYCLE_END = '2027-02-28T12:00:00.000Z';

/** With six members and one open invitation. */
async function homeOn(
  plan: 'FREE' | 'STARTER' | 'PROFESSIONAL' | 'ENTERPRISE',
  memberLimit: number | null = null,
): Promise<TenantWithMembers> {
  fixtures.gateway.clock.set(new Date(NOW));
  const tenant = await fixtures.home({ plan: 'PROFESSIONAL' });
  await fixtures.mutate(tenant.owner, 'inviteMember', { email: 'next@people.example', roles: ['VIEWER'] });
  if (plan === 'ENTERPRISE') await fixtures.mutate(staff, 'staffArrangeEnterprise', { tenantId: tenant.id, memberLimit });
  else await fixtures.database.sql('UPDATE tenant SET plan_code = $2 WHERE tenant_id = $1', [tenant.id, plan]);
  await fixtures.database.sql("UPDATE tenant SET plan_since = '2027-01-31T12:00:00Z' WHERE tenant_id = $1", [tenant.id]);
  return tenant;
}

const preview = async (caller: Caller, plan: string) =>
  (
    await fixtures.query(
      caller,
      `{ tenant { planPreview(plan: ${plan}) { plan kind takesEffectAt members { limit used over } featuresLost } } }`,
    )
  ).data.tenant.planPreview;

const FREE = { limit: 3, used: 7, over: 4 };
const STARTER = { limit: 10, used: 7, over: 0 };
const PROFESSIONAL = { limit: 100, used: 7, over: 0 };
const NO_CAP = { limit: null, used: 7, over: 0 };
const ANALYTICS = ['ADVANCED_ANALYTICS'];

describe('planPreview', () => {
  // biome-ignore format: a table is read by its columns
  test.each([
    // on             to              kind         takes effect  members       features lost
    ['FREE',         'FREE',         'PRESENT',   null,         FREE,         []],
    ['FREE',         'STARTER',      'UPGRADE',   NOW,          STARTER,      []],
    ['FREE',         'PROFESSIONAL', 'UPGRADE',   NOW,          PROFESSIONAL, []],
    ['FREE',         'ENTERPRISE',   'BY_SALES',  null,         NO_CAP,       []],
    ['STARTER',      'FREE',         'DOWNGRADE', CYCLE_END,    FREE,         []],
    ['STARTER',      'STARTER',      'PRESENT',   null,         STARTER,      []],
    ['STARTER',      'PROFESSIONAL', 'UPGRADE',   NOW,          PROFESSIONAL, []],
    ['PROFESSIONAL', 'FREE',         'DOWNGRADE', CYCLE_END,    FREE,         ANALYTICS],
    ['PROFESSIONAL', 'STARTER',      'DOWNGRADE', CYCLE_END,    STARTER,      ANALYTICS],
    ['PROFESSIONAL', 'ENTERPRISE',   'BY_SALES',  null,         NO_CAP,       []],
    ['ENTERPRISE',   'FREE',         'DOWNGRADE', CYCLE_END,    FREE,         ANALYTICS],
    ['ENTERPRISE',   'PROFESSIONAL', 'DOWNGRADE', CYCLE_END,    PROFESSIONAL, []],
    ['ENTERPRISE',   'ENTERPRISE',   'PRESENT',   null,         NO_CAP,       []],
  ] as const)('P4: on %s, to %s: %s', async (on, plan, kind, takesEffectAt, members, featuresLost) => {
    const tenant = await homeOn(on);
    expect(await preview(tenant.viewer, plan)).toEqual({ plan, kind, takesEffectAt, members, featuresLost: [...featuresLost] });
  });

  test("P2: Enterprise is previewed with the contract's own cap", async () => {
    const tenant = await homeOn('ENTERPRISE', 5);
    expect((await preview(tenant.owner, 'ENTERPRISE')).members).toEqual({ limit: 5, used: 7, over: 2 });
  });

  test('P2: equals the later change', async () => {
    const tenant = await homeOn('STARTER');
    const previewed = await preview(tenant.admin, 'FREE');
    const { data } = await fixtures.mutate(tenant.admin, 'changePlan', { plan: 'FREE' }, 'tenant { nextPlanAt }');
    expect(data.changePlan.tenant.nextPlanAt).toBe(previewed.takesEffectAt);
    fixtures.gateway.clock.set(new Date(CYCLE_END));
    await fixtures.gateway.settle();
    const after = await fixtures.query(tenant.admin, '{ tenant { memberUse { limit used over } } }');
    // the invitation was good for a week
    expect(after.data.tenant.memberUse).toEqual({ limit: 3, used: 6, over: 3 });
  });

  test('changes nothing', async () => {
    const tenant = await homeOn('STARTER');
    const before = await fixtures.rows({});
    await preview(tenant.owner, 'FREE');
    expect(await fixtures.rows({})).toEqual(before);
  });
});
