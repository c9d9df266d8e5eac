import { isDeepStrictEqual } from 'node:util';
import { PrismaPg } from '@prisma/adapter-pg';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BoundWork } from '../../../src/database/bound-work.ts';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { type Database, openDatabase } from '../../../src/database/index.ts';
import { sourceOn } from '../../../src/database/source.ts';
import { ReadCounts } from '../../../src/database/sql/counts.ts';
import { MODELS, type ModelName } from '../../../src/database/sql/data-model.ts';
import type { Engine } from '../../../src/database/sql/engine.ts';
import { PrismaClient } from '../../../src/generated/prisma/client.ts';
import { writeAwkwardRows } from '../../support/awkward-rows.ts';
import { useDatabase } from '../../support/database.ts';
import { useWorld } from '../../support/isolation/isolation.ts';
import { type Known, type RandomRead, randomRead } from '../../support/random-reads.ts';
import { readerOn } from '../../support/reader-on.ts';

/**
 * Random reads of every model, by one statement and by Prisma alone: the answers are the same, or
 * the errors. A failure prints its seed.
 */
const RUNS = Number(process.env.READ_RUNS ?? 400);
const database = useDatabase();
const world = useWorld(database);
let pool: pg.Pool;
let admins: ConnectionPool;
let prisma: PrismaClient;
let counts: ReadCounts;
let read: Engine;
let known: Known;
let databases: { singly: Database; prismas: Database };
beforeAll(async () => {
  await writeAwkwardRows(database);
  pool = new pg.Pool({ connectionString: database.adminUrl, max: 2 });
  admins = new ConnectionPool({ connectionString: database.adminUrl, max: 2 });
  prisma = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal' });
  counts = new ReadCounts();
  read = readerOn(prisma, { query: statement => pool.query(statement) }, counts);
  known = Object.fromEntries(
    await Promise.all(Object.entries(MODELS).map(async ([model, name]) => [model, await delegateOf(prisma, name).findMany!({})])),
  );
  databases = {
    singly: openDatabase(database.runtimeUrl, { poolSize: 2 }),
    prismas: openDatabase(database.runtimeUrl, { poolSize: 2, singly: false }),
  };
});
afterAll(async () => {
  for (const each of Object.values(databases ?? {})) await each.close();
  await prisma?.$disconnect();
  await pool?.end();
  await admins?.end();
});

type Delegate = Record<string, (args: unknown) => Promise<unknown>>;
const delegateOf = (client: object, name: string) => (client as Record<string, Delegate>)[name]!;

/**
 * An answer with its types, or an error with what it says. Of several values that the database
 * refuses Prisma tells one, by chance.
 */
const outcome = (ask: () => Promise<unknown>) =>
  ask().then(
    answer => ({ answer, text: text(answer) }),
    (error: Error & { code?: unknown; meta?: { driverAdapterError?: unknown } }) => ({
      error: [error.constructor.name, ...(error.meta?.driverAdapterError ? ['refused'] : [error.code, error.message, error.meta])],
    }),
  );

/** The keys in their order, which equality passes over. */
const text = (answer: unknown) => JSON.stringify(answer, (_key, value) => (typeof value === 'bigint' ? `${value}n` : value));

type Outcome = Awaited<ReturnType<typeof outcome>>;
let found = 0;
beforeEach(() => {
  found = 0;
});

/** Alike in values, types, keys, and the order of keys. */
function expectSame(one: Outcome, other: Outcome) {
  if ('text' in one && !['null', '[]', '0'].includes(one.text)) found += 1;
  if (!isDeepStrictEqual(one, other)) expect({ ...one }, 'by one statement, and by Prisma').toEqual({ ...other });
  expect(isDeepStrictEqual(one, other)).toBe(true);
}

const reads = fc.gen().map(g => randomRead(g, known));
const statements = () => counts.all().filter(({ outcome: how }) => how === 'statement');
const sum = (of: readonly { count: number }[]) => of.reduce((total, { count }) => total + count, 0);

describe('one statement and Prisma alone', { timeout: 300_000 }, () => {
  test('return the same for any read of any model, without isolation', async () => {
    await fc.assert(
      fc.asyncProperty(reads, async ({ model, operation, args }) => {
        const prismas = () => delegateOf(prisma, MODELS[model as ModelName])[operation]!(args);
        expectSame(await outcome(() => read(model, operation, args, prismas)), await outcome(prismas));
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(found).toBeGreaterThan(RUNS / 5);
    expect(sum(statements())).toBeGreaterThan(RUNS / 4);
  });

  test.for(Object.entries(MODELS))('return the same for every row of %s', async ([model, name]) => {
    const before = sum(statements());
    const prismas = () => delegateOf(prisma, name).findMany!({});
    expectSame(await outcome(() => read(model, 'findMany', {}, prismas)), await outcome(prismas));
    expect(sum(statements())).toBe(before + 1);
  });

  const bindings = () => [
    { tenantId: world.a.tenantId, personId: world.a.ownerId },
    { tenantId: world.b.tenantId, personId: world.shared.id },
    { tenantId: null, personId: world.shared.id },
    { tenantId: null, personId: null },
  ];
  const asked = (client: Pick<Database, 'bind'>, place: number, { model, operation, args }: RandomRead) =>
    outcome(() => delegateOf(client.bind(bindings()[place]!).db, MODELS[model as ModelName])[operation]!(args));

  test('return the same to a bound client, with both isolations', async () => {
    await fc.assert(
      fc.asyncProperty(reads, fc.nat(3), async (one, place) => {
        expectSame(await asked(databases.singly, place, one), await asked(databases.prismas, place, one));
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(found).toBeGreaterThan(RUNS / 10);
    expect(sum(databases.singly.reads().filter(({ outcome: how }) => how === 'statement'))).toBeGreaterThan(RUNS / 4);
    expect(databases.prismas.reads()).toEqual([]);
  });

  test("the same is answered to a bound client, on a superuser's connection", async () => {
    const clients = { singly: { bind: on(true) }, prismas: { bind: on(false) } };
    await fc.assert(
      fc.asyncProperty(reads, fc.nat(3), async (one, place) => {
        expectSame(await asked(clients.singly, place, one), await asked(clients.prismas, place, one));
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(found).toBeGreaterThan(RUNS / 10);
  });
  const on = (singly: boolean) => (binding: Parameters<Database['bind']>[0]) => new BoundWork(sourceOn(admins, { singly }), binding);
});
