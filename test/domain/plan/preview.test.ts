import { describe, expect, test } from 'vitest';
import { useResource } from '../../support/resource.ts';
import { type Caller, type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const life = useTenantFixtures();
const staff = useResource(() => life.staff());

const NOW = '2027-02-10T00:00:00.000Z';
const CYCLE_END = '2027-02-28T12:00:00.000Z';

/** With six members and one open invitation. */
async function homeOn(
  plan: 'FREE' | 'STARTER' | 'PROFESSIONAL' | 'ENTERPRISE',
  memberLimit: number | null = null,
): Promise<TenantWithMembers> {
  life.gateway.clock.set(new Date(NOW));
  const home = await life.home({ plan: 'PROFESSIONAL' });
  await life.mutate(home.owner, 'inviteMember', { email: 'next@people.example', roles: ['VIEWER'] });
  if (plan === 'ENTERPRISE') await life.mutate(staff, 'staffArrangeEnterprise', { tenantId: home.id, memberLimit });
  else await life.database.sql('UPDATE tenant SET plan_code = $2 WHERE tenant_id = $1', [home.id, plan]);
  await life.database.sql("UPDATE tenant SET plan_since = '2027-01-31T12:00:00Z' WHERE tenant_id = $1", [home.id]);
  return home;
}

const preview = async (caller: Caller, plan: string) =>
  (
    await life.query(
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
    const home = await homeOn(on);
    expect(await preview(home.viewer, plan)).toEqual({ plan, kind, takesEffectAt, members, featuresLost: [...featuresLost] });
  });

  test("P2: Enterprise is previewed with the contract's own cap", async () => {
    const home = await homeOn('ENTERPRISE', 5);
    expect((await preview(home.owner, 'ENTERPRISE')).members).toEqual({ limit: 5, used: 7, over: 2 });
  });

  test('P2: equals the later change', async () => {
    const home = await homeOn('STARTER');
    const previewed = await preview(home.admin, 'FREE');
    const { data } = await life.mutate(home.admin, 'changePlan', { plan: 'FREE' }, 'tenant { nextPlanAt }');
    expect(data.changePlan.tenant.nextPlanAt).toBe(previewed.takesEffectAt);
    life.gateway.clock.set(new Date(CYCLE_END));
    await life.gateway.settle();
    const after = await life.query(home.admin, '{ tenant { memberUse { limit used over } } }');
    // the invitation was good for a week
    expect(after.data.tenant.memberUse).toEqual({ limit: 3, used: 6, over: 3 });
  });

  test('changes nothing', async () => {
    const home = await homeOn('STARTER');
    const before = await life.rows({});
    await preview(home.owner, 'FREE');
    expect(await life.rows({})).toEqual(before);
  });
});
