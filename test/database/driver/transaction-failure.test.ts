import { uuidv7 as uuid } from 'uuidv7';
import { describe, expect, test } from 'vitest';
import { isUnreachable } from '../../../src/database/driver/failure.ts';
import { inTransaction } from '../../../src/database/driver/run-transaction.ts';
import type { Transaction } from '../../../src/database/driver/transaction.ts';
import type { UnitOfWork } from '../../../src/database/index.ts';
import type { TenantClient } from '../../../src/database/sql/data-model.ts';
import { bindingPrelude } from '../../../src/database/tenancy/binding.ts';
import { useDatabase } from '../../support/database.ts';
import { useWorld } from '../../support/isolation/isolation.ts';
import { useUnitOfWork } from '../../support/unit-of-work.ts';

/** Transactions that fail: nothing is kept, and the connection is released. */
const database = useDatabase();
const world = useWorld(database);
const work = useUnitOfWork(database, world);

const name = async () => (await database.sql('SELECT name FROM tenant WHERE tenant_id = $1', [world.a.tenantId]))[0]!.name;
const rename = (to: string) => ({ data: { name: to } });

describe('a transaction in which a statement fails', () => {
  const nonsense = "SELECT 'nonsense'::uuid";

  test('runs nothing more and keeps nothing, although the error is caught', async () => {
    const passedOver = work.unit.transaction(async ({ query, db }) => {
      await db.tenant.updateMany(rename('Lost'));
      await expect(query(nonsense, [])).rejects.toMatchObject({ code: '22P02' });
      await expect(query('SELECT 1', [])).rejects.toMatchObject({ code: '22P02' });
      return 'done';
    });
    await expect(passedOver).rejects.toMatchObject({ code: '22P02' });
    expect(await name()).toBe(world.a.name);
    expect(work.pool.idleCount).toBe(1);
    expect((await work.pool.query({ text: 'SELECT 1 AS one' })).rows).toEqual([{ one: 1 }]);
  });

  test.each([
    ['enqueued', (tx: Parameters<Parameters<UnitOfWork['transaction']>[0]>[0]) => tx.enqueue(nonsense, [])],
    ['taken by enqueueWrite', (tx: Parameters<Parameters<UnitOfWork['transaction']>[0]>[0]) => tx.enqueueWrite(tx.query(nonsense, []))],
  ])('that was %s throws in place of COMMIT', async (_how, fail) => {
    const failed = work.unit.transaction(async transaction => {
      await transaction.db.tenant.updateMany(rename('Lost'));
      fail(transaction);
    });
    await expect(failed).rejects.toMatchObject({ code: '22P02' });
    expect(await name()).toBe(world.a.name);
  });

  test('fails the statements issued with it and after it, and returns the results of those before', async () => {
    await work.unit
      .transaction(async ({ query }) => {
        const asked = [query('SELECT 1 AS n', []), query(nonsense, []), query('SELECT 2 AS n', [])];
        const came = await Promise.allSettled(asked);
        expect(came.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
        throw new Error('over');
      })
      .catch(error => expect(error).toMatchObject({ message: 'over' }));
  });

  test("by one statement fails with PostgreSQL's error, by Prisma with Prisma's, in and outside of a transaction", async () => {
    const membership = { id: world.a.membershipId, userId: world.a.ownerId, roles: ['viewer'], createdAt: new Date() };
    const twice = (db: TenantClient) => db.membership.create({ data: membership });
    const error = { code: '23505', constraint: 'membership_pkey' };
    await expect(twice(work.unit.db as TenantClient)).rejects.toMatchObject(error);
    await expect(work.unit.transaction(({ db }) => twice(db))).rejects.toMatchObject(error);
    const nowhere = (db: TenantClient) => db.tenant.update({ where: { id: uuid() }, data: { name: 'x' } });
    await expect(nowhere(work.unit.db as TenantClient)).rejects.toMatchObject({ code: 'P2025' });
    await expect(work.unit.transaction(({ db }) => nowhere(db))).rejects.toMatchObject({ code: 'P2025' });
  });

  test('because COMMIT fails keeps nothing, and keeps its connection', async () => {
    const ownerless = work.unit.transaction(({ db }) =>
      db.membership.updateMany({ where: { roles: { has: 'owner' } }, data: { roles: ['viewer'] } }),
    );
    await expect(ownerless).rejects.toMatchObject({ message: expect.stringContaining('owner') });
    expect(await work.unit.db.membership.count({ where: { roles: { has: 'owner' } } })).toBe(1);
    expect(work.pool.totalCount).toBe(1);
  });

  test('because its backend died between statements is UNAVAILABLE', async () => {
    const died = work.unit.transaction(async ({ query }) => {
      const [{ pid } = { pid: 0 }] = await query<{ pid: number }>('SELECT pg_backend_pid() AS pid', []);
      await database.sql('SELECT pg_terminate_backend($1)', [pid]);
      await expect.poll(() => database.sql('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).toEqual([]);
      await new Promise(resolve => setTimeout(resolve, 50));
      await query('SELECT 1', []);
    });
    expect(isUnreachable(await died.catch(error => error))).toBe(true);
    expect(await work.unit.transaction(({ db }) => db.tenant.count())).toBe(1);
  });

  test.each([
    ['in the middle', 'SELECT pg_terminate_backend(pg_backend_pid())'],
    ['with COMMIT', "SELECT set_config('app.dies', pg_terminate_backend(pg_backend_pid())::text, true)"],
  ])('because its backend dies %s is UNAVAILABLE, and the next one has another connection', async (where, text) => {
    const died = work.unit.transaction(async ({ query, enqueue, db }) => {
      await db.tenant.updateMany(rename('Lost'));
      if (where === 'in the middle') await query(text, []);
      else enqueue(text, []);
    });
    expect(isUnreachable(await died.catch(error => error))).toBe(true);
    expect(await name()).toBe(world.a.name);
    expect(await work.unit.transaction(({ db }) => db.tenant.count())).toBe(1);
  });
});

describe('a transaction that takes too long', () => {
  const runBriefly = (run: (transaction: Transaction) => Promise<unknown>) =>
    inTransaction(work.pool, bindingPrelude(work.binding), run, { timeout: 50 });

  test('is UNAVAILABLE at its next statement, and has released its locks and its connection before', async () => {
    const late = runBriefly(async transaction => {
      await transaction.query({ text: "UPDATE tenant SET name = 'Late' WHERE tenant_id = app_tenant()" });
      await expect.poll(() => work.pool.idleCount, { timeout: 5_000 }).toBe(1);
      await database.sql('UPDATE tenant SET name = name WHERE tenant_id = $1', [world.a.tenantId]);
      await transaction.query({ text: 'SELECT 1' });
    });
    const error = await late.catch(thrown => thrown);
    expect(error).toMatchObject({ name: 'TransactionTimeoutError', message: 'a transaction took longer than 50 ms' });
    expect(isUnreachable(error)).toBe(true);
    expect(await name()).toBe(world.a.name);
  });

  test('in a statement is over with that statement', async () => {
    await expect(runBriefly(transaction => transaction.query({ text: 'SELECT pg_sleep(0.3)' }))).rejects.toThrow('took longer');
    expect(work.pool.idleCount).toBe(1);
  });
});
