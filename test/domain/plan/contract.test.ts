import { describe, expect, test } from 'vitest';
import { useResource } from '../../support/resource.ts';
import { type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const life = useTenantFixtures();
const staff = useResource(() => life.staff());

const LIMITS = 'limits { memberLimit apiKeyLimit datasetLimit monthlyRetrievals costPointsPerMinute }';
const none = { memberLimit: null, apiKeyLimit: null, datasetLimit: null, monthlyRetrievals: null, costPointsPerMinute: null };
const arrange = ({ id }: TenantWithMembers, limits: object = {}) =>
  life.mutate(staff, 'staffArrangeEnterprise', { tenantId: id, ...limits }, `tenant { plan planSince nextPlan nextPlanAt ${LIMITS} }`);
const seen = async (home: TenantWithMembers) =>
  (await life.query(home.viewer, `{ tenant { plan { code } planSince nextPlan { code } ${LIMITS} } }`)).data.tenant;
const contracts = ({ id }: TenantWithMembers) =>
  life.database.sql('SELECT member_limit AS members FROM contract WHERE tenant_id = $1', [id]);

describe('staffArrangeEnterprise', () => {
  test('P2: takes effect at once with its own limits; an omitted limit is no cap; a scheduled change is cancelled', async () => {
    const home = await life.home({ plan: 'PROFESSIONAL' });
    await life.mutate(home.owner, 'changePlan', { plan: 'FREE' });
    const now = life.gateway.clock.now().toISOString();
    const { data, errors } = await arrange(home, { memberLimit: 250, monthlyRetrievals: 2_000_000_000 });
    expect(errors).toEqual([]);
    const limits = { ...none, memberLimit: 250, monthlyRetrievals: 2_000_000_000 };
    expect(data.staffArrangeEnterprise.tenant).toEqual({
      ...{ plan: 'ENTERPRISE', planSince: now, nextPlan: null, nextPlanAt: null },
      limits,
    });
    expect(await seen(home)).toEqual({ ...{ plan: { code: 'ENTERPRISE' }, planSince: now, nextPlan: null }, limits });
    expect((await life.events(home)).at(-1)).toEqual({
      ...{ action: 'plan.arrange_enterprise', outcome: 'done', code: null, by: 'staff', name: 'Dana' },
      ...{ before: { plan: 'PROFESSIONAL' }, after: { plan: 'ENTERPRISE', ...limits } },
    });
  });

  test("P2: changing the limits keeps the plan's start", async () => {
    const home = await life.home();
    await arrange(home, { memberLimit: 250 });
    const { planSince } = await seen(home);
    life.gateway.clock.advance({ days: 40 });
    expect((await arrange(home, { apiKeyLimit: 7 })).errors).toEqual([]);
    expect(await seen(home)).toMatchObject({ planSince, limits: { ...none, apiKeyLimit: 7 } });
    expect(await contracts(home)).toEqual([{ members: null }]);
    expect((await life.events(home)).at(-1)).toMatchObject({
      before: { plan: 'ENTERPRISE', ...none, memberLimit: 250 },
      after: { plan: 'ENTERPRISE', ...none, apiKeyLimit: 7 },
    });
  });

  test('P2: leaving Enterprise is a downgrade at the end of the cycle, which ends the contract', async () => {
    const home = await life.home();
    await arrange(home, { memberLimit: 250 });
    expect((await life.mutate(home.owner, 'changePlan', { plan: 'STARTER' })).errors).toEqual([]);
    expect(await seen(home)).toMatchObject({ plan: { code: 'ENTERPRISE' }, nextPlan: { code: 'STARTER' }, limits: { memberLimit: 250 } });
    life.gateway.clock.advance({ days: 32 });
    await life.gateway.settle();
    expect(await seen(home)).toMatchObject({ plan: { code: 'STARTER' }, nextPlan: null, limits: { memberLimit: 10, apiKeyLimit: 5 } });
    expect(await contracts(home)).toEqual([]);
    expect((await arrange(home)).errors).toEqual([]);
    expect(await seen(home)).toMatchObject({ plan: { code: 'ENTERPRISE' }, limits: none });
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, object, string]>([
    ['a limit of 0, which is not "no cap"', { memberLimit: 0 },          '`memberLimit` must be at least 1. Leave it out for no cap.'],
    ['a negative limit',                    { apiKeyLimit: -1 },         '`apiKeyLimit` must be at least 1. Leave it out for no cap.'],
    ['one invalid limit of several',        { memberLimit: 5, costPointsPerMinute: 0 }, '`costPointsPerMinute` must be at least 1. Leave it out for no cap.'],
  ])('%s is BAD_USER_INPUT, and nothing is changed', async (_what, limits, message) => {
    const home = await life.home();
    const before = await life.rows({ of: home.id });
    expect((await arrange(home, limits)).errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await life.rows({ of: home.id })).toEqual(before);
  });

  test('a limit of 1 and the largest allowed limit are accepted', async () => {
    const home = await life.home();
    expect((await arrange(home, { datasetLimit: 1, costPointsPerMinute: 2_147_483_647 })).errors).toEqual([]);
    expect((await seen(home)).limits).toEqual({ ...none, datasetLimit: 1, costPointsPerMinute: 2_147_483_647 });
  });

  test.each(['suspended', 'pending_deletion', 'deleted'] as const)('is refused for a tenant that is %s', async status => {
    const home = await life.home();
    await life.make.setStatus(home, status);
    expect((await arrange(home, { memberLimit: 5 })).errors).toMatchObject([
      { extensions: { code: 'TENANT_STATUS', permission: 'staff:arrange-plan', tenantStatus: status.toUpperCase() } },
    ]);
    expect(await contracts(home)).toEqual([]);
  });

  test('T9: the contract of one tenant does not affect another', async () => {
    const [one, two] = [await life.home(), await life.home()];
    await arrange(one, { memberLimit: 11 });
    await arrange(two, { memberLimit: 22 });
    expect([(await seen(one)).limits.memberLimit, (await seen(two)).limits.memberLimit]).toEqual([11, 22]);
    await life.gateway.settle(); // what is due in the others by now
    const others = await life.rows({ except: one.id });
    await life.mutate(one.owner, 'changePlan', { plan: 'FREE' });
    await life.database.sql('UPDATE tenant SET next_plan_due_at = $2 WHERE tenant_id = $1', [one.id, life.gateway.clock.now()]);
    await life.gateway.settle();
    expect(await contracts(one)).toEqual([]);
    expect(await life.rows({ except: one.id })).toEqual(others);
  });
});
