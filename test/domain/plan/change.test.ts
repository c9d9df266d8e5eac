import { beforeEach, describe, expect, test } from 'vitest';
import { type Caller, type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const fixtures = useTenantFixtures();
let home: TenantWithMembers;

/** Each on Starter since 31 January. */
beforeEach(async () => {
  home = await fixtures.home({ plan: 'STARTER' });
  await began(home, '2027-01-31T12:00:00.000Z');
  fixtures.gateway.clock.set(new Date('2027-02-10T00:00:00.000Z'));
});

const began = ({ id }: TenantWithMembers, moment: string) =>
  fixtures.database.sql('UPDATE tenant SET plan_since = $2, created_at = $2 WHERE tenant_id = $1', [id, moment]);
const change = (plan: string, caller: Caller = home.admin) =>
  fixtures.mutate(caller, 'changePlan', { plan }, 'tenant { plan { code } planSince nextPlan { code } nextPlanAt }');
const cancel = () => fixtures.mutate(home.admin, 'cancelPlanChange', {}, 'tenant { plan { code } nextPlan { code } nextPlanAt }');
const present = async () =>
  (await fixtures.query(home.admin, '{ tenant { plan { code } planSince nextPlan { code } nextPlanAt } }')).data.tenant;
const untouched = { plan: { code: 'STARTER' }, planSince: '2027-01-31T12:00:00.000Z', nextPlan: null, nextPlanAt: null };
const downgrade = {
  plan: { code: 'STARTER' },
  planSince: '2027-01-31T12:00:00.000Z',
  nextPlan: { code: 'FREE' },
  nextPlanAt: '2027-02-28T12:00:00.000Z',
};

describe('changePlan', () => {
  test('P2: an upgrade takes effect at once: the plan starts now, and its features are available', async () => {
    const { data, errors } = await change('PROFESSIONAL');
    expect(errors).toEqual([]);
    const upgraded = { plan: { code: 'PROFESSIONAL' }, planSince: '2027-02-10T00:00:00.000Z', nextPlan: null, nextPlanAt: null };
    expect(data).toEqual({ changePlan: { tenant: upgraded } });
    expect((await fixtures.query(home.viewer, '{ tenant { limits { memberLimit datasetLimit } plan { features } } }')).data).toEqual({
      tenant: { limits: { memberLimit: 100, datasetLimit: 500 }, plan: { features: ['ADVANCED_ANALYTICS'] } },
    });
    expect(await fixtures.events(home)).toEqual([
      {
        ...{ action: 'plan.upgrade', outcome: 'done', code: null, by: 'user', name: home.admin.person.name },
        ...{ before: { plan: 'STARTER' }, after: { plan: 'PROFESSIONAL' } },
      },
    ]);
  });

  test('P2: a downgrade is scheduled for the end of the billing cycle; until then nothing changes', async () => {
    const { data, errors } = await change('FREE');
    expect(errors).toEqual([]);
    expect(data).toEqual({ changePlan: { tenant: downgrade } });
    expect(await fixtures.events(home)).toMatchObject([
      {
        action: 'plan.schedule_downgrade',
        before: { plan: 'STARTER', nextPlan: null },
        after: { nextPlan: 'FREE', dueAt: '2027-02-28T12:00:00.000Z' },
      },
    ]);
    fixtures.gateway.clock.set(new Date('2027-02-28T11:59:59.999Z'));
    await fixtures.gateway.settle();
    expect(await present()).toEqual(downgrade);
  });

  test('P2: a downgrade takes effect on its due day, even if the job is late, and starts the next cycle on that day', async () => {
    await change('FREE');
    fixtures.gateway.clock.set(new Date('2027-03-05T00:00:00.000Z'));
    await fixtures.gateway.settle();
    expect(await present()).toEqual({ plan: { code: 'FREE' }, planSince: '2027-02-28T12:00:00.000Z', nextPlan: null, nextPlanAt: null });
    expect((await fixtures.events(home))[1]).toEqual({
      ...{ action: 'plan.downgrade', outcome: 'done', code: null, by: 'system', name: 'IPTO' },
      ...{ before: { plan: 'STARTER' }, after: { plan: 'FREE', since: '2027-02-28T12:00:00.000Z' } },
    });
    const before = await fixtures.rows({ of: home.id });
    await fixtures.gateway.settle();
    expect(await fixtures.rows({ of: home.id })).toEqual(before);
  });

  test('P2: a downgrade is due at the exact moment', async () => {
    await change('FREE');
    fixtures.gateway.clock.set(new Date('2027-02-28T12:00:00.000Z'));
    await fixtures.gateway.settle();
    expect((await present()).plan).toEqual({ code: 'FREE' });
  });

  test.each(['suspended', 'pending_deletion'] as const)('P2: a downgrade takes effect even in a tenant that is %s', async status => {
    await change('FREE');
    await fixtures.make.setStatus(home, status);
    if (status === 'pending_deletion')
      await fixtures.database.sql("UPDATE tenant SET deletion_due_at = '2027-03-02' WHERE tenant_id = $1", [home.id]);
    fixtures.gateway.clock.set(new Date('2027-03-01T00:00:00.000Z'));
    await fixtures.gateway.settle();
    expect((await present()).plan).toEqual({ code: 'FREE' });
    expect((await fixtures.statusOf(home))?.status).toBe(status);
  });

  test('P2: a second downgrade replaces the scheduled downgrade', async () => {
    home = await fixtures.home({ plan: 'PROFESSIONAL' });
    await began(home, '2027-02-01T00:00:00.000Z');
    await change('STARTER');
    expect((await change('FREE')).data.changePlan.tenant).toEqual({
      ...{ plan: { code: 'PROFESSIONAL' }, planSince: '2027-02-01T00:00:00.000Z' },
      ...{ nextPlan: { code: 'FREE' }, nextPlanAt: '2027-03-01T00:00:00.000Z' },
    });
    expect((await fixtures.events(home)).at(-1)).toMatchObject({ before: { nextPlan: 'STARTER' }, after: { nextPlan: 'FREE' } });
  });

  test('P2: an upgrade cancels the scheduled downgrade', async () => {
    await change('FREE');
    expect((await change('PROFESSIONAL')).data.changePlan.tenant).toMatchObject({ plan: { code: 'PROFESSIONAL' }, nextPlan: null });
    fixtures.gateway.clock.set(new Date('2027-06-01T00:00:00.000Z'));
    await fixtures.gateway.settle();
    expect(await present()).toEqual({
      ...{ plan: { code: 'PROFESSIONAL' }, planSince: '2027-02-10T00:00:00.000Z' },
      nextPlan: null,
      nextPlanAt: null,
    });
  });

  test('P2: the current plan is a CONFLICT, and the scheduled change stays', async () => {
    await change('FREE');
    const { data, errors } = await change('STARTER');
    expect(data).toEqual({ changePlan: null });
    expect(errors).toMatchObject([{ message: 'The tenant is already on STARTER.', extensions: { code: 'CONFLICT', plan: 'STARTER' } }]);
    expect(await present()).toEqual(downgrade);
    expect((await fixtures.events(home)).at(-1)).toMatchObject({ action: 'plan.change', outcome: 'refused', code: 'CONFLICT' });
  });

  test('P2: Enterprise is arranged by sales', async () => {
    expect((await change('ENTERPRISE')).errors).toMatchObject([{ extensions: { code: 'PLAN_BY_SALES' } }]);
    expect(await present()).toEqual(untouched);
  });

  test('P2: a due change is applied first, so that the next change is checked against the new plan', async () => {
    await change('FREE');
    fixtures.gateway.clock.set(new Date('2027-03-05T00:00:00.000Z'));
    expect((await change('STARTER')).data.changePlan.tenant).toEqual({
      ...{ plan: { code: 'STARTER' }, planSince: '2027-03-05T00:00:00.000Z' },
      ...{ nextPlan: null, nextPlanAt: null },
    });
    expect((await fixtures.events(home)).map(({ action, by }) => [action, by])).toEqual([
      ['plan.schedule_downgrade', 'user'],
      ['plan.downgrade', 'system'],
      ['plan.upgrade', 'user'],
    ]);
  });

  test.each(['owner', 'admin'] as const)('the %s can change the plan', async role => {
    expect((await change('PROFESSIONAL', home[role])).errors).toEqual([]);
  });

  test.each(['seller_manager', 'buyer_manager', 'operator', 'viewer'] as const)('the %s cannot change the plan', async role => {
    expect((await change('PROFESSIONAL', home[role])).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', permission: 'plan:change' } },
    ]);
    expect(await present()).toEqual(untouched);
  });

  test('T9: no other tenant is affected', async () => {
    fixtures.gateway.clock.set(new Date('2027-03-05T00:00:00.000Z'));
    await fixtures.gateway.settle(); // what is due in the others by then
    const others = await fixtures.rows({ except: home.id });
    fixtures.gateway.clock.set(new Date('2027-02-10T00:00:00.000Z'));
    await change('FREE');
    fixtures.gateway.clock.set(new Date('2027-03-05T00:00:00.000Z'));
    await fixtures.gateway.settle();
    await change('PROFESSIONAL');
    expect(await fixtures.rows({ except: home.id })).toEqual(others);
  });
});

describe('cancelPlanChange', () => {
  test('P2: cancels the downgrade, which does not take effect', async () => {
    await change('FREE');
    const { data, errors } = await cancel();
    expect(errors).toEqual([]);
    expect(data).toEqual({ cancelPlanChange: { tenant: { plan: { code: 'STARTER' }, nextPlan: null, nextPlanAt: null } } });
    expect((await fixtures.events(home)).at(-1)).toMatchObject({
      ...{ action: 'plan.cancel_downgrade', outcome: 'done', by: 'user' },
      ...{ before: { nextPlan: 'FREE' }, after: { nextPlan: null } },
    });
    fixtures.gateway.clock.set(new Date('2027-06-01T00:00:00.000Z'));
    await fixtures.gateway.settle();
    expect(await present()).toEqual(untouched);
  });

  test('without a scheduled change is a CONFLICT with an event', async () => {
    expect((await cancel()).errors).toMatchObject([{ message: 'No downgrade is scheduled.', extensions: { code: 'CONFLICT' } }]);
    expect(await fixtures.events(home)).toMatchObject([{ action: 'plan.cancel_downgrade', outcome: 'refused', code: 'CONFLICT' }]);
  });

  test('P2: from its due day a downgrade cannot be cancelled, even if the job is late', async () => {
    await change('FREE');
    fixtures.gateway.clock.set(new Date('2027-02-28T12:00:00.000Z'));
    expect((await cancel()).errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    expect((await present()).plan).toEqual({ code: 'FREE' });
    expect((await fixtures.events(home)).map(({ action, outcome }) => [action, outcome])).toEqual([
      ['plan.schedule_downgrade', 'done'],
      ['plan.downgrade', 'done'],
      ['plan.cancel_downgrade', 'refused'],
    ]);
  });
});
