import { describe, expect, test } from 'vitest';
import { inTransaction } from '../../../src/database/driver/run-transaction.ts';
import { bindingPrelude } from '../../../src/database/tenancy/binding.ts';
import { lockTenant } from '../../../src/database/tenancy/tenant-lock.ts';
import { useDatabase } from '../../support/database.ts';
import { useWorld } from '../../support/isolation/isolation.ts';
import { countRoundTrips } from '../../support/round-trips.ts';
import { useUnitOfWork } from '../../support/unit-of-work.ts';

/** Transactions that succeed: round trips, order, and what they see. */
const database = useDatabase();
const world = useWorld(database);
const work = useUnitOfWork(database, world);

const name = async () => (await database.sql('SELECT name FROM tenant WHERE tenant_id = $1', [world.a.tenantId]))[0]!.name;
const rename = (to: string) => ({ data: { name: to } });
const BOUND_TO = "SELECT current_setting('app.tenant_id', true) AS tenant, current_setting('app.person_id', true) AS person";

describe('a transaction', () => {
  test('T6: is bound as a whole in its first round trip, and the binding is gone with it', async () => {
    await work.unit.transaction(async ({ query, db }) => {
      for (let i = 0; i < 2; i++) expect(await query(BOUND_TO, [])).toEqual([{ tenant: world.a.tenantId, person: world.a.ownerId }]);
      expect(await db.tenant.findMany({ select: { id: true } })).toEqual([{ id: world.a.tenantId }]);
    });
    expect((await work.pool.query({ text: BOUND_TO })).rows).toEqual([{ tenant: '', person: '' }]);
    expect(work.pool.idleCount).toBe(work.pool.totalCount);
  });

  test('keeps everything when its work returns, and nothing when it throws', async () => {
    expect(await work.unit.transaction(async ({ db }) => (await db.tenant.updateMany(rename('Kept'))).count)).toBe(1);
    expect(await name()).toBe('Kept');
    const thrown = work.unit.transaction(async ({ db }) => {
      await db.tenant.updateMany(rename('Lost'));
      throw new Error('no');
    });
    await expect(thrown).rejects.toThrow('no');
    expect(await name()).toBe('Kept');
    expect(work.pool.idleCount).toBe(work.pool.totalCount);
  });

  test('without a statement sends nothing', async () => {
    const trips = countRoundTrips(work.pool);
    await work.pool.query({ text: 'SELECT 1' });
    trips.count = 0;
    expect(await work.unit.transaction(async () => 7)).toBe(7);
    expect(trips.count).toBe(0);
  });

  test('is one round trip for statements issued together, and one for what is enqueued and COMMIT', async () => {
    const trips = countRoundTrips(work.pool);
    await work.pool.query({ text: 'SELECT 1' });
    trips.count = 0;
    await work.unit.transaction(async ({ query, db, enqueue, enqueueWrite }) => {
      const [tenant, members] = await Promise.all([lockTenant(query), db.membership.count()]);
      expect([tenant!.name, members]).toEqual([world.a.name, 3]);
      expect(trips.count).toBe(1);
      enqueueWrite(db.tenant.updateMany(rename('Meanwhile')));
      enqueue("UPDATE tenant SET name = name || '!' WHERE tenant_id = app_tenant()", []);
    });
    expect(trips.count).toBe(2);
    expect(await name()).toBe('Meanwhile!');
  });

  test('runs statements in the order in which they were issued, enqueued ones too', async () => {
    await work.unit.transaction(async ({ query, db, enqueue }) => {
      enqueue('UPDATE tenant SET name = $1 WHERE tenant_id = app_tenant()', ['1']);
      const first = db.tenant.findFirst({ select: { name: true } });
      const second = query("UPDATE tenant SET name = name || '2' WHERE tenant_id = app_tenant() RETURNING name", []);
      const third = db.tenant.findFirst({ select: { name: true } });
      expect(await Promise.all([first, second, third])).toEqual([{ name: '1' }, [{ name: '12' }], { name: '12' }]);
    });
  });

  test('commits after Prisma has done what it does on its connection', async () => {
    await work.unit.transaction(async ({ db, enqueueWrite }) => {
      enqueueWrite(db.tenant.update({ where: { id: world.a.tenantId }, data: { name: { set: 'By Prisma' } } }));
    });
    expect(await name()).toBe('By Prisma');
  });

  test('shares one connection with Prisma: each sees the writes of the other', async () => {
    await work.unit.transaction(async ({ db, query }) => {
      await db.tenant.updateMany(rename('Both'));
      const { _count } = await db.tenant.aggregate({ where: { name: 'Both' }, _count: true });
      expect(_count).toBe(1);
      await db.tenant.update({ where: { id: world.a.tenantId }, data: { name: { set: 'Prisma' } } });
      expect(await query('SELECT name FROM tenant', [])).toEqual([{ name: 'Prisma' }]);
      expect(work.pool.totalCount).toBe(1);
    });
  });

  test('refuses statements once it is over', async () => {
    const late: Promise<unknown>[] = [];
    const transaction = await inTransaction(
      work.pool,
      bindingPrelude(work.binding),
      async open => {
        await open.query({ text: 'SELECT 1' });
        return open;
      },
      { timeout: 1_000 },
    );
    late.push(transaction.query({ text: 'SELECT 1' }), transaction.commit());
    for (const outcome of await Promise.allSettled(late))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'the transaction is over' } });
    expect(() => transaction.enqueue({ text: 'SELECT 1' })).toThrow('the transaction is over');
  });

  test('returns int8 as a bigint and numeric as an exact decimal', async () => {
    const [row] = await work.unit.transaction(({ query }) =>
      query('SELECT 9007199254740993::int8 AS big, 1.10::numeric AS exact, now() AS at', []),
    );
    expect(row).toEqual({ big: 9007199254740993n, exact: expect.anything(), at: expect.any(Date) });
    expect(String((row as { exact: unknown }).exact)).toBe('1.1');
  });

  test('T6: sees plan and memberships as they are once it holds the tenant lock, in the same round trip', async () => {
    const ends: (() => void)[] = [];
    const holding = work.unit.transaction(async ({ query, enqueue }) => {
      await lockTenant(query);
      await new Promise<void>(resolve => ends.push(resolve));
      enqueue("UPDATE tenant SET plan_code = 'PROFESSIONAL' WHERE tenant_id = app_tenant()", []);
      enqueue("UPDATE membership SET roles = '{admin,viewer}' WHERE id = $1", [world.a.membershipId]);
    });
    await expect.poll(() => ends.length).toBe(1);
    const waiting = work.unit.transaction(({ query, db }) =>
      Promise.all([lockTenant(query), db.membership.findFirst({ where: { id: world.a.membershipId }, select: { roles: true } })]),
    );
    const waits = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    await expect.poll(() => database.sql(waits)).toHaveLength(1);
    ends[0]!();
    await holding;
    const [tenant, membership] = await waiting;
    const [plan] = await database.sql("SELECT features FROM plan WHERE code = 'PROFESSIONAL'");
    expect(tenant).toMatchObject({ planCode: 'PROFESSIONAL', features: plan!.features });
    expect(membership).toEqual({ roles: ['admin', 'viewer'] });
  });
});
