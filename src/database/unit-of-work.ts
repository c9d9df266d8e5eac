import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { v7 as uuid } from 'uuid';
import { Prisma, PrismaClient } from '../generated/prisma/client.ts';
import type { PiggybackQuery } from './driver/piggyback-query.ts';
import { ConnectionPool } from './driver/pool.ts';
import type { Enqueue, Query, RunTextQuery } from './driver/query.ts';
import type { Answered, ReadStatement } from './driver/read-query.ts';
import { StatementNames } from './driver/statement-names.ts';
import { type BoundTransaction, inTransaction } from './driver/transaction.ts';
import { type ReadCount, ReadCounts } from './sql/counts.ts';
import { MODELS, type ModelName, type ReadClient, type TenantClient } from './sql/data-model.ts';
import { UnsupportedQuery } from './sql/draft.ts';
import { createEngine, type Engine, parseRows, type RunStatement } from './sql/engine.ts';
import { createJsonReader, type JsonReader } from './sql/json-reader.ts';
import type { JsonRead } from './sql/json-shape.ts';
import { tablesOf } from './sql/tables.ts';
import { PLACEHOLDER } from './sql/template.ts';
import { type Binding, bound, checkBinding } from './tenancy/binding.ts';
import { boundModels } from './tenancy/bound-models.ts';
import { type Args, flattened, scope } from './tenancy/query-scope.ts';

/**
 * A transaction of one binding: its models, and plain statements for the functions of this folder
 * alone. What is asked for in one go, without waiting for each other's answers, goes to the
 * database in one round trip, in the order in which it was asked for.
 */
export type Transaction = {
  readonly db: TenantClient;
  readonly query: Query;
  /**
   * A plain statement whose answer nobody waits for: it goes with what is asked for next, or with
   * COMMIT. If it fails, so does the transaction.
   */
  readonly enqueue: Enqueue;
  /** A write whose answer nobody waits for, in the same way. */
  enqueueWrite(write: Promise<unknown>): void;
};

export type TransactionOptions = {
  readonly once?: boolean;
  /** The transaction checks, under the tenant lock, that the request's context still holds. */
  readonly confirms?: true;
};

/** Reads of a request, as its binding. */
export type ReadWork = {
  readonly binding: Binding;
  readonly db: ReadClient;
  /** One plain statement, bound: for the functions of this folder alone. */
  readonly query: Query;
  /**
   * Answers a read as JSON text, where that is covered; null where there is no row.
   *
   * @throws {Uncovered} for what rows are to be read for.
   */
  json(read: JsonRead): Promise<string | null>;
};

/**
 * Work under an optimistic context, which the database hasn't confirmed: reads, whose result waits
 * for the confirmation, and a transaction that confirms the context itself.
 */
export type UnconfirmedWork = ReadWork & {
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options: TransactionOptions & { readonly confirms: true }): Promise<T>;
};

/**
 * What a request may do with the database: read, and change all or nothing, both as its binding and
 * nobody else.
 */
export type UnitOfWork = ReadWork & {
  /**
   * Runs `work` in one transaction, which commits when it returns and rolls back when it throws.
   * One that PostgreSQL ends for the sake of others is run again, unless it runs `once`: it does
   * something beside the database.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * The unit of work of a tenant that is yet to be founded, under an id that nothing has had
   * before: what sign-up binds.
   */
  founding(tenantId?: string): UnitOfWork & { readonly binding: { readonly tenantId: string } };
  /**
   * The same person in another tenant, where they are no member: for staff, who name it, and for
   * whom an invitation leads there.
   */
  within(tenantId: string): UnitOfWork;
};

export type Database = {
  /** The unit of work of a binding. Its first read takes the companion along. */
  bind(binding: Binding, piggyback?: PiggybackQuery): UnitOfWork;
  /** One statement bound to nobody: for the crossings, which are keyed by person. */
  readonly query: Query;
  /** What one quick statement says, bound to nobody. */
  readonly queryText: RunTextQuery;
  /** How many reads were one statement, and how many were left to Prisma, and why. */
  reads(): readonly ReadCount[];
  close(): Promise<void>;
};

/** How long a request waits for a connection, and how long a transaction may take, ms. */
const PATIENCE = 15_000;

/**
 * How long a connection is kept that nobody uses, ms: a new one is a process, a proof of the
 * password, and all statements prepared anew.
 */
const KEPT_IDLE = 60_000;

export type DatabaseOptions = {
  /** Connections at most. */
  readonly poolSize?: number;
  /** How long a request waits for a connection, ms. */
  readonly connectTimeout?: number;
  /**
   * Whether statements that come again are prepared under names. Yes, when left out:
   * docs/decisions/0015-reads.md.
   */
  readonly naming?: boolean;
  /**
   * Whether reads and writes are one statement where that is covered; without, all are Prisma's.
   * Yes, when left out.
   */
  readonly singly?: boolean;
  /** Told of a connection that broke while nobody used it. */
  readonly onIdleError?: (error: Error) => void;
};

/** Opens the database under the gateway's own role. Nothing connects before the first statement. */
export function openDatabase(
  url: string,
  { poolSize = 10, connectTimeout = PATIENCE, naming = true, singly = true, onIdleError = () => {} }: DatabaseOptions = {},
): Database {
  const pool = new ConnectionPool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: connectTimeout,
    idleTimeoutMillis: KEPT_IDLE,
    application_name: 'ipto-gateway',
    naming,
  });
  pool.on('error', onIdleError);
  const source = sourceOn(pool, { singly });
  return {
    query: async <Row>(text: string, values: readonly unknown[]) => (await pool.query(named(source, text, values))).rows as Row[],
    queryText: async ({ text, values }) => {
      const { rows } = await pool.read({ text, values, name: source.names.of(text) }, { binding: undefined, quick: true });
      return rows[0]!;
    },
    bind: (binding, piggyback) => unitOfWork(source, binding, piggyback),
    reads: () => source.counts.all(),
    close: async () => {
      await source.prisma.$disconnect();
      await pool.end();
    },
  };
}

/** What units of work are made of. */
export type Source = {
  readonly pool: ConnectionPool;
  readonly prisma: PrismaClient;
  readonly names: StatementNames;
  readonly counts: ReadCounts;
  /** A reader of statements that something runs; undefined where all is Prisma's. */
  readonly reader: ((run: RunStatement, join?: Join) => Engine) | undefined;
  /** The same for reads that are answered as JSON. */
  readonly json: JsonReader | undefined;
};

/** A source on the connections of a pool, under whatever role that is. */
export function sourceOn(pool: ConnectionPool, { singly = true, counts = new ReadCounts() } = {}): Source {
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool as unknown as pg.Pool), errorFormat: 'minimal' });
  const tables = tablesOf(prisma);
  const reader = (run: RunStatement, join?: Join) => createEngine({ tables, counts, run, ...(join && { join }) });
  const names = new StatementNames();
  const json = createJsonReader({ tables, counts, names, scoped });
  return { pool, prisma, counts, names, ...(singly ? { reader, json } : { reader: undefined, json: undefined }) };
}

const named = ({ names }: Pick<Source, 'names'>, text: string, values: readonly unknown[]) => ({
  text,
  values: [...values],
  name: names.of(text),
});

/** A read as {@link ANYBODY} may ask it. */
function scoped({ model, operation, args, shape }: JsonRead): JsonRead {
  return { model, shape, ...byItself(model as ModelName, operation, scope(model, operation, args as Args, PLACEHOLDER)) };
}

/** @throws {Uncovered} where all is Prisma's. */
function jsonOf({ json }: Source): JsonReader {
  if (!json) throw new UnsupportedQuery('operation');
  return json;
}

/** A unit of work of a binding. */
export function unitOfWork(source: Source, binding: Binding, piggyback?: PiggybackQuery): UnitOfWork {
  const { pool, prisma, names, reader } = source;
  /** One statement: the first one takes the companion along. */
  const asked = async <Row = string | null>(statement: ReadStatement, quick = false): Promise<Answered<Row>> => {
    checkBinding(binding);
    const along = piggyback?.take() ? piggyback : undefined;
    try {
      return await pool.read<Row>(statement, { binding, piggyback: along, quick });
    } catch (error) {
      along?.fail(error);
      throw error;
    }
  };
  const rowsOf = (quick: boolean) =>
    reader?.(async ({ text, values }) => parseRows(await asked({ text, values, name: names.of(text) }, quick)));
  const [read, readByKey] = [rowsOf(false), rowsOf(true)];
  const run = async (statement: ReadStatement) => (await asked(statement, true)).rows[0]!;
  return {
    binding,
    query: async <Row>(text: string, values: readonly unknown[]) =>
      (await asked<Row>({ ...named(source, text, values), types: TYPES })).rows,
    founding: (tenantId = uuid()) => unitOfWork(source, { tenantId, personId: null }) as ReturnType<UnitOfWork['founding']>,
    within: tenantId => unitOfWork(source, { ...binding, tenantId }),
    db: boundModels(binding, (model, operation, scoped) =>
      bound(binding, () => answered(prisma, model, operation, scoped, ALONE.has(operation) ? readByKey : read)),
    ),
    json: async read => await jsonOf(source)(read, binding, run),
    transaction: (work, { once = false } = {}) =>
      inTransaction(pool, binding, transaction => work(transactionOf(source, binding, transaction)), {
        patience: PATIENCE,
        ...(once && { tries: 1 }),
      }),
  };
}

/** What a transaction is to those who run in it. */
function transactionOf(source: Source, binding: Binding, transaction: BoundTransaction): Transaction {
  const join: Join = prismas => transaction.join(prismas);
  const read = source.reader?.(
    async ({ text, values }) => parseRows(await transaction.query({ text, values, name: source.names.of(text), isText: true })),
    join,
  );
  return {
    db: boundModels(binding, (model, operation, scoped) => answered(source.prisma, model, operation, scoped, read, join)),
    query: async <Row>(text: string, values: readonly unknown[]) =>
      (await transaction.query({ ...named(source, text, values), types: TYPES })).rows as Row[],
    enqueue: (text, values) => transaction.enqueue({ ...named(source, text, values), isSilent: true }),
    enqueueWrite: write => void write.catch(() => {}),
  };
}

/** What plain statements answer, where pg would have texts of numbers. */
const TYPES: pg.CustomTypesConfig = new pg.TypeOverrides();
(TYPES as pg.TypeOverrides).setTypeParser(pg.types.builtins.INT8, BigInt);
(TYPES as pg.TypeOverrides).setTypeParser(pg.types.builtins.NUMERIC, text => new Prisma.Decimal(text));

type Delegate = Readonly<Record<string, (args: unknown) => Promise<unknown>>>;

const prismas = (client: object, model: ModelName, operation: string, args: Args): Promise<unknown> =>
  (client as Readonly<Record<string, Delegate>>)[MODELS[model]]![operation]!(args);

/**
 * Prisma merges the `findUnique` calls of one tick into one statement, whichever tenants they are
 * for; a `findFirst` stands alone.
 */
const ALONE: ReadonlyMap<string, string> = new Map([
  ['findUnique', 'findFirst'],
  ['findUniqueOrThrow', 'findFirstOrThrow'],
]);

type Join = (prismas: () => Promise<unknown>) => Promise<unknown>;

/** An operation as it is asked alone. */
function byItself(model: ModelName, operation: string, args: Args): { readonly operation: string; readonly args: Args } {
  const alone = ALONE.get(operation);
  return alone ? { operation: alone, args: { ...args, where: flattened(model, args.where as Args) } } : { operation, args };
}

/** An operation: by one statement where that is covered, by Prisma otherwise. */
function answered(prisma: PrismaClient, model: ModelName, asked: string, scoped: Args, read?: Engine, join?: Join): Promise<unknown> {
  const { operation, args } = byItself(model, asked, scoped);
  const otherwise = () => prismas(prisma, model, operation, args);
  if (read) return read(model, operation, args, otherwise);
  return join ? join(otherwise) : otherwise();
}
