import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { PrismaAdapter, runPrismaOn } from '../../../src/database/driver/prisma-adapter.ts';
import type { TenantClient } from '../../../src/database/sql/data-model.ts';
import type { Binding } from '../../../src/database/tenancy/binding.ts';
import { PrismaClient } from '../../../src/generated/prisma/client.ts';
import { useDatabase } from '../../support/database.ts';
import {
  absent,
  createWorld,
  outcome,
  restoreRows,
  rowsOf,
  rowsOfOther,
  secretsIn,
  type World,
} from '../../support/isolation/isolation.ts';
import { LIFE_WRITES } from '../../support/isolation/lifecycle-writes.ts';
import { MARKET_CURSORS, MARKET_READS } from '../../support/isolation/market-reads.ts';
import { MARKET_AGGREGATES } from '../../support/isolation/market-sums.ts';
import { BUYER_WRITES, SELLER_WRITES } from '../../support/isolation/market-writes.ts';
import { CURSORS, PERSON_CURSORS, READS, type Trial } from '../../support/isolation/reads.ts';
import { AGGREGATES } from '../../support/isolation/sums.ts';
import { WRITES } from '../../support/isolation/writes.ts';
import { NOBODY, prismaAs, queryAs } from '../../support/query-as.ts';
import { unscoped } from '../../support/unscoped.ts';

/**
 * The database's wall alone: a plain client that narrows nothing, under the gateway's role, and
 * under one that may do everything but change the tables, so that it is the policies that hold and
 * not the want of a privilege (SPEC T6).
 */
const database = useDatabase();
let world: World;
const { prefix, runtime } = inject('cluster');
const almighty = { name: `${prefix}_almighty`, password: runtime.password };

const open = (role: { name: string; password: string }) => {
  const url = Object.assign(new URL(database.adminUrl), { username: role.name, password: role.password }).href;
  const pool = new ConnectionPool({ connectionString: url, max: 3, naming: true });
  const prisma = new PrismaClient({ adapter: new PrismaAdapter(), errorFormat: 'minimal' });
  return { url, pool, prisma, singly: unscoped(prisma) };
};
const opened: ReturnType<typeof open>[] = [];

beforeAll(async () => {
  await database.sql(`CREATE ROLE ${almighty.name} LOGIN NOBYPASSRLS NOSUPERUSER PASSWORD '${almighty.password}'`);
  await database.sql(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${almighty.name}`);
  world = await createWorld(database);
  opened.push(open(runtime), open(almighty));
});
afterAll(async () => {
  for (const { prisma, pool } of opened) {
    await prisma.$disconnect();
    await pool.end();
  }
  await database?.sql(`DROP OWNED BY ${almighty.name}`);
  await database?.sql(`DROP ROLE ${almighty.name}`);
});

type Mode = 'by one statement' | "by Prisma's" | 'in a transaction';
const run = (role: number, binding: Binding, mode: Mode, ask: (db: TenantClient) => Promise<unknown>) => {
  const { pool, prisma, singly } = opened[role]!;
  if (mode === 'in a transaction') return prismaAs(pool, binding, () => prisma.$transaction(tx => ask(tx)));
  return prismaAs(pool, binding, () => ask(mode === 'by one statement' ? singly : prisma));
};

const ROLES = ["the gateway's role", 'a role with every privilege'].map((name, role) => ({ name, role }));
const CASES = ROLES.flatMap(({ name, role }) =>
  (['a', 'b'] as const).flatMap(side =>
    (['by one statement', "by Prisma's", 'in a transaction'] as const).map(mode => ({ name, role, side, mode })),
  ),
);

describe.each(CASES)('$name bound to tenant $side, $mode', ({ role, side, mode }) => {
  const sides = () => ({ own: world[side], other: world[side === 'a' ? 'b' : 'a'] });
  const ask = (trial: (db: TenantClient) => Promise<unknown>) => {
    const { tenantId, ownerId } = sides().own;
    return run(role, { tenantId, personId: ownerId }, mode, trial);
  };
  const both = async (trial: Trial) => {
    const { own, other } = sides();
    const told = (target: typeof other | ReturnType<typeof absent>) => outcome(() => ask(db => trial(db, target, own)), target);
    const foreign = await told(other);
    expect(secretsIn(foreign, other)).toEqual([]);
    return { foreign, none: () => told(absent()) };
  };

  test.each([...READS, ...MARKET_READS])('returns for "%s" the same as for rows that do not exist', async (_name, expected, trial) => {
    const { foreign, none } = await both(trial);
    expect(foreign).toBe(await none());
    expect(foreign).toBe(JSON.stringify({ value: expected }));
  });

  test.each(PERSON_CURSORS)('finds nothing at a cursor %s', async (_name, trial) => {
    const { foreign, none } = await both(trial);
    expect(foreign).toBe(await none());
    expect(foreign).toBe('{"value":[]}');
  });

  test.each([...CURSORS, ...MARKET_CURSORS])(
    'finds at a cursor into the other, of %s, what it finds at one that does not exist',
    async (_name, trial) => {
      const { foreign, none } = await both(trial);
      expect(foreign).toBe(await none());
    },
  );

  test.each([...AGGREGATES, ...MARKET_AGGREGATES])('sums in "%s" its own rows alone', async (_name, expected, sum) => {
    const found = await ask(sum);
    expect(found).toEqual(expected);
    expect(secretsIn(JSON.stringify(found), sides().other)).toEqual([]);
  });

  test('changes no row by reading', async () => {
    expect(await rowsOf(database)).toEqual(world.rows);
  });

  test.each([...WRITES, ...LIFE_WRITES, ...SELLER_WRITES, ...BUYER_WRITES])(
    'changes nothing of the other by "%s"',
    async (_name, _verdict, trial) => {
      try {
        const { foreign, none } = await both(trial);
        const { other } = sides();
        const rows = await rowsOf(database);
        expect(rowsOfOther(rows, other)).toEqual(rowsOfOther(world.rows, other));
        await restoreRows(database, world.rows, rows);
        expect(foreign).toBe(await none());
      } finally {
        await restoreRows(database, world.rows);
      }
    },
  );
});

describe.each(ROLES)('$name without a binding', ({ role }) => {
  test('sees no row of a tenant, no person and no slug', async () => {
    const counts = (db: TenantClient) => Promise.all([db.tenant.count(), db.membership.count(), db.user.count(), db.plan.count()]);
    expect(await run(role, NOBODY, 'by one statement', counts)).toEqual([0, 0, 0, 4]);
    const { pool, prisma } = opened[role]!;
    const unbound = { query: pool.query.bind(pool), begin: () => Promise.reject(new Error('not a read')) };
    expect(await runPrismaOn(unbound, () => counts(prisma))).toEqual([0, 0, 0, 4]);
  });

  test('sees the bound person alone, in no tenant', async () => {
    const people = await run(role, { tenantId: null, personId: world.shared.id }, 'by one statement', db =>
      db.user.findMany({ select: { id: true, memberships: true } }),
    );
    expect(people).toEqual([{ id: world.shared.id, memberships: [] }]);
  });

  test('cannot bind a text that is no id', async () => {
    const client = new pg.Client({ connectionString: opened[role]!.url });
    await client.connect();
    try {
      for (const text of ['*', '%', "' OR true --"])
        await expect(
          client.query(`BEGIN; SELECT set_config('app.tenant_id', '${text.replaceAll("'", "''")}', true); SELECT count(*) FROM tenant`),
        )
          .rejects.toMatchObject({ code: '22P02' })
          .finally(() => client.query('ROLLBACK'));
    } finally {
      await client.end();
    }
  });
});

test('a role with every privilege reads no slug of any tenant and writes no person', async () => {
  const { pool } = opened[1]!;
  const binding = { tenantId: world.a.tenantId, personId: world.a.ownerId };
  expect((await queryAs(pool, binding, 'SELECT * FROM slug_claim')).rows).toEqual([]);
  expect((await queryAs(pool, binding, "UPDATE person SET name = 'x'")).rowCount).toBe(0);
  expect((await queryAs(pool, binding, 'DELETE FROM person')).rowCount).toBe(0);
  await expect(queryAs(pool, binding, "INSERT INTO slug_claim VALUES ('x', gen_random_uuid())")).rejects.toMatchObject({
    code: '42501',
  });
});
