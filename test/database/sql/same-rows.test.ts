import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BoundWork } from '../../../src/database/bound-work.ts';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { runPrismaOn, transactionTarget } from '../../../src/database/driver/prisma-adapter.ts';
import { inTransaction } from '../../../src/database/driver/run-transaction.ts';
import type { Transaction } from '../../../src/database/driver/transaction.ts';
import { type Source, sourceOn } from '../../../src/database/source.ts';
import { MODELS, type ModelName } from '../../../src/database/sql/data-model.ts';
import { fallbackReason, parseRows, type RunStatement } from '../../../src/database/sql/engine.ts';
import { tablesOf } from '../../../src/database/sql/tables.ts';
import { type Binding, bindingPrelude } from '../../../src/database/tenancy/binding.ts';
import { useDatabase } from '../../support/database.ts';
import { useWorld } from '../../support/isolation/isolation.ts';
import { NOBODY, prismaAs } from '../../support/query-as.ts';
import type { Known, RandomRead } from '../../support/random-reads.ts';
import { randomWrite } from '../../support/random-writes.ts';

/**
 * Random writes of every model, by one statement and by Prisma alone, each in a transaction that is
 * rolled back: the answers are the same, or the errors, and so is the table after. A failure prints
 * its seed; `READ_RUNS=5000` runs longer.
 */
const RUNS = Number(process.env.READ_RUNS ?? 400);
const database = useDatabase();
const world = useWorld(database);
let pools: ConnectionPool[];
let past: { singly: Source; prismas: Source };
let behind: { singly: Source; prismas: Source };
let tables: ReturnType<typeof tablesOf>;
let known: Known;
beforeAll(async () => {
  const sources = (connectionString: string) => {
    const pool = new ConnectionPool({ connectionString, max: 2, naming: true });
    pools.push(pool);
    return { singly: sourceOn(pool), prismas: sourceOn(pool, { singly: false }) };
  };
  pools = [];
  past = sources(database.adminUrl);
  behind = sources(database.runtimeUrl);
  tables = tablesOf(past.singly.prisma);
  known = Object.fromEntries(
    await Promise.all(
      Object.entries(MODELS).map(async ([model, name]) => [
        model,
        await prismaAs(pools[0]!, NOBODY, () => delegateOf(past.singly.prisma, name).findMany!({})),
      ]),
    ),
  );
});
afterAll(async () => {
  for (const { prisma } of [past, behind].filter(Boolean).flatMap(Object.values<Source>)) await prisma.$disconnect();
  for (const pool of pools ?? []) await pool.end();
});

type Delegate = Record<string, (args: unknown) => Promise<unknown>>;
const delegateOf = (client: object, name: string) => (client as Record<string, Delegate>)[name]!;

type Cause = { originalCode?: string; code?: string; constraint?: { index?: string; fields?: readonly string[] } };
type Failure = Error & { code?: string; constraint?: string; column?: string; meta?: { driverAdapterError?: { cause?: Cause } } };

/**
 * An error: PostgreSQL's by its code and constraint, whether Prisma wrapped it or not. Bad
 * arguments are refused by either, in different words.
 */
function failure(error: Failure) {
  const cause: Cause | undefined = error instanceof pg.DatabaseError ? undefined : error.meta?.driverAdapterError?.cause;
  const code = cause?.originalCode ?? cause?.code ?? error.code;
  if (fallbackReason({ code }) || error.name === 'PrismaClientValidationError') return { error: 'refused' };
  if (cause) return { error: ['PostgreSQL', code, cause.constraint?.index] };
  if (!(error instanceof pg.DatabaseError)) return { error: [error.constructor.name, code, error.message, error.meta] };
  return { error: ['PostgreSQL', code, ['23001', '23503', '23505'].includes(code ?? '') ? error.constraint : undefined] };
}

class Undo extends Error {}

/** What came of a write, and the table after it; nothing of it stays. */
async function outcome(run: (work: (write: () => Promise<unknown>, table: () => Promise<unknown>) => Promise<void>) => Promise<unknown>) {
  let came: object = {};
  await run(async (write, table) => {
    came = await write().then(
      answer => ({ answer, keys: JSON.stringify(answer, (_key, value) => (typeof value === 'bigint' ? `${value}n` : value)) }),
      error => failure(error as Failure),
    );
    if ('answer' in came) came = { ...came, after: await table() };
    throw new Undo();
  }).catch(error => {
    if (!(error instanceof Undo)) throw error;
  });
  return came;
}

const rowsOf = (model: string) => `SELECT t::text AS row FROM ${tables.get(model)!.sql} AS t ORDER BY 1`;

/** Without a wall: what is asked is what the statement says. */
const pastWalls = ({ pool, prisma, engine }: Source, { model, operation, args }: RandomRead) =>
  outcome(work =>
    inTransaction(
      pool,
      bindingPrelude(NOBODY),
      (transaction: Transaction) => {
        const target = transactionTarget(transaction);
        const prismas = () => runPrismaOn(target, () => delegateOf(prisma, MODELS[model as ModelName])[operation]!(args));
        const run: RunStatement = async statement => parseRows(await transaction.query({ ...statement, isText: true }));
        const read = engine?.({ run, inTransaction: true });
        return work(
          () => (read ? read(model, operation, args, prismas) : prismas()),
          async () => (await transaction.query({ text: rowsOf(model) })).rows,
        );
      },
      { timeout: 15_000 },
    ),
  );

const behindWalls = (source: Source, binding: Binding, { model, operation, args }: RandomRead) =>
  outcome(work =>
    new BoundWork(source, binding).transaction(({ db, query }) =>
      work(
        () => delegateOf(db, MODELS[model as ModelName])[operation]!(args),
        () => query(rowsOf(model), []).catch(() => 'not to be seen'),
      ),
    ),
  );

let changed = 0;
beforeEach(() => {
  changed = 0;
});

/** Alike in values, types, keys, the order of keys, and the rows after. */
function expectSame(one: object, other: object) {
  if ('answer' in one) changed += 1;
  if (!isDeepStrictEqual(one, other)) expect(one, 'by one statement, and by Prisma').toEqual(other);
  expect(isDeepStrictEqual(one, other)).toBe(true);
}

const writes = fc.gen().map(g => randomWrite(g, known));
const counted = ({ counts }: Source) => counts.all().filter(({ outcome: how }) => how === 'statement');
const sum = (of: readonly { count: number }[]) => of.reduce((total, { count }) => total + count, 0);

describe('one statement and Prisma alone', { timeout: 300_000 }, () => {
  test('write the same for any write of any model, without isolation', async () => {
    await fc.assert(
      fc.asyncProperty(writes, async write => {
        expectSame(await pastWalls(past.singly, write), await pastWalls(past.prismas, write));
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(changed).toBeGreaterThan(RUNS / 10);
    expect(sum(counted(past.singly))).toBeGreaterThan(RUNS / 12);
    expect(new Set(counted(past.singly).map(({ operation }) => operation)).size).toBeGreaterThan(4);
  });

  test.each([
    ['the database', () => behind],
    ['a superuser', () => past],
  ])("any write of a bound client's does the same, under the role of %s", async (_whose, sources) => {
    const { singly, prismas } = sources();
    const bindings = [
      { tenantId: world.a.tenantId, personId: world.a.ownerId },
      { tenantId: world.b.tenantId, personId: world.shared.id },
      { tenantId: world.a.tenantId, personId: null },
      NOBODY,
    ];
    await fc.assert(
      fc.asyncProperty(writes, fc.nat(bindings.length - 1), async (write, place) => {
        const binding = bindings[place]!;
        expectSame(await behindWalls(singly, binding, write), await behindWalls(prismas, binding, write));
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(changed).toBeGreaterThan(RUNS / 20);
    expect(sum(counted(singly))).toBeGreaterThan(RUNS / 50);
  });
});
