import { afterEach, describe, expect, test } from 'vitest';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { nameOf } from '../../../src/database/driver/prepared-statements.ts';
import { StatementNames } from '../../../src/database/driver/statement-names.ts';
import { openDatabase } from '../../../src/database/index.ts';
import { bindingPrelude } from '../../../src/database/tenancy/binding.ts';
import { useDatabase } from '../../support/database.ts';
import { useWorld, type World } from '../../support/isolation/isolation.ts';
import { hasPgBouncer, startPgBouncer } from '../../support/isolation/pgbouncer.ts';

const database = useDatabase();
const world = useWorld(database);
const pools: ConnectionPool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.end();
});

const open = ({ url = database.runtimeUrl, max = 1, naming = true } = {}) => {
  const pool = new ConnectionPool({ connectionString: url, max, naming });
  pools.push(pool);
  return pool;
};
const binding = () => ({ tenantId: world.a.tenantId, personId: world.a.ownerId });
const ask = async (pool: ConnectionPool, text: string, values: unknown[] = []) =>
  (await pool.query({ name: nameOf(text), text, values }, bindingPrelude(binding()))).rows;
const held = async (pool: ConnectionPool) =>
  (await pool.query({ text: 'SELECT name, statement FROM pg_prepared_statements' })).rows as { name: string; statement: string }[];

describe('a statement with a name', () => {
  test('is prepared once, with its prelude, and returns what it returns without', async () => {
    const pool = open();
    for (let i = 0; i < 3; i++)
      expect(await ask(pool, 'SELECT name, $1::int AS n FROM tenant', [i])).toEqual([{ name: world.a.name, n: i }]);
    const statements = (await held(pool)).map(({ statement }) => statement);
    expect(statements.sort()).toEqual([
      'SELECT name, $1::int AS n FROM tenant',
      "SELECT set_config('app.tenant_id', $1, true), set_config('app.person_id', $2, true)",
    ]);
  });

  test('is not prepared where names are not used', async () => {
    const pool = open({ naming: false });
    expect(await ask(pool, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    expect(await held(pool)).toEqual([]);
  });

  test('is one of at most 64 of a connection: the least recently used one is closed', async () => {
    const pool = open();
    const text = (i: number) => `SELECT ${i} AS n`;
    for (let i = 0; i < 200; i++) {
      expect(await ask(pool, text(i))).toEqual([{ n: i }]);
      await ask(pool, text(0));
    }
    const statements = (await held(pool)).map(({ statement }) => statement);
    expect(statements).toHaveLength(64);
    expect(statements).toContain(text(0));
    expect(statements).toContain(text(199));
    expect(statements).not.toContain(text(1));
    expect(await ask(pool, text(1))).toEqual([{ n: 1 }]);
  });

  test.each([
    ['in its text', 'SELEKT $1::text', '42601'],
    ['in its parameters', 'SELECT $1::uuid', '22P02'],
    ['when it runs', 'SELECT 1 / length($1::text)', '22012'],
  ])('that fails %s fails alone, each time, and keeps its connection', async (_where, text, code) => {
    const pool = open();
    const pid = async () => (await ask(pool, 'SELECT pg_backend_pid() AS pid'))[0].pid;
    const before = await pid();
    for (let i = 0; i < 3; i++) {
      await expect(ask(pool, text, [''])).rejects.toMatchObject({ code });
      expect(await ask(pool, 'SELECT name FROM tenant')).toEqual([{ name: world.a.name }]);
    }
    expect(await pid()).toBe(before);
    expect(pool.naming).toBe(true);
  });

  test('survives a connection that breaks', async () => {
    const pool = open();
    await ask(pool, 'SELECT name FROM tenant');
    await expect(ask(pool, 'SELECT pg_terminate_backend(pg_backend_pid())')).rejects.toThrow();
    expect(await ask(pool, 'SELECT name FROM tenant')).toEqual([{ name: world.a.name }]);
  });

  test('survives a change of its table', async () => {
    const pool = open();
    const text = 'SELECT row_to_json(t) AS t FROM (SELECT name FROM tenant) t';
    await ask(pool, text);
    await database.sql('ALTER TABLE tenant ADD COLUMN more text');
    expect(await ask(pool, text)).toEqual([{ t: { name: world.a.name } }]);
    await database.sql('ALTER TABLE tenant DROP COLUMN more');
    expect(await ask(pool, text)).toEqual([{ t: { name: world.a.name } }]);
  });

  test('runs again without its name where the server forgot it, and names are used no more', async () => {
    const pool = open();
    await ask(pool, 'SELECT name FROM tenant');
    await pool.query({ text: 'DEALLOCATE ALL' });
    expect(await ask(pool, 'SELECT name FROM tenant')).toEqual([{ name: world.a.name }]);
    expect(pool.naming).toBe(false);
    await ask(pool, 'SELECT slug FROM tenant');
    expect(await held(pool)).toEqual([]);
  });

  test('that writes writes once, though it runs again', async () => {
    const pool = open();
    const text = "UPDATE tenant SET name = name || '!' RETURNING name";
    expect(await ask(pool, text)).toEqual([{ name: `${world.a.name}!` }]);
    await pool.query({ text: 'DEALLOCATE ALL' });
    expect(await ask(pool, text)).toEqual([{ name: `${world.a.name}!!` }]);
    await database.sql('UPDATE tenant SET name = $1 WHERE tenant_id = $2', [world.a.name, world.a.tenantId]);
  });
});

describe('names', () => {
  test('are given to texts that come a second time', () => {
    const names = new StatementNames();
    expect([names.of('a'), names.of('b'), names.of('a'), names.of('a')]).toEqual([undefined, undefined, nameOf('a'), nameOf('a')]);
  });

  test('are cached for a bounded number of texts, the most recently used', () => {
    const names = new StatementNames(10);
    names.of('often');
    for (let i = 0; i < 1_000; i++) {
      names.of(`once ${i}`);
      expect(names.of('often')).toBe(nameOf('often'));
    }
    expect(names.size).toBeGreaterThan(1);
    expect(names.size).toBeLessThanOrEqual(10);
    for (const forgotten of ['once 1', 'once 980']) expect(names.of(forgotten)).toBeUndefined();
  });

  test('differ where texts differ, and fit into the limit of PostgreSQL', () => {
    const all = Array.from({ length: 1_000 }, (_, i) => nameOf(`SELECT ${i}`));
    expect(new Set(all).size).toBe(1_000);
    for (const name of all) expect(name).toMatch(/^r_[\w-]{24}$/);
  });
});

describe.skipIf(!hasPgBouncer())('behind a PgBouncer in transaction mode, whether or not it follows prepared statements', () => {
  test('many readers on many connections each find their own rows', async () => {
    const bouncer = await startPgBouncer(database.runtimeUrl, { connections: 2 });
    const opened = openDatabase(bouncer.url, { poolSize: 8 });
    try {
      const sides = Array.from({ length: 120 }, (_, i) => (i % 2 ? world.a : world.b));
      const read = ({ tenantId, ownerId }: World['a'], i: number) =>
        opened.bind({ tenantId, personId: ownerId }).db.tenant.findMany({ select: i % 3 ? { name: true } : { name: true, slug: true } });
      const answers = await Promise.all(sides.map(read));
      expect(answers).toEqual(sides.map(({ name, slug }, i) => [i % 3 ? { name } : { name, slug }]));
    } finally {
      await opened.close();
      await bouncer.stop();
    }
  });
});
