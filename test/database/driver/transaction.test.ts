import type pg from 'pg';
import { v7 as uuid } from 'uuid';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isUnreachable } from '../../../src/database/driver/failure.ts';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { type BoundTransaction, inTransaction } from '../../../src/database/driver/transaction.ts';
import type { TenantClient } from '../../../src/database/sql/data-model.ts';
import { type Binding, bound } from '../../../src/database/tenancy/binding.ts';
import { lockTenant } from '../../../src/database/tenancy/tenant-lock.ts';
import { type Source, sourceOn, type UnitOfWork, unitOfWork } from '../../../src/database/unit-of-work.ts';
import { useDatabase } from '../../support/database.ts';
import { useWorld } from '../../support/isolation/isolation.ts';
import { hasPgBouncer, startPgBouncer } from '../../support/isolation/pgbouncer.ts';

const database = useDatabase();
const world = useWorld(database);
let pool: ConnectionPool;
let source: Source;
let unit: UnitOfWork;
let binding: Binding;
beforeEach(() => {
  pool = new ConnectionPool({ connectionString: database.runtimeUrl, max: 4, naming: true });
  pool.on('error', () => {});
  source = sourceOn(pool);
  binding = { tenantId: world.a.tenantId, personId: world.a.ownerId };
  unit = unitOfWork(source, binding);
});
afterEach(async () => {
  await database.sql('UPDATE tenant SET name = $1 WHERE tenant_id = $2', [world.a.name, world.a.tenantId]);
  await source.prisma.$disconnect();
  await pool.end();
});

const name = async () => (await database.sql('SELECT name FROM tenant WHERE tenant_id = $1', [world.a.tenantId]))[0]!.name;
const rename = (to: string) => ({ data: { name: to } });
const BOUND_TO = "SELECT current_setting('app.tenant_id', true) AS tenant, current_setting('app.person_id', true) AS person";

/** How often PostgreSQL was ready again on the connections of a pool. */
function roundTrips(of: ConnectionPool) {
  const trips = { count: 0 };
  of.on('acquire', client => {
    const { connection } = client as unknown as { connection: { on(event: string, listener: () => void): void; isCounted?: boolean } };
    if (connection.isCounted) return;
    connection.isCounted = true;
    connection.on('readyForQuery', () => trips.count++);
  });
  return trips;
}

describe('a transaction', () => {
  test('is bound as a whole, with its first round trip, and nothing is left of it', async () => {
    await unit.transaction(async ({ query, db }) => {
      for (let i = 0; i < 2; i++) expect(await query(BOUND_TO, [])).toEqual([{ tenant: world.a.tenantId, person: world.a.ownerId }]);
      expect(await db.tenant.findMany({ select: { id: true } })).toEqual([{ id: world.a.tenantId }]);
    });
    expect((await pool.query(BOUND_TO)).rows).toEqual([{ tenant: '', person: '' }]);
    expect(pool.idleCount).toBe(pool.totalCount);
  });

  test('keeps all when it returns, and nothing when it throws', async () => {
    expect(await unit.transaction(async ({ db }) => (await db.tenant.updateMany(rename('Kept'))).count)).toBe(1);
    expect(await name()).toBe('Kept');
    const thrown = unit.transaction(async ({ db }) => {
      await db.tenant.updateMany(rename('Lost'));
      throw new Error('no');
    });
    await expect(thrown).rejects.toThrow('no');
    expect(await name()).toBe('Kept');
    expect(pool.idleCount).toBe(pool.totalCount);
  });

  test('without a statement asks nothing', async () => {
    const trips = roundTrips(pool);
    await pool.query('SELECT 1');
    trips.count = 0;
    expect(await unit.transaction(async () => 7)).toBe(7);
    expect(trips.count).toBe(0);
  });

  test('is one round trip for what is asked in one go, and for what nobody waits for, COMMIT among it', async () => {
    const trips = roundTrips(pool);
    await pool.query('SELECT 1');
    trips.count = 0;
    await unit.transaction(async ({ query, db, enqueue, enqueueWrite }) => {
      const [tenant, members] = await Promise.all([lockTenant(query), db.membership.count()]);
      expect([tenant!.name, members]).toEqual([world.a.name, 3]);
      expect(trips.count).toBe(1);
      enqueueWrite(db.tenant.updateMany(rename('Meanwhile')));
      enqueue("UPDATE tenant SET name = name || '!' WHERE tenant_id = app_tenant()", []);
    });
    expect(trips.count).toBe(2);
    expect(await name()).toBe('Meanwhile!');
  });

  test('runs statements in the order in which they were asked for, told ones before those after them', async () => {
    await unit.transaction(async ({ query, db, enqueue }) => {
      enqueue('UPDATE tenant SET name = $1 WHERE tenant_id = app_tenant()', ['1']);
      const first = db.tenant.findFirst({ select: { name: true } });
      const second = query("UPDATE tenant SET name = name || '2' WHERE tenant_id = app_tenant() RETURNING name", []);
      const third = db.tenant.findFirst({ select: { name: true } });
      expect(await Promise.all([first, second, third])).toEqual([{ name: '1' }, [{ name: '12' }], { name: '12' }]);
    });
  });

  test('waits with COMMIT for what Prisma does on its connection', async () => {
    await unit.transaction(async ({ db, enqueueWrite }) => {
      enqueueWrite(db.tenant.update({ where: { id: world.a.tenantId }, data: { name: { set: 'By Prisma' } } }));
    });
    expect(await name()).toBe('By Prisma');
  });

  test('is seen by what Prisma does in it, and Prisma by it, on one connection', async () => {
    await unit.transaction(async ({ db, query }) => {
      await db.tenant.updateMany(rename('Both'));
      const { _count } = await db.tenant.aggregate({ where: { name: 'Both' }, _count: true });
      expect(_count).toBe(1);
      await db.tenant.update({ where: { id: world.a.tenantId }, data: { name: { set: 'Prisma' } } });
      expect(await query('SELECT name FROM tenant', [])).toEqual([{ name: 'Prisma' }]);
      expect(pool.totalCount).toBe(1);
    });
  });

  test('belongs to the binding that it began under', async () => {
    await inTransaction(
      pool,
      binding,
      async transaction => {
        const other = bound({ ...binding }, async () => transaction.query({ text: BOUND_TO }));
        await expect(other).rejects.toThrow('a transaction belongs to the binding that it began under');
      },
      { patience: 1_000 },
    );
  });

  test('answers big and exact numbers as they are', async () => {
    const [row] = await unit.transaction(({ query }) =>
      query('SELECT 9007199254740993::int8 AS big, 1.10::numeric AS exact, now() AS at', []),
    );
    expect(row).toEqual({ big: 9007199254740993n, exact: expect.anything(), at: expect.any(Date) });
    expect(String((row as { exact: unknown }).exact)).toBe('1.1');
  });

  test('T6: who waited for the tenant finds its plan and memberships as they were left, in the same round trip', async () => {
    const ends: (() => void)[] = [];
    const holding = unit.transaction(async ({ query, enqueue }) => {
      await lockTenant(query);
      await new Promise<void>(resolve => ends.push(resolve));
      enqueue("UPDATE tenant SET plan_code = 'PROFESSIONAL' WHERE tenant_id = app_tenant()", []);
      enqueue("UPDATE membership SET roles = '{admin,viewer}' WHERE id = $1", [world.a.membershipId]);
    });
    await expect.poll(() => ends.length).toBe(1);
    const waiting = unit.transaction(({ query, db }) =>
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

describe('a transaction in which a statement fails', () => {
  const nonsense = "SELECT 'nonsense'::uuid";

  test('answers nothing more and keeps nothing, though the error be passed over', async () => {
    const passedOver = unit.transaction(async ({ query, db }) => {
      await db.tenant.updateMany(rename('Lost'));
      await expect(query(nonsense, [])).rejects.toMatchObject({ code: '22P02' });
      await expect(query('SELECT 1', [])).rejects.toMatchObject({ code: '22P02' });
      return 'done';
    });
    await expect(passedOver).rejects.toMatchObject({ code: '22P02' });
    expect(await name()).toBe(world.a.name);
    expect(pool.idleCount).toBe(1);
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  test.each([
    ['told', (tx: Parameters<Parameters<UnitOfWork['transaction']>[0]>[0]) => tx.enqueue(nonsense, [])],
    ['written meanwhile', (tx: Parameters<Parameters<UnitOfWork['transaction']>[0]>[0]) => tx.enqueueWrite(tx.query(nonsense, []))],
  ])('that was %s throws in the place of COMMIT', async (_how, fail) => {
    const failed = unit.transaction(async transaction => {
      await transaction.db.tenant.updateMany(rename('Lost'));
      fail(transaction);
    });
    await expect(failed).rejects.toMatchObject({ code: '22P02' });
    expect(await name()).toBe(world.a.name);
  });

  test('fails what was asked with it and after it, and answers what was before', async () => {
    await unit
      .transaction(async ({ query }) => {
        const asked = [query('SELECT 1 AS n', []), query(nonsense, []), query('SELECT 2 AS n', [])];
        const came = await Promise.allSettled(asked);
        expect(came.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
        throw new Error('over');
      })
      .catch(error => expect(error).toMatchObject({ message: 'over' }));
  });

  test("says so in Prisma's words, where a model was asked, inside and outside of a transaction", async () => {
    const { id, datasetId } = (await unit.db.listing.findFirst({ select: { id: true, datasetId: true } })) ?? {
      id: uuid(),
      datasetId: uuid(),
    };
    const membership = { id: world.a.membershipId, userId: world.a.ownerId, roles: ['viewer'], createdAt: new Date() };
    const twice = (db: TenantClient) => db.membership.create({ data: membership });
    const error = { name: 'PrismaClientKnownRequestError', code: 'P2002' };
    await expect(twice(unit.db as TenantClient)).rejects.toMatchObject(error);
    await expect(unit.transaction(({ db }) => twice(db))).rejects.toMatchObject(error);
    const nowhere = (db: TenantClient) => db.tenant.update({ where: { id: uuid() }, data: { name: 'x' } });
    await expect(nowhere(unit.db as TenantClient)).rejects.toMatchObject({ code: 'P2025' });
    await expect(unit.transaction(({ db }) => nowhere(db))).rejects.toMatchObject({ code: 'P2025' });
    const odd = (db: UnitOfWork['db']) => db.dataset.findFirst({ where: { id: `${id}${datasetId}` } });
    await expect(unit.transaction(({ db }) => odd(db))).rejects.toMatchObject({ name: 'PrismaClientKnownRequestError' });
  });

  test('because COMMIT fails keeps nothing, and the connection is of use', async () => {
    const ownerless = unit.transaction(({ db }) =>
      db.membership.updateMany({ where: { roles: { has: 'owner' } }, data: { roles: ['viewer'] } }),
    );
    await expect(ownerless).rejects.toMatchObject({ message: expect.stringContaining('owner') });
    expect(await unit.db.membership.count({ where: { roles: { has: 'owner' } } })).toBe(1);
    expect(pool.totalCount).toBe(1);
  });

  test('because its backend died while nothing was asked is UNAVAILABLE', async () => {
    const died = unit.transaction(async ({ query }) => {
      const [{ pid } = { pid: 0 }] = await query<{ pid: number }>('SELECT pg_backend_pid() AS pid', []);
      await database.sql('SELECT pg_terminate_backend($1)', [pid]);
      await expect.poll(() => database.sql('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).toEqual([]);
      await new Promise(resolve => setTimeout(resolve, 50));
      await query('SELECT 1', []);
    });
    expect(isUnreachable(await died.catch(error => error))).toBe(true);
    expect(await unit.transaction(({ db }) => db.tenant.count())).toBe(1);
  });

  test.each([
    ['in the middle', 'SELECT pg_terminate_backend(pg_backend_pid())'],
    ['with COMMIT', "SELECT set_config('app.dies', pg_terminate_backend(pg_backend_pid())::text, true)"],
  ])('because its backend dies %s is UNAVAILABLE, and the next one has another', async (where, text) => {
    const died = unit.transaction(async ({ query, enqueue, db }) => {
      await db.tenant.updateMany(rename('Lost'));
      if (where === 'in the middle') await query(text, []);
      else enqueue(text, []);
    });
    expect(isUnreachable(await died.catch(error => error))).toBe(true);
    expect(await name()).toBe(world.a.name);
    expect(await unit.transaction(({ db }) => db.tenant.count())).toBe(1);
  });
});

describe('a transaction that takes too long', () => {
  const run = (work: (transaction: BoundTransaction) => Promise<unknown>) => inTransaction(pool, binding, work, { patience: 50 });

  test('is UNAVAILABLE at its next statement, and lets go of what it held and of its connection before', async () => {
    const late = run(async transaction => {
      await transaction.query({ text: "UPDATE tenant SET name = 'Late' WHERE tenant_id = app_tenant()" });
      await expect.poll(() => pool.idleCount, { timeout: 5_000 }).toBe(1);
      await database.sql('UPDATE tenant SET name = name WHERE tenant_id = $1', [world.a.tenantId]);
      await transaction.query({ text: 'SELECT 1' });
    });
    const error = await late.catch(thrown => thrown);
    expect(error).toMatchObject({ name: 'TransactionTimeoutError', message: 'a transaction took longer than 50 ms' });
    expect(isUnreachable(error)).toBe(true);
    expect(await name()).toBe(world.a.name);
  });

  test('in a statement is over with that statement', async () => {
    await expect(run(transaction => transaction.query({ text: 'SELECT pg_sleep(0.3)' }))).rejects.toThrow('took longer');
    expect(pool.idleCount).toBe(1);
  });
});

describe('a transaction that PostgreSQL ends for the sake of others', () => {
  /** Two that take the same two locks, each in its own order, once both have one. */
  const crossing = (options?: { once?: boolean }) => {
    let holding = 0;
    const tries = [0, 0];
    const work = (mine: number, theirs: number) =>
      unit.transaction(async ({ query }) => {
        tries[mine]! += 1;
        await query('SELECT pg_advisory_xact_lock($1::int)::text', [mine]);
        holding += 1;
        await expect.poll(() => holding, { timeout: 10_000, interval: 5 }).toBeGreaterThan(1);
        await query('SELECT pg_advisory_xact_lock($1::int)::text', [theirs]);
        return mine;
      }, options);
    return { tries, came: Promise.allSettled([work(0, 1), work(1, 0)]) };
  };

  test('as the victim of a deadlock is run again, and both are done', async () => {
    const { tries, came } = crossing();
    expect(await came).toEqual([
      { status: 'fulfilled', value: 0 },
      { status: 'fulfilled', value: 1 },
    ]);
    expect(tries.sort()).toEqual([1, 2]);
  });

  test('is not, where it does something beside the database', async () => {
    const { tries, came } = crossing({ once: true });
    expect((await came).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(tries).toEqual([1, 1]);
  });

  test.each(['40P01', '40001'])('with %s is run three times at most', async code => {
    let tries = 0;
    const unlucky = unit.transaction(async ({ query, db }) => {
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
    const failed = unit.transaction(async ({ query }) => {
      tries += 1;
      await query('SELECT 1/0', []);
    });
    await expect(failed).rejects.toMatchObject({ code: '22012' });
    expect(tries).toBe(1);
  });
});

describe('the names of a transaction', () => {
  const held = async (client: pg.Pool) =>
    (await client.query('SELECT statement FROM pg_prepared_statements ORDER BY 1')).rows.map(({ statement }) => statement as string);

  test('are prepared once a connection, its commands among them', async () => {
    for (let i = 0; i < 3; i++) await unit.transaction(({ query }) => query('SELECT 1 AS n', []));
    expect(await held(pool as unknown as pg.Pool)).toEqual([
      'BEGIN',
      'COMMIT',
      'SELECT 1 AS n',
      "SELECT set_config('app.tenant_id', $1, true), set_config('app.person_id', $2, true)",
    ]);
  });

  test('are given up where somebody forgot them: it is run again, without', async () => {
    const add = () =>
      unit.transaction(({ query }) => query("UPDATE tenant SET name = name || '+' WHERE tenant_id = app_tenant() RETURNING name", []));
    for (let i = 0; i < 2; i++) await add();
    await pool.query('DEALLOCATE ALL');
    expect(await add()).toEqual([{ name: `${world.a.name}+++` }]);
    expect(pool.naming).toBe(false);
    expect(await add()).toEqual([{ name: `${world.a.name}++++` }]);
  });
});

describe.skipIf(!hasPgBouncer())('transactions behind a PgBouncer in transaction mode, whether or not it follows names', () => {
  test('find each their own, and each is done once', async () => {
    const bouncer = await startPgBouncer(database.runtimeUrl, { connections: 3 });
    const bounced = new ConnectionPool({ connectionString: bouncer.url, max: 8, naming: true });
    bounced.on('error', () => {});
    const through = sourceOn(bounced);
    try {
      const sides = Array.from({ length: 60 }, (_, i) => (i % 2 ? world.a : world.b));
      const answers = await Promise.all(
        sides.map(({ tenantId, ownerId }, i) =>
          unitOfWork(through, { tenantId, personId: ownerId }).transaction(async ({ query, db, enqueue }) => {
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
});
