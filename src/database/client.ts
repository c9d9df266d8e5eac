import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { v7 as uuid } from 'uuid';
import { PrismaClient } from '../generated/prisma/client.ts';
import { type Binding, bound } from './binding.ts';
import { boundModels, READS } from './bound-models.ts';
import { type Asked, BoundPool } from './bound-pool.ts';
import type { Companion } from './companion.ts';
import type { Ask } from './crossings.ts';
import { MODELS, type ModelName, type TenantClient } from './models.ts';
import { type ReadCount, ReadCounts } from './read/counts.ts';
import { Uncovered } from './read/draft.ts';
import { StatementNames } from './read/names.ts';
import { createJsonReader, createReader, type JsonReader, type Reader, type RunStatement } from './read/reader.ts';
import type { Shape } from './read/shape.ts';
import { tablesOf } from './read/tables.ts';
import { type Args, flattened, scope } from './scope.ts';

/** A transaction of one binding: its models, and plain statements for the functions of this folder alone. */
export type Transaction = { readonly db: TenantClient; readonly ask: Ask };

/** What a request may do with the database: read, and change all or nothing, both as its binding and nobody else. */
export type UnitOfWork = {
  readonly binding: Binding;
  readonly db: TenantClient;
  /** One plain statement, bound: for the functions of this folder alone. */
  readonly ask: Ask;
  /**
   * Answers a read as JSON text in a shape, where that is covered; null where there is no row.
   *
   * @throws {Uncovered} for what rows are to be read for.
   */
  json(model: ModelName, operation: string, args: Args, shape: Shape): Promise<string | null>;
  /** Runs `work` in one transaction, which commits when it returns and rolls back when it throws. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** The unit of work of a tenant that is yet to be founded, under an id that nothing has had before: what sign-up binds. */
  founding(tenantId?: string): UnitOfWork & { readonly binding: { readonly tenantId: string } };
  /** The same person in another tenant, where they are no member: for staff, who name it, and for whom an invitation leads there. */
  within(tenantId: string): UnitOfWork;
};

export type Database = {
  /** The unit of work of a binding. Its first read takes the companion along. */
  bind(binding: Binding, companion?: Companion): UnitOfWork;
  /** One statement bound to nobody: for the crossings, which are keyed by person. */
  readonly ask: Ask;
  /** How many reads were one statement, and how many were left to Prisma, and why. */
  reads(): readonly ReadCount[];
  close(): Promise<void>;
};

/** How long a request waits for a connection, and how long a transaction may take, ms. */
const PATIENCE = 15_000;

export type DatabaseOptions = {
  /** Connections at most. */
  readonly poolSize?: number;
  /** How long a request waits for a connection, ms. */
  readonly connectTimeout?: number;
  /** Whether statements that come again are prepared under names. Yes, when left out: docs/decisions/0015-reads.md. */
  readonly naming?: boolean;
  /** Whether reads are one statement where that is covered; without, all are Prisma's. Yes, when left out. */
  readonly singly?: boolean;
  /** Told of a connection that broke while nobody used it. */
  readonly onIdleError?: (error: Error) => void;
};

/** Opens the database under the gateway's own role. Nothing connects before the first statement. */
export function openDatabase(
  url: string,
  { poolSize = 10, connectTimeout = PATIENCE, naming = true, singly = true, onIdleError = () => {} }: DatabaseOptions = {},
): Database {
  const pool = new BoundPool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: connectTimeout,
    application_name: 'ipto-gateway',
    naming,
  });
  pool.on('error', onIdleError);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool as unknown as pg.Pool), errorFormat: 'minimal' });
  const counts = new ReadCounts();
  const names = new StatementNames();
  const named = (text: string, values: readonly unknown[]) => ({ text, values: [...values], name: names.of(text) });
  const read = singly ? readersOn(prisma, pool as unknown as pg.Pool, counts, names) : undefined;
  return {
    ask: async <Row>(text: string, values: readonly unknown[]) => (await pool.query(named(text, values))).rows as Row[],
    bind: (binding, companion) => unitOfWork(prisma, binding, read, companion),
    reads: () => counts.all(),
    close: async () => {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/** What reads without Prisma: as rows, and as JSON. */
export type Readers = { readonly rows: Reader; readonly json: JsonReader };

/** Readers on the connections of a pool. */
export function readersOn(prisma: PrismaClient, pool: pg.Pool, counts = new ReadCounts(), names = new StatementNames()): Readers {
  const run: RunStatement = async ({ text, values }, companion) => {
    const along = companion?.take() ? companion : undefined;
    const statement: Asked & { rowMode: 'array' } = { text, values: [...values], name: names.of(text), rowMode: 'array', companion: along };
    try {
      const { rows } = await pool.query<[unknown]>(statement);
      return rows[0]![0];
    } catch (error) {
      along?.fail(error);
      throw error;
    }
  };
  const tables = tablesOf(prisma);
  return { rows: createReader(tables, run, counts), json: createJsonReader(tables, run, counts) };
}

/** A unit of work over any Prisma client: what {@link openDatabase} hands out, and what the tests of one wall put over the other's ruins. */
export function unitOfWork(prisma: PrismaClient, binding: Binding, read?: Readers, companion?: Companion): UnitOfWork {
  return {
    binding,
    ask: (text, values) => bound(binding, () => prisma.$queryRawUnsafe(text, ...values)),
    founding: (tenantId = uuid()) => unitOfWork(prisma, { tenantId, personId: null }, read) as ReturnType<UnitOfWork['founding']>,
    within: tenantId => unitOfWork(prisma, { ...binding, tenantId }, read),
    db: boundModels(binding, (model, operation, scoped) =>
      bound(binding, () => byItself(prisma, model, operation, scoped, read, companion)),
    ),
    json: (model, operation, args, shape) => {
      if (!read) throw new Uncovered('operation');
      const asked = alone(model, operation, scope(model, operation, args, binding));
      return bound(binding, () => read.json({ model, ...asked, tenantId: binding.tenantId }, shape, companion));
    },
    transaction: work =>
      bound(binding, () =>
        prisma.$transaction(
          tx =>
            work({
              db: boundModels(binding, (model, operation, scoped) => prismas(tx, model, operation, scoped)),
              ask: <Row>(text: string, values: readonly unknown[]) => tx.$queryRawUnsafe<Row[]>(text, ...values),
            }),
          { maxWait: PATIENCE, timeout: PATIENCE },
        ),
      ),
  };
}

type Delegate = Readonly<Record<string, (args: unknown) => Promise<unknown>>>;

const prismas = (client: object, model: ModelName, operation: string, args: Args): Promise<unknown> =>
  (client as Readonly<Record<string, Delegate>>)[MODELS[model]]![operation]!(args);

/** Prisma merges the `findUnique` calls of one tick into one statement, whichever tenants they are for; a `findFirst` stands alone. */
const ALONE: ReadonlyMap<string, string> = new Map([
  ['findUnique', 'findFirst'],
  ['findUniqueOrThrow', 'findFirstOrThrow'],
]);

function alone(model: ModelName, operation: string, args: Args): { readonly operation: string; readonly args: Args } {
  const first = ALONE.get(operation);
  return first ? { operation: first, args: { ...args, where: flattened(model, args.where as Args) } } : { operation, args };
}

/** An operation outside of a transaction: by one statement where that is covered, by Prisma otherwise. */
function byItself(
  prisma: PrismaClient,
  model: ModelName,
  asked: string,
  scoped: Args,
  read?: Readers,
  companion?: Companion,
): Promise<unknown> {
  const { operation, args } = alone(model, asked, scoped);
  const otherwise = () => prismas(prisma, model, operation, args);
  return read && READS.includes(asked) ? read.rows(model, operation, args, otherwise, companion) : otherwise();
}
