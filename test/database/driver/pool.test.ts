import type pg from 'pg';
import { v7 as uuid } from 'uuid';
import { afterEach, describe, expect, test } from 'vitest';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { type Binding, bound, currentBinding } from '../../../src/database/tenancy/binding.ts';
import { openDatabase } from '../../../src/database/unit-of-work.ts';
import { useDatabase } from '../../support/database.ts';
import { useWorld } from '../../support/isolation/isolation.ts';

const database = useDatabase();
const world = useWorld(database);
const pools: ConnectionPool[] = [];
const taken: pg.PoolClient[] = [];
afterEach(async () => {
  for (const client of taken.splice(0)) client.release(true);
  for (const pool of pools.splice(0)) await pool.end();
});

const open = (max = 1) => {
  const pool = new ConnectionPool({ connectionString: database.runtimeUrl, max });
  pool.on('error', () => {});
  pools.push(pool);
  return pool;
};
/** A connection that goes back, and ends, with the test. */
const take = async (pool: ConnectionPool) => {
  const client = await pool.connect();
  taken.push(client);
  return client;
};
const some = (): Binding => ({ tenantId: uuid(), personId: uuid() });
const BOUND_TO = "SELECT current_setting('app.tenant_id', true) AS tenant, current_setting('app.person_id', true) AS person";
const boundTo = async (pool: ConnectionPool | pg.PoolClient) => (await pool.query(BOUND_TO)).rows[0];
const asSettings = ({ tenantId, personId }: Binding) => ({ tenant: tenantId ?? '', person: personId ?? '' });
const pidOf = async (pool: ConnectionPool) => (await pool.query('SELECT pg_backend_pid() AS pid')).rows[0].pid as number;

describe('one statement', () => {
  test('is bound, and the binding is gone with it', async () => {
    const pool = open();
    const binding = some();
    expect(await bound(binding, () => boundTo(pool))).toEqual(asSettings(binding));
    expect(await boundTo(pool)).toEqual({ tenant: '', person: '' });
    expect(currentBinding()).toBeUndefined();
  });

  test('is bound to nobody where a binding says null', async () => {
    const pool = open();
    await bound(some(), () => boundTo(pool));
    expect(await bound({ tenantId: null, personId: null }, () => boundTo(pool))).toEqual({ tenant: '', person: '' });
  });

  test('and its binding are one round trip', async () => {
    const pool = open();
    const client = await take(pool);
    let trips = 0;
    (client as unknown as { connection: { on(event: string, listener: () => void): void } }).connection.on('readyForQuery', () => trips++);
    await bound(some(), () => client.query(BOUND_TO));
    expect(trips).toBe(1);
  });

  test('leaves no prepared statement behind', async () => {
    const pool = open();
    for (let i = 0; i < 3; i++) await bound(some(), () => pool.query('SELECT $1::int AS n', [i]));
    expect((await pool.query('SELECT count(*)::int AS n FROM pg_prepared_statements')).rows).toEqual([{ n: 0 }]);
  });

  test('carries nulls, texts, numbers, arrays and dates, and answers in rows, fields and counts', async () => {
    const pool = open();
    const values = [null, "O'Brien \\ ünï 😀", 42, ['a', null, 'b,"c'], new Date(0)];
    const text = 'SELECT $1::text AS a, $2::text AS b, $3::int AS c, $4::text[] AS d, $5::timestamptz AS e';
    const result = await bound(some(), () => pool.query(text, values));
    expect(result.rows).toEqual([{ a: null, b: values[1], c: 42, d: values[3], e: new Date(0) }]);
    expect(result.fields.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(result).toMatchObject({ rowCount: 1, command: 'SELECT' });
  });

  test('may have no rows, no result, or very many rows', async () => {
    const pool = open();
    const ask = (text: string) => bound(some(), () => pool.query(text));
    expect(await ask('SELECT 1 AS n WHERE false')).toMatchObject({ rows: [], rowCount: 0 });
    expect(await ask("UPDATE tenant SET name = 'x'")).toMatchObject({ rows: [], rowCount: 0, command: 'UPDATE' });
    expect((await ask('')).rows).toEqual([]);
    const { rows } = await ask("SELECT n, repeat('x', 100) AS x FROM generate_series(1, 50000) AS n");
    expect(rows).toHaveLength(50_000);
    expect(rows.at(-1)).toEqual({ n: 50_000, x: 'x'.repeat(100) });
  });

  test('is one: two in a text are refused, and neither runs', async () => {
    const pool = open();
    await expect(bound(some(), () => pool.query("SELECT set_config('app.tenant_id', '', true); SELECT 1"))).rejects.toMatchObject({
      code: '42601',
    });
  });

  test('can be asked with a callback, on a connection of its own', async () => {
    const client = await take(open());
    const binding = some();
    const rows = await bound(
      binding,
      () => new Promise((resolve, reject) => client.query(BOUND_TO, [], (error, result) => (error ? reject(error) : resolve(result.rows)))),
    );
    expect(rows).toEqual([asSettings(binding)]);
    const failed = bound(
      some(),
      () => new Promise((resolve, reject) => client.query('SELECT 1/0', error => (error ? reject(error) : resolve(0)))),
    );
    await expect(failed).rejects.toMatchObject({ code: '22012' });
  });
});

describe('a statement that fails', () => {
  test.each([
    ['in its text', 'SELEKT', '42601'],
    ['in its parameters', 'SELECT $1::uuid', '22P02'],
    ['at once', 'SELECT 1/0', '22012'],
    ['in the middle of its rows', 'SELECT 1000 / (1000 - n) FROM generate_series(1, 2000) AS n', '22012'],
    ['for want of a privilege', 'SELECT * FROM slug_claim', '42501'],
  ])('%s keeps its connection, which is bound to nobody after', async (_where, text, code) => {
    const pool = open();
    const before = await pidOf(pool);
    await expect(bound(some(), () => pool.query(text, text.includes('$1') ? ['no uuid'] : []))).rejects.toMatchObject({ code });
    expect(await pidOf(pool)).toBe(before);
    expect(await boundTo(pool)).toEqual({ tenant: '', person: '' });
  });

  test('because its connection broke drops the connection, and the next has another', async () => {
    const pool = open();
    const before = await pidOf(pool);
    await expect(bound(some(), () => pool.query('SELECT pg_terminate_backend(pg_backend_pid())'))).rejects.toThrow();
    expect(await pidOf(pool)).not.toBe(before);
    expect(pool.totalCount).toBe(1);
  });
});

describe('many at once on one connection', () => {
  test('are each bound to whom they were asked for, not to whom the connection served last', async () => {
    const pool = open();
    const bindings = Array.from({ length: 100 }, some);
    const answers = await Promise.all(bindings.map(binding => bound(binding, () => boundTo(pool))));
    expect(answers).toEqual(bindings.map(asSettings));
  });

  test('are each bound, also when half of them fail and some are bound to nobody', async () => {
    const pool = open();
    const asked = Array.from({ length: 60 }, (_, i) => ({ binding: some(), kind: i % 3 }));
    const answers = await Promise.all(
      asked.map(({ binding, kind }) => {
        if (kind === 0) return boundTo(pool);
        return bound(binding, () => (kind === 1 ? boundTo(pool) : pool.query('SELECT 1/0').catch(({ code }) => code)));
      }),
    );
    const expected = asked.map(({ binding, kind }) => [{ tenant: '', person: '' }, asSettings(binding), '22012'][kind]);
    expect(
      answers.map(answer => (typeof answer === 'object' ? { tenant: answer.tenant ?? '', person: answer.person ?? '' } : answer)),
    ).toEqual(expected);
  });

  test('findUnique of two tenants in one tick are two statements', async () => {
    const opened = openDatabase(database.runtimeUrl, { poolSize: 2 });
    const asked = Array.from({ length: 20 }, (_, i) => (i % 2 ? world.a : world.b));
    const found = await Promise.all(
      asked.map(({ tenantId, ownerId }) =>
        opened.bind({ tenantId, personId: ownerId }).db.tenant.findUnique({ where: { id: tenantId }, select: { slug: true } }),
      ),
    );
    expect(found).toEqual(asked.map(({ slug }) => ({ slug })));
    await opened.close();
  });
});
