import { expect, test } from 'vitest';
import { useResource } from '../support/resource.ts';
import { type Actor, useTenantActors } from '../support/tenant-actors.ts';
import { invariants, PATIENCE, POOL, ROUNDS, SOUND, tally } from './rounds.ts';

const fixtures = useTenantActors({ poolSize: POOL });
const staff = useResource(() => fixtures.staff());

test('S2: no write of a member is committed after a concurrent suspension', { timeout: PATIENCE }, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const home = await fixtures.home();
    const names = Array.from({ length: 20 }, (_, n) => `Name ${round}.${n}`);
    const rename = (name: string) => fixtures.run(home.owner, 'renameTenant', { name });
    const [before, suspended, after] = await Promise.all([
      Promise.all(names.slice(0, 10).map(rename)),
      fixtures.run(staff, 'staffSuspendTenant', { tenantId: home.tenant.id, reason: 'a bill' }),
      Promise.all(names.slice(10).map(rename)),
    ]);
    expect(suspended.errors).toEqual([]);
    const outcomes = [...before, ...after];
    const { done = 0, TENANT_STATUS = 0, ...others } = tally(outcomes);
    expect([done + TENANT_STATUS, others]).toEqual([20, {}]);

    const events = await fixtures.events(home);
    const at = events.findIndex(({ action }) => action === 'tenant.suspend');
    const committed = events.filter(({ action, code }) => action === 'tenant.rename' && code === null);
    expect(events.slice(at + 1).filter(({ code }) => code === null)).toEqual([]);
    expect(events.slice(0, at).filter(({ code }) => code !== null)).toEqual([]);
    expect(committed).toHaveLength(done);
    const [tenant] = await fixtures.database.sql<{ name: string; status: string }>('SELECT name, status FROM tenant WHERE tenant_id = $1', [
      home.tenant.id,
    ]);
    expect(tenant).toEqual({ name: committed.at(-1)?.after?.name ?? home.tenant.name, status: 'suspended' });
    expect(await invariants(fixtures)).toEqual(SOUND);
  }
});

test('P2: an upgrade and a concurrent due downgrade: the higher plan wins in either order', { timeout: PATIENCE }, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const home = await fixtures.home('STARTER');
    await fixtures.must(home.owner, 'changePlan', { plan: 'FREE' });
    const [{ due }] = (await fixtures.database.sql<{ due: Date }>('SELECT next_plan_due_at AS due FROM tenant WHERE tenant_id = $1', [
      home.tenant.id,
    ])) as [{ due: Date }];
    fixtures.gateway.clock.set(due);
    const [upgraded] = await Promise.all([
      fixtures.run(home.owner, 'changePlan', { plan: 'PROFESSIONAL' }),
      fixtures.gateway.settle(),
      fixtures.gateway.settle(),
    ]);
    expect(upgraded.errors).toEqual([]);
    expect(
      await fixtures.database.sql('SELECT plan_code, plan_since, next_plan_code, next_plan_due_at FROM tenant WHERE tenant_id = $1', [
        home.tenant.id,
      ]),
    ).toEqual([{ plan_code: 'PROFESSIONAL', plan_since: due, next_plan_code: null, next_plan_due_at: null }]);
    expect((await fixtures.events(home)).map(({ action, before, after }) => [action, before?.plan, after?.plan])).toEqual([
      ['plan.schedule_downgrade', 'STARTER', undefined],
      ['plan.downgrade', 'STARTER', 'FREE'],
      ['plan.upgrade', 'FREE', 'PROFESSIONAL'],
    ]);
    expect(await invariants(fixtures)).toEqual(SOUND);
  }
});

test('P2: an upgrade and a concurrently scheduled downgrade: never both', { timeout: PATIENCE }, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const home = await fixtures.home('STARTER');
    const admin = await fixtures.join(home, ['admin']);
    const change = (who: Actor, plan: string) => fixtures.run(who, 'changePlan', { plan });
    const [up, down] = await Promise.all([change(home.owner, 'PROFESSIONAL'), change(admin, 'FREE')]);
    expect([up.code, down.code]).toEqual([null, null]);
    const order = (await fixtures.events(home)).map(({ action }) => action);
    const upgradeLast = order.at(-1) === 'plan.upgrade';
    expect(order.toSorted()).toEqual(['plan.schedule_downgrade', 'plan.upgrade']);
    // An upgrade cancels the scheduled change; a later downgrade starts from the new plan.
    expect(await fixtures.database.sql('SELECT plan_code, next_plan_code FROM tenant WHERE tenant_id = $1', [home.tenant.id])).toEqual([
      { plan_code: 'PROFESSIONAL', next_plan_code: upgradeLast ? null : 'FREE' },
    ]);
    expect(await invariants(fixtures)).toEqual(SOUND);
  }
});
