import { uuidv7 as uuid } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BoundWork } from '../../../src/database/bound-work.ts';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import type { UnitOfWork } from '../../../src/database/index.ts';
import { type Source, sourceOn } from '../../../src/database/source.ts';
import type { TenantClient } from '../../../src/database/sql/data-model.ts';
import { useDatabase } from '../../support/database.ts';
import {
  absent,
  createWorld,
  outcome,
  restoreRows,
  rowsOf,
  rowsOfOther,
  type Side,
  secretsIn,
  type World,
} from '../../support/isolation/isolation.ts';
import { LIFE_WRITES } from '../../support/isolation/lifecycle-writes.ts';
import { MARKET_CURSORS, MARKET_READS } from '../../support/isolation/market-reads.ts';
import { MARKET_AGGREGATES } from '../../support/isolation/market-sums.ts';
import { BUYER_WRITES, SELLER_WRITES } from '../../support/isolation/market-writes.ts';
import { CURSORS, PERSON_CURSORS, READS, type Trial } from '../../support/isolation/reads.ts';
import { AGGREGATES } from '../../support/isolation/sums.ts';
import { type Verdict, WRITES } from '../../support/isolation/writes.ts';
import { NOBODY, prismaAs } from '../../support/query-as.ts';

/** The client's wall alone: the connection is a superuser's, whom no policy holds (SPEC T6). */
const database = useDatabase();
let pool: ConnectionPool;
let sources: { singly: Source; prismas: Source };
let world: World;
beforeAll(async () => {
  pool = new ConnectionPool({ connectionString: database.adminUrl, max: 3 });
  sources = { singly: sourceOn(pool), prismas: sourceOn(pool, { singly: false }) };
  world = await createWorld(database);
});
afterAll(async () => {
  for (const { prisma } of Object.values(sources ?? {})) await prisma.$disconnect();
  await pool?.end();
});

const MODES = ['by one statement', "by Prisma's", 'in a transaction', "in a transaction, by Prisma's"] as const;
type Mode = (typeof MODES)[number];
type Work = (db: TenantClient) => Promise<unknown>;
const run = (side: Pick<Side, 'tenantId' | 'ownerId'>, mode: Mode, ask: Work) => {
  const work = unitOf(side, mode);
  return mode.startsWith('in a transaction') ? work.transaction(({ db }) => ask(db)) : ask(work.db as TenantClient);
};
const unitOf = ({ tenantId, ownerId }: Pick<Side, 'tenantId' | 'ownerId'>, mode: Mode): UnitOfWork =>
  new BoundWork(mode.endsWith("by Prisma's") ? sources.prismas : sources.singly, { tenantId, personId: ownerId });

const VERDICTS: Readonly<Record<Verdict, RegExp>> = {
  refused: /^{"error":\["IsolationError"/,
  nothing: /^({"value":({"count":0}|\[\])}|{"error":\["PrismaClientKnownRequestError","P2025")/,
  own: /^({"value":(\[{|{"count":[12]})|{"error":\["PrismaClientKnownRequestError","P2002"|{"error":\["error","23505")/,
  keyless: /^{"error":\["(PrismaClientKnownRequestError","P2003|error","23503)"/,
};

const SIDES = (['a', 'b'] as const).flatMap(side => MODES.map(mode => ({ side, mode })));

test('without scoping, the same connection sees and counts both tenants', async () => {
  expect(await prismaAs(pool, NOBODY, () => sources.prismas.prisma.tenant.count())).toBe(2);
  expect(await prismaAs(pool, NOBODY, () => sources.prismas.prisma.membership.count())).toBe(6);
});

describe.each(SIDES)('the client of tenant $side, $mode', ({ side, mode }) => {
  const sides = () => ({ own: world[side], other: world[side === 'a' ? 'b' : 'a'] });
  const both = async (trial: Trial) => {
    const { own, other } = sides();
    const answers = [other, absent()].map(target => () => outcome(() => run(own, mode, db => trial(db, target, own)), target));
    const foreign = await answers[0]!();
    return { foreign, none: answers[1]!, own, other };
  };

  test.each([...READS, ...MARKET_READS])('returns for "%s" the same as for rows that do not exist', async (_name, expected, trial) => {
    const { foreign, none, other } = await both(trial);
    expect(foreign).toBe(await none());
    expect(foreign).toBe(JSON.stringify({ value: expected }));
    expect(secretsIn(foreign, other)).toEqual([]);
  });

  test.each([...CURSORS, ...MARKET_CURSORS])(
    'finds at a cursor into the other, of %s, what it finds at one that does not exist',
    async (_name, trial) => {
      const { foreign, none, other } = await both(trial);
      expect(foreign).toBe(await none());
      expect(secretsIn(foreign, other)).toEqual([]);
    },
  );

  test.each([...AGGREGATES, ...MARKET_AGGREGATES])('sums in "%s" its own rows alone', async (_name, expected, sum) => {
    const { own, other } = sides();
    const found = await run(own, mode, sum);
    expect(found).toEqual(expected);
    expect(secretsIn(JSON.stringify(found), other)).toEqual([]);
  });

  test('changes no row by reading', async () => {
    expect(await rowsOf(database)).toEqual(world.rows);
  });

  test.each([...WRITES, ...LIFE_WRITES, ...SELLER_WRITES, ...BUYER_WRITES])(
    'changes nothing of the other by "%s"',
    async (_name, verdict, trial) => {
      try {
        const { foreign, none, other } = await both(trial);
        expect(foreign).toMatch(VERDICTS[verdict]);
        expect(secretsIn(foreign, other)).toEqual([]);
        const rows = await rowsOf(database);
        expect(rowsOfOther(rows, other)).toEqual(rowsOfOther(world.rows, other));
        await restoreRows(database, world.rows, rows);
        expect(foreign).toBe(await none());
      } finally {
        await restoreRows(database, world.rows);
      }
    },
  );

  test.each(PERSON_CURSORS)('refuses a cursor at a person %s', async (_name, trial) => {
    const { own, other } = sides();
    await expect(run(own, mode, db => trial(db, other, own))).rejects.toThrow('a cursor of User would look across tenants');
  });

  test('refuses an order that would count across tenants', async () => {
    const orders: readonly Work[] = [
      db => db.user.findMany({ orderBy: { memberships: { _count: 'desc' } } }),
      db => db.plan.findMany({ orderBy: [{ name: 'asc' }, { tenants: { _count: 'desc' } }] }),
      db => db.membership.findMany({ orderBy: { user: { memberships: { _count: 'asc' } } } }),
      db => db.membership.findMany({ orderBy: { tenant: { plan: { tenants: { _count: 'asc' } } } } }),
      db => db.tenant.findMany({ include: { memberships: { orderBy: { user: { memberships: { _count: 'asc' } } } } } }),
      db => db.plan.findMany({ select: { tenants: { orderBy: [{ plan: { tenants: { _count: 'asc' } } }] } } }),
    ];
    for (const order of orders)
      await expect(run(sides().own, mode, order)).rejects.toMatchObject({
        name: 'IsolationError',
        message: expect.stringContaining('would count across tenants'),
      });
  });

  test('writes a new row into its own tenant, even if the data names none', async () => {
    const { own } = sides();
    const newcomer = { tenantId: own.tenantId, ownerId: world.stranger.id };
    const created = await run(newcomer, mode, db => db.membership.create({ data: { userId: world.stranger.id, roles: ['viewer'] } }));
    expect(created).toMatchObject({ tenantId: own.tenantId, userId: world.stranger.id });
    await restoreRows(database, world.rows);
    await run(newcomer, mode, db =>
      db.membership.createMany({ data: [{ tenantId: own.tenantId, userId: world.stranger.id, roles: ['viewer'] }] }),
    );
    const rows = await database.sql('SELECT tenant_id AS "tenantId" FROM membership WHERE person_id = $1', [world.stranger.id]);
    expect(rows).toEqual([{ tenantId: own.tenantId }]);
    await restoreRows(database, world.rows);
  });

  test('creates a membership for the bound person alone, whether or not the other exists', async () => {
    const { own } = sides();
    for (const userId of [world.stranger.id, uuid()])
      await expect(run(own, mode, db => db.membership.create({ data: { userId, roles: ['viewer'] } }))).rejects.toThrow(
        'a membership can only be created for the bound person',
      );
    expect(await rowsOf(database)).toEqual(world.rows);
  });
});
