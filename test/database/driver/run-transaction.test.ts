import { describe, expect, test } from 'vitest';
import { BoundWork } from '../../../src/database/bound-work.ts';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { sourceOn } from '../../../src/database/source.ts';
import { lockTenant } from '../../../src/database/tenancy/tenant-lock.ts';
import { useDatabase } from '../../support/database.ts';
import { useWorld } from '../../support/isolation/isolation.ts';
import { hasPgBouncer, startPgBouncer } from '../../support/isolation/pgbouncer.ts';
import { useUnitOfWork } from '../../support/unit-of-work.ts';

/** When a transaction is run again. */
const database = useDatabase();
const world = useWorld(database);
const work = useUnitOfWork(database, world);

const name = async () => (await database.sql('SELECT name FROM tenant WHERE tenant_id = $1', [world.a.tenantId]))[0]!.name;
const rename = (to: string) => ({ data: { name: to } });

describe('a transaction that PostgreSQL ends because of others', () => {
  /** Two that take the same two locks, each in its own order, once both have one. */
  const crossing = (options?: { once?: boolean }) => {
    let holding = 0;
    const tries = [0, 0];
    const lockBoth = (mine: number, theirs: number) =>
      work.unit.transaction(async ({ query }) => {
        tries[mine]! += 1;
        await query('SELECT pg_advisory_xact_lock($1::int)::text', [mine]);
        holding += 1;
        await expect.poll(() => holding, { timeout: 10_000, interval: 5 }).toBeGreaterThan(1);
        await query('SELECT pg_advisory_xact_lock($1::int)::text', [theirs]);
        return mine;
      }, options);
    return { tries, came: Promise.allSettled([lockBoth(0, 1), lockBoth(1, 0)]) };
  };

  test('as the victim of a deadlock is run again, and both succeed', async () => {
    const { tries, came } = crossing();
    expect(await came).toEqual([
      { status: 'fulfilled', value: 0 },
      { status: 'fulfilled', value: 1 },
    ]);
    expect(tries.sort()).toEqual([1, 2]);
  });

  test('is not run again when it runs once', async () => {
    const { tries, came } = crossing({ once: true });
    expect((await came).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(tries).toEqual([1, 1]);
  });

  test.each(['40P01', '40001'])('with %s is run three times at most', async code => {
    let tries = 0;
    const unlucky = work.unit.transaction(async ({ query, db }) => {
      tries += 1;
      await db.tenant.updateMany(rename('Lost'));
      await query(`DO $$ BEGIN RAISE SQLSTATE '${code}'; END $$`, []).catch(() => {
        throw new Error('something else');
      });
    });
    await expect(unlucky).rejects.toThrow('something else');
    expect(tries).toBe(3);
    expect(await name()).toBe(world.a.name);
  });

  test('for another reason is run once', async () => {
    let tries = 0;
    const failed = work.unit.transaction(async ({ query }) => {
      tries += 1;
      await query('SELECT 1/0', []);
    });
    await expect(failed).rejects.toMatchObject({ code: '22012' });
    expect(tries).toBe(1);
  });
});

describe('the prepared statements of a transaction', () => {
  const prepared = async () =>
    (await work.pool.query({ text: 'SELECT statement FROM pg_prepared_statements ORDER BY 1' })).rows.map(({ statement }) => statement);

  test('are prepared once a connection, BEGIN and COMMIT too', async () => {
    for (let i = 0; i < 3; i++) await work.unit.transaction(({ query }) => query('SELECT 1 AS n', []));
    expect(await prepared()).toEqual([
      'BEGIN',
      'COMMIT',
      'SELECT 1 AS n',
      "SELECT set_config('app.tenant_id', $1, true), set_config('app.person_id', $2, true)",
    ]);
  });

  test('are used no more where the server forgot them: it is run again without', async () => {
    const add = () =>
      work.unit.transaction(({ query }) => query("UPDATE tenant SET name = name || '+' WHERE tenant_id = app_tenant() RETURNING name", []));
    for (let i = 0; i < 2; i++) await add();
    await work.pool.query({ text: 'DEALLOCATE ALL' });
    expect(await add()).toEqual([{ name: `${world.a.name}+++` }]);
    expect(work.pool.naming).toBe(false);
    expect(await add()).toEqual([{ name: `${world.a.name}++++` }]);
  });
});

describe.skipIf(!hasPgBouncer())(
  'transactions behind a PgBouncer in transaction mode, whether or not it follows prepared statements',
  () => {
    test('each see their own tenant, and each is done once', async () => {
      const bouncer = await startPgBouncer(database.runtimeUrl, { connections: 3 });
      const bounced = new ConnectionPool({ connectionString: bouncer.url, max: 8, naming: true });
      const through = sourceOn(bounced);
      try {
        const sides = Array.from({ length: 60 }, (_, i) => (i % 2 ? world.a : world.b));
        const answers = await Promise.all(
          sides.map(({ tenantId, ownerId }, i) =>
            new BoundWork(through, { tenantId, personId: ownerId }).transaction(async ({ query, db, enqueue }) => {
              const [tenant] = await Promise.all([lockTenant(query), db.membership.count()]);
              enqueue("UPDATE tenant SET name = name || '+' WHERE tenant_id = app_tenant()", []);
              return { tenant: tenant!.name.replaceAll('+', ''), count: i % 5 ? await db.tenant.count() : 1 };
            }),
          ),
        );
        expect(answers).toEqual(sides.map(side => ({ tenant: side.name, count: 1 })));
        expect(await name()).toBe(`${world.a.name}${'+'.repeat(30)}`);
      } finally {
        await through.prisma.$disconnect();
        await bounced.end();
        await bouncer.stop();
      }
    });
  },
);
