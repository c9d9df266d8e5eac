import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapter, SqlQuery } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { uuidv7 as uuid } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { PrismaAdapter, runPrismaOn } from '../../../src/database/driver/prisma-adapter.ts';
import { PrismaClient } from '../../../src/generated/prisma/client.ts';
import { useDatabase } from '../../support/database.ts';
import { useWorld } from '../../support/isolation/isolation.ts';
import { prismaAs } from '../../support/query-as.ts';

const database = useDatabase();
const world = useWorld(database);
let pool: ConnectionPool;
let adminPool: ConnectionPool;
let plainPool: pg.Pool;
let ours: SqlDriverAdapter;
let stock: SqlDriverAdapter;
let prisma: PrismaClient;
const binding = () => ({ tenantId: world.a.tenantId, personId: world.a.ownerId });
beforeAll(async () => {
  pool = new ConnectionPool({ connectionString: database.runtimeUrl, max: 2, naming: true });
  adminPool = new ConnectionPool({ connectionString: database.adminUrl, max: 1 });
  plainPool = new pg.Pool({ connectionString: database.adminUrl, max: 1 });
  ours = await new PrismaAdapter().connect();
  stock = await new PrismaPg(plainPool).connect();
  prisma = new PrismaClient({ adapter: new PrismaAdapter() });
});
afterAll(async () => {
  await prisma?.$disconnect();
  for (const adapter of [ours, stock]) await adapter?.dispose();
  for (const each of [pool, adminPool, plainPool]) await each?.end();
});

/** What an adapter returns, or its error. */
const outcome = (work: () => Promise<unknown>) =>
  work().then(
    result => ({ result }),
    error => ({ error: error.name, cause: error.cause }),
  );
const both = async (query: SqlQuery, method: 'queryRaw' | 'executeRaw' = 'queryRaw') => [
  await outcome(() => prismaAs<unknown>(adminPool, binding(), () => ours[method](query))),
  await outcome(() => stock[method](query)),
];
const plain = (sql: string): SqlQuery => ({ sql, args: [], argTypes: [] });

describe("as Prisma's own adapter", () => {
  // biome-ignore format: a table is read by its columns
  test.each([
    ['numbers',           "SELECT 1::int2 AS a, 2::int4 AS b, 9007199254740993::int8 AS c, 1.10::numeric AS d, 0.1::float8 AS e, 'NaN'::float4 AS f"],
    ['texts',             "SELECT 'a' AS a, 'b'::varchar AS b, 'c'::char(3) AS c, 'd'::name AS d, 'e'::\"char\" AS e"],
    ['times',             "SELECT '2026-01-02 03:04:05.678'::timestamp AS a, '2026-01-02 03:04:05.678+02'::timestamptz AS b, '2026-01-02'::date AS c, '03:04'::time AS d, '03:04+01'::timetz AS e"],
    ['times far away',    "SELECT 'infinity'::timestamptz AS a, '0044-03-15 BC'::date AS b"],
    ['documents',         "SELECT '{\"a\":[1,null]}'::jsonb AS a, '[\"b\"]'::json AS b, 'null'::jsonb AS c"],
    ['other scalars',     "SELECT true AS a, '\\xdeadbeef'::bytea AS b, gen_random_uuid() IS NULL AS c, '1.2.3.4'::inet AS d, B'101' AS e, '1'::oid AS f"],
    ['lists',             "SELECT '{1,NULL}'::int[] AS a, '{a,\"b,c\"}'::text[] AS b, '{2026-01-02}'::timestamptz[] AS c, '{1.5}'::numeric[] AS d, '{t,f}'::bool[] AS e"],
    ['nulls',             'SELECT NULL::int AS a, NULL::text AS b, NULL::timestamptz AS c, NULL::jsonb AS d'],
    ['an unknown type',   "SELECT '(1,2)'::point AS a"],
    ['no rows',           'SELECT 1 AS a WHERE false'],
    ['no columns',        'SELECT'],
    ['a wrong text',      'SELEKT'],
    ['no such table',     'SELECT * FROM nowhere'],
    ['no such column',    'SELECT "no column" FROM plan'],
    ['no uuid',           "SELECT 'x'::uuid"],
    ['too big',           'SELECT 300000000000::int4'],
    ['by zero',           'SELECT 1/0'],
    ['a raised conflict', "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"],
    ['a raised error',    "DO $$ BEGIN RAISE EXCEPTION 'no' USING HINT = 'never', DETAIL = 'at all'; END $$"],
  ])('returns the same types, values and errors for %s', async (_what, sql) => {
    const [one, other] = await both(plain(sql));
    expect(one).toEqual(other);
  });

  const scalar = (scalarType: SqlQuery['argTypes'][number]['scalarType'], dbType?: string): SqlQuery['argTypes'][number] => ({
    scalarType,
    arity: 'scalar',
    ...(dbType && { dbType }),
  });
  // biome-ignore format: a table is read by its columns
  test.each<[string, string, SqlQuery['args'], SqlQuery['argTypes']]>([
    ['a time',    'SELECT $1::timestamptz AS a',  ['2026-01-02T03:04:05.678Z'], [scalar('datetime')]],
    ['a date',    'SELECT $1::date AS a',         ['2026-01-02T03:04:05.678Z'], [scalar('datetime', 'DATE')]],
    ['bytes',     'SELECT $1::bytea AS a',        ['3q2+7w=='],                 [scalar('bytes')]],
    ['a bigint',  'SELECT $1::int8 AS a',         [9007199254740993n],          [scalar('bigint')]],
    ['a decimal', 'SELECT $1::numeric AS a',      ['1.10'],                     [scalar('decimal')]],
    ['JSON',      'SELECT $1::jsonb AS a',        ['{"a":1}'],                  [scalar('json')]],
    ['a list',    'SELECT $1::text[] AS a',       [['a', 'b,c']],               [{ scalarType: 'string', arity: 'list' }]],
    ['a null',    'SELECT $1::text AS a',         [null],                       [scalar('string')]],
    ['no uuid',   'SELECT $1::uuid AS a',         ['x'],                        [scalar('uuid')]],
  ])('sends %s the same', async (_what, sql, args, argTypes) => {
    const [one, other] = await both({ sql, args, argTypes });
    expect(one).toEqual(other);
  });

  test.each([
    [
      'a key that exists',
      (id: string) =>
        `INSERT INTO membership (tenant_id, id, person_id, roles) SELECT tenant_id, id, person_id, roles FROM membership WHERE id = '${id}'`,
    ],
    ['a null where there must be none', (id: string) => `UPDATE membership SET roles = NULL WHERE id = '${id}'`],
    ['a value that a check refuses', (id: string) => `UPDATE membership SET roles = '{emperor}' WHERE id = '${id}'`],
    ['nothing', () => 'UPDATE membership SET roles = roles WHERE false'],
  ])('reports a write of %s the same', async (_what, sql) => {
    const [one, other] = await both(plain(sql(world.a.membershipId)), 'executeRaw');
    expect(one).toEqual(other);
  });
});

describe('T6: the binding of a Prisma statement', () => {
  test('is that of the call, however many are under way', async () => {
    const sides = Array.from({ length: 30 }, (_, i) => (i % 2 ? world.a : world.b));
    const found = await Promise.all(
      sides.map(({ tenantId, ownerId }) => prismaAs(pool, { tenantId, personId: ownerId }, () => prisma.tenant.findFirst())),
    );
    expect(found.map(tenant => tenant?.id)).toEqual(sides.map(({ tenantId }) => tenantId));
  });

  test('is that of the first of several findUnique in one tick, which is why none is left as such', async () => {
    const [first, second] = await Promise.all(
      [world.a, world.b].map(({ tenantId, ownerId }) =>
        prismaAs(pool, { tenantId, personId: ownerId }, () => prisma.tenant.findUnique({ where: { id: tenantId } })),
      ),
    );
    expect([first?.id, second]).toEqual([world.a.tenantId, null]);
  });

  test('is needed: a statement without one throws', async () => {
    await expect(prisma.tenant.findFirst()).rejects.toThrow('Prisma may only run statements within runPrismaOn');
  });
});

describe('a transaction of Prisma', () => {
  const name = async () => (await database.sql('SELECT name FROM tenant WHERE tenant_id = $1', [world.a.tenantId]))[0]!.name;

  test('commits as a whole, bound', async () => {
    const seen = await prismaAs(pool, binding(), () =>
      prisma.$transaction(async tx => {
        await tx.tenant.updateMany({ data: { name: 'Twice' } });
        return tx.tenant.findMany({ select: { id: true, name: true } });
      }),
    );
    expect(seen).toEqual([{ id: world.a.tenantId, name: 'Twice' }]);
    expect(await name()).toBe('Twice');
    expect(pool.idleCount).toBe(pool.totalCount);
  });

  test('rolls back when its work throws, and when a statement fails', async () => {
    const before = await name();
    for (const statement of ['SELECT 1', 'SELECT 1/0']) {
      const failed = prismaAs(pool, binding(), () =>
        prisma.$transaction(async tx => {
          await tx.tenant.updateMany({ data: { name: 'Lost' } });
          await tx.$queryRawUnsafe(statement);
          throw new Error('thrown');
        }),
      );
      await expect(failed).rejects.toThrow();
      expect(await name()).toBe(before);
      expect(pool.idleCount).toBe(pool.totalCount);
    }
  });

  test('sets no isolation level', async () => {
    const leveled = prismaAs(pool, binding(), () => prisma.$transaction(tx => tx.tenant.count(), { isolationLevel: 'Serializable' }));
    await expect(leveled).rejects.toThrow('isolation levels are not supported');
  });

  test('begins on the target in force', async () => {
    const id = uuid();
    const target = { query: () => Promise.reject(new Error('not this')), begin: () => Promise.reject(new Error(id)) };
    await expect(runPrismaOn(target, () => prisma.$transaction(tx => tx.tenant.count()))).rejects.toThrow(id);
  });
});
