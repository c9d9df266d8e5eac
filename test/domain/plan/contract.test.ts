import { describe, expect, test } from 'vitest';
import { useResource } from '../../support/resource.ts';
import { type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const fixtures = useTenantFixtures();
const staff = useResource(() => fixtures.staff());

const LIMITS = 'limits { memberLimit apiKeyLimit datasetLimit webhookLimit monthlyRetrievals costPointsPerMinute }';
const none = {
  memberLimit: null,
  apiKeyLimit: null,
  datasetLimit: null,
  webhookLimit: null,
  monthlyRetrievals: null,
  costPointsPerMinute: null,
};
const arrange = ({ id }: TenantWithMembers, limits: object = {}) =>
  fixtures.mutate(staff, 'staffArrangeEnterprise', { tenantId: id, ...limits }, `tenant { plan planSince nextPlan nextPlanAt ${LIMITS} }`);
const seen = async (tenant: TenantWithMembers) =>
  (await fixtures.query(tenant.viewer, `{ tenant { plan { code } planSince nextPlan { code } ${LIMITS} } }`)).data.tenant;
const contracts = ({ id }: TenantWithMembers) =>
  fixtures.database.sql('SELECT member_limit AS members FROM contract WHERE tenant_id = $1', [id]);

describe('staffArrangeEnterprise', () => {
  test('P2: takes effect at once with its own limits; an omitted limit is no cap; a scheduled change is cancelled', async () => {
    const tenant = await fixtures.home({ plan: 'PROFESSIONAL' });
    await fixtures.mutate(tenant.owner, 'changePlan', { plan: 'FREE' });
    const now = fixtures.gateway.clock.now().toISOString();
    const { data, errors } = await arrange(tenant, { memberLimit: 250, monthlyRetrievals: 2_000_000_000 });
    expect(errors).toEqual([]);
    const limits = { ...none, memberLimit: 250, monthlyRetrievals: 2_000_000_000 };
    expect(data.staffArrangeEnterprise.tenant).toEqual({
      ...{ plan: 'ENTERPRISE', planSince: now, nextPlan: null, nextPlanAt: null },
      limits,
    });
    expect(await seen(tenant)).toEqual({ ...{ plan: { code: 'ENTERPRISE' }, planSince: now, nextPlan: null }, limits });
    expect((await fixtures.events(tenant)).at(-1)).toEqual({
      ...{ action: 'plan.arrange_enterprise', outcome: 'done', code: null, by: 'staff', name: 'Dana' },
      ...{ before: { plan: 'PROFESSIONAL' }, after: { plan: 'ENTERPRISE', ...limits } },
    });
  });

  test("P2: changing the limits keeps the plan's start", async () => {
    const tenant = await fixtures.home();
    await arrange(tenant, { memberLimit: 250 });
    const { planSince } = await seen(tenant);
    fixtures.gateway.clock.advance({ days: 40 });
    expect((await arrange(tenant, { apiKeyLimit: 7 })).errors).toEqual([]);
    expect(await seen(tenant)).toMatchObject({ planSince, limits: { ...none, apiKeyLimit: 7 } });
    expect(await contracts(tenant)).toEqual([{ members: null }]);
    expect((await fixtures.events(tenant)).at(-1)).toMatchObject({
      before: { plan: 'ENTERPRISE', ...none, memberLimit: 250 },
      after: { plan: 'ENTERPRISE', ...none, apiKeyLimit: 7 },
    });
  });

  test('P2: leaving Enterprise is a downgrade at the end of the cycle, which ends the contract', async () => {
    const tenant = await fixtures.home();
    await arrange(tenant, { memberLimit: 250 });
    expect((await fixtures.mutate(tenant.owner, 'changePlan', { plan: 'STARTER' })).errors).toEqual([]);
    expect(await seen(tenant)).toMatchObject({ plan: { code: 'ENTERPRISE' }, nextPlan: { code: 'STARTER' }, limits: { memberLimit: 250 } });
    fixtures.gateway.clock.advance({ days: 32 });
    await fixtures.gateway.settle();
    expect(await seen(tenant)).toMatchObject({ plan: { code: 'STARTER' }, nextPlan: null, limits: { memberLimit: 10, apiKeyLimit: 5 } });
    expect(await contracts(tenant)).toEqual([]);
    expect((await arrange(tenant)).errors).toEqual([]);
    expect(await seen(tenant)).toMatchObject({ plan: { code: 'ENTERPRISE' }, limits: none });
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, object, string]>([
    ['a limit of 0, which is not "no cap"', { memberLimit: 0 },          '`memberLimit` must be at least 1. Leave it out for no cap.'],
    ['a negative limit',                    { apiKeyLimit: -1 },         '`apiKeyLimit` must be at least 1. Leave it out for no cap.'],
    ['one invalid limit of several',        { memberLimit: 5, costPointsPerMinute: 0 }, '`costPointsPerMinute` must be at least 1. Leave it out for no cap.'],
  ])('%s is BAD_USER_INPUT, and nothing is changed', async (_what, limits, message) => {
    const tenant = await fixtures.home();
    const before = await fixtures.rows({ of: tenant.id });
    expect((await arrange(tenant, limits)).errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await fixtures.rows({ of: tenant.id })).toEqual(before);
  });

  test('a limit of 1 and the largest allowed limit are accepted', async () => {
    const tenant = await fixtures.home();
    expect((await arrange(tenant, { datasetLimit: 1, costPointsPerMinute: 2_147_483_647 })).errors).toEqual([]);
    expect((await seen(tenant)).limits).toEqual({ ...none, datasetLimit: 1, costPointsPerMinute: 2_147_483_647 });
  });

  test.each(['suspended', 'pending_deletion', 'deleted'] as const)('is refused for a tenant that is %s', async status => {
    const tenant = await fixtures.home();
    await fixtures.make.setStatus(tenant, status);
    expect((await arrange(tenant, { memberLimit: 5 })).errors).toMatchObject([
      { extensions: { code: 'TENANT_STATUS', permission: 'staff:arrange-plan', tenantStatus: status.toUpperCase() } },
    ]);
    expect(await contracts(tenant)).toEqual([]);
  });

  test('T9: the contract of one tenant does not affect another', async () => {
    const [one, two] = [await fixtures.home(), await fixtures.home()];
    await arrange(one, { memberLimit: 11 });
    await arrange(two, { memberLimit: 22 });
    expect([(await seen(one)).limits.memberLimit, (await seen(two)).limits.memberLimit]).toEqual([11, 22]);
    await fixtures.gateway.settle(); // what is due in the others by now
    const others = await fixtures.rows({ except: one.id });
    await fixtures.mutate(one.owner, 'changePlan', { plan: 'FREE' });
    await fixtures.database.sql('UPDATE tenant SET next_plan_due_at = $2 WHERE tenant_id = $1', [one.id, fixtures.gateway.clock.now()]);
    await fixtures.gateway.settle();
    expect(await contracts(one)).toEqual([]);
    expect(await fixtures.rows({ except: one.id })).toEqual(others);
  });
});
