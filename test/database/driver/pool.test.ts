import { uuidv7 as uuid } from 'uuidv7';
import { afterEach, describe, expect, test } from 'vitest';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { openDatabase } from '../../../src/database/index.ts';
import type { Binding } from '../../../src/database/tenancy/binding.ts';
import { useDatabase } from '../../support/database.ts';
import { useWorld } from '../../support/isolation/isolation.ts';
import { NOBODY, queryAs } from '../../support/query-as.ts';

/** Single statements, with the prelude that binds them. */
const database = useDatabase();
const world = useWorld(database);
const pools: ConnectionPool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.end();
});

const open = (max = 1) => {
  const pool = new ConnectionPool({ connectionString: database.runtimeUrl, max });
  pools.push(pool);
  return pool;
};
const some = (): Binding => ({ tenantId: uuid(), personId: uuid() });
const BOUND_TO = "SELECT current_setting('app.tenant_id', true) AS tenant, current_setting('app.person_id', true) AS person";
const boundTo = async (pool: ConnectionPool, binding: Binding) => (await queryAs(pool, binding, BOUND_TO)).rows[0];
const unbound = async (pool: ConnectionPool) => (await pool.query({ text: BOUND_TO })).rows[0];
const asSettings = ({ tenantId, personId }: Binding) => ({ tenant: tenantId ?? '', person: personId ?? '' });
const pidOf = async (pool: ConnectionPool) => (await pool.query({ text: 'SELECT pg_backend_pid() AS pid' })).rows[0].pid as number;

describe('T6: a statement', () => {
  test('is bound, and the binding is gone with it', async () => {
    const pool = open();
    const binding = some();
    expect(await boundTo(pool, binding)).toEqual(asSettings(binding));
    expect(await unbound(pool)).toEqual({ tenant: '', person: '' });
  });

  test('is bound to nobody where a binding says null', async () => {
    const pool = open();
    await boundTo(pool, some());
    expect(await boundTo(pool, NOBODY)).toEqual({ tenant: '', person: '' });
  });

  test('and its prelude are one round trip', async () => {
    const pool = open();
    const connection = await pool.acquire();
    let trips = 0;
    (connection as unknown as { connection: { on(event: string, listener: () => void): void } }).connection.on(
      'readyForQuery',
      () => trips++,
    );
    pool.release(connection);
    await boundTo(pool, some());
    expect(trips).toBe(1);
  });

  test('leaves no prepared statement behind, unless names are used', async () => {
    const pool = open();
    for (let i = 0; i < 3; i++) await queryAs(pool, some(), 'SELECT $1::int AS n', [i]);
    const { rows } = await pool.query({ text: 'SELECT count(*)::int AS n FROM pg_prepared_statements' });
    expect(rows).toEqual([{ n: 0 }]);
  });

  test('carries nulls, texts, numbers, arrays and dates, and returns rows, fields and counts', async () => {
    const values = [null, "O'Brien \\ ünï 😀", 42, ['a', null, 'b,"c'], new Date(0)];
    const text = 'SELECT $1::text AS a, $2::text AS b, $3::int AS c, $4::text[] AS d, $5::timestamptz AS e';
    const result = await queryAs(open(), some(), text, values);
    expect(result.rows).toEqual([{ a: null, b: values[1], c: 42, d: values[3], e: new Date(0) }]);
    expect(result.fields.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(result).toMatchObject({ rowCount: 1, command: 'SELECT' });
  });

  test('may have no rows, no result, or very many rows', async () => {
    const pool = open();
    const query = (text: string) => queryAs(pool, some(), text);
    expect(await query('SELECT 1 AS n WHERE false')).toMatchObject({ rows: [], rowCount: 0 });
    expect(await query("UPDATE tenant SET name = 'x'")).toMatchObject({ rows: [], rowCount: 0, command: 'UPDATE' });
    expect((await query('')).rows).toEqual([]);
    const { rows } = await query("SELECT n, repeat('x', 100) AS x FROM generate_series(1, 50000) AS n");
    expect(rows).toHaveLength(50_000);
    expect(rows.at(-1)).toEqual({ n: 50_000, x: 'x'.repeat(100) });
  });

  test('is a single one: two in a text are refused, and neither runs', async () => {
    const two = "SELECT set_config('app.tenant_id', '', true); SELECT 1";
    await expect(queryAs(open(), some(), two)).rejects.toMatchObject({ code: '42601' });
  });
});

describe('a statement that fails', () => {
  test.each([
    ['in its text', 'SELEKT', '42601'],
    ['in its parameters', 'SELECT $1::uuid', '22P02'],
    ['at once', 'SELECT 1/0', '22012'],
    ['in the middle of its rows', 'SELECT 1000 / (1000 - n) FROM generate_series(1, 2000) AS n', '22012'],
    ['for want of a privilege', 'SELECT * FROM slug_claim', '42501'],
  ])('%s keeps its connection, which is bound to nobody afterwards', async (_where, text, code) => {
    const pool = open();
    const pid = await pidOf(pool);
    await expect(queryAs(pool, some(), text, text.includes('$1') ? ['no uuid'] : [])).rejects.toMatchObject({ code });
    expect(await pidOf(pool)).toBe(pid);
    expect(await unbound(pool)).toEqual({ tenant: '', person: '' });
  });

  test('because its connection broke drops the connection, and the next statement has another', async () => {
    const pool = open();
    const pid = await pidOf(pool);
    await expect(queryAs(pool, some(), 'SELECT pg_terminate_backend(pg_backend_pid())')).rejects.toThrow();
    expect(await pidOf(pool)).not.toBe(pid);
    expect(pool.totalCount).toBe(1);
  });
});

describe('T6: many statements on one connection', () => {
  test('are each bound as they were issued', async () => {
    const pool = open();
    const bindings = Array.from({ length: 100 }, some);
    expect(await Promise.all(bindings.map(binding => boundTo(pool, binding)))).toEqual(bindings.map(asSettings));
  });

  test('are each bound, also when a third of them fail and a third are bound to nobody', async () => {
    const pool = open();
    const statements = Array.from({ length: 60 }, (_, i) => ({ binding: some(), kind: i % 3 }));
    const results = await Promise.all(
      statements.map(({ binding, kind }) => {
        if (kind === 0) return boundTo(pool, NOBODY);
        return kind === 1 ? boundTo(pool, binding) : queryAs(pool, binding, 'SELECT 1/0').catch(({ code }) => code);
      }),
    );
    expect(results).toEqual(statements.map(({ binding, kind }) => [{ tenant: '', person: '' }, asSettings(binding), '22012'][kind]));
  });

  test('findUnique of two tenants in one tick are two statements', async () => {
    const opened = openDatabase(database.runtimeUrl, { poolSize: 2 });
    const sides = Array.from({ length: 20 }, (_, i) => (i % 2 ? world.a : world.b));
    const found = await Promise.all(
      sides.map(({ tenantId, ownerId }) =>
        opened.bind({ tenantId, personId: ownerId }).db.tenant.findUnique({ where: { id: tenantId }, select: { slug: true } }),
      ),
    );
    expect(found).toEqual(sides.map(({ slug }) => ({ slug })));
    await opened.close();
  });
});
