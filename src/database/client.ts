import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { v7 as uuid } from 'uuid';
import { PrismaClient } from '../generated/prisma/client.ts';
import { type Binding, bound } from './binding.ts';
import { BoundPool } from './bound-pool.ts';
import type { Ask } from './crossings.ts';
import { MODELS, type ModelName, type TenantClient } from './models.ts';
import { flattened, scope } from './scope.ts';

/** A transaction of one binding: its models, and plain statements for the functions of this folder alone. */
export type Transaction = { readonly db: TenantClient; readonly ask: Ask };

/** What a request may do with the database: read, and change all or nothing, both as its binding and nobody else. */
export type UnitOfWork = {
  readonly binding: Binding;
  readonly db: TenantClient;
  /** One plain statement, bound: for the functions of this folder alone. */
  readonly ask: Ask;
  /** Runs `work` in one transaction, which commits when it returns and rolls back when it throws. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** The unit of work of a tenant that is yet to be founded, under an id that nothing has had before: what sign-up binds. */
  founding(tenantId?: string): UnitOfWork & { readonly binding: { readonly tenantId: string } };
  /** The same person in another tenant, where they are no member: for staff, who name it, and for whom an invitation leads there. */
  within(tenantId: string): UnitOfWork;
};

export type Database = {
  /** The unit of work of a binding. */
  bind(binding: Binding): UnitOfWork;
  /** One statement bound to nobody: for the crossings, which are keyed by person. */
  readonly ask: Ask;
  close(): Promise<void>;
};

/** How long a request waits for a connection, and how long a transaction may take, ms. */
const PATIENCE = 15_000;

export type DatabaseOptions = {
  /** Connections at most. */
  readonly poolSize?: number;
  /** How long a request waits for a connection, ms. */
  readonly connectTimeout?: number;
  /** Told of a connection that broke while nobody used it. */
  readonly onIdleError?: (error: Error) => void;
};

/** Opens the database under the gateway's own role. Nothing connects before the first statement. */
export function openDatabase(
  url: string,
  { poolSize = 10, connectTimeout = PATIENCE, onIdleError = () => {} }: DatabaseOptions = {},
): Database {
  const pool = new BoundPool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: connectTimeout,
    application_name: 'ipto-gateway',
  });
  pool.on('error', onIdleError);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool as pg.Pool), errorFormat: 'minimal' });
  return {
    ask: async <Row>(text: string, values: readonly unknown[]) => (await pool.query({ text, values: [...values] })).rows as Row[],
    bind: binding => unitOfWork(prisma, binding),
    close: async () => {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/** A unit of work over any Prisma client: what {@link openDatabase} hands out, and what the tests of one wall put over the other's ruins. */
export function unitOfWork(prisma: PrismaClient, binding: Binding): UnitOfWork {
  return {
    binding,
    founding: (tenantId = uuid()) => unitOfWork(prisma, { tenantId, personId: null }) as ReturnType<UnitOfWork['founding']>,
    within: tenantId => unitOfWork(prisma, { ...binding, tenantId }),
    db: modelsOf(scopedReads(prisma, binding)),
    ask: (text, values) => bound(binding, () => prisma.$queryRawUnsafe(text, ...values)),
    transaction: work =>
      bound(binding, () =>
        scopedTransaction(prisma, binding).$transaction(
          tx =>
            work({ db: modelsOf(tx), ask: <Row>(text: string, values: readonly unknown[]) => tx.$queryRawUnsafe<Row[]>(text, ...values) }),
          { maxWait: PATIENCE, timeout: PATIENCE },
        ),
      ),
  };
}

type Delegate = Record<string, (args: unknown) => Promise<unknown>>;

/**
 * What may be asked of a model. A delegate of Prisma's has more: `$parent` is the client that it came from, bound to nobody. What it answers
 * has more, too: a promise that waits to be awaited, perhaps under another binding, and that leads on along relations. Here it is a promise.
 */
const OPERATIONS = [
  ...['findUnique', 'findUniqueOrThrow', 'findFirst', 'findFirstOrThrow', 'findMany', 'count', 'aggregate', 'groupBy'],
  ...['create', 'createMany', 'createManyAndReturn', 'update', 'updateMany', 'updateManyAndReturn', 'upsert', 'delete', 'deleteMany'],
];

const operationsOf = (delegate: Delegate): Delegate =>
  Object.fromEntries(OPERATIONS.map(operation => [operation, async args => await delegate[operation]!(args)]));

const modelsOf = (client: object): TenantClient =>
  Object.fromEntries(
    Object.values(MODELS).map(name => [name, operationsOf((client as Record<string, Delegate>)[name]!)]),
  ) as unknown as TenantClient;

/** Prisma merges the `findUnique` calls of one tick into one statement, whichever tenants they are for; a `findFirst` stands alone. */
const ALONE: Readonly<Record<string, string>> = { findUnique: 'findFirst', findUniqueOrThrow: 'findFirstOrThrow' };

const scopedReads = (prisma: PrismaClient, binding: Binding) =>
  prisma.$extends({
    query: {
      $allOperations: ({ model, operation, args, query }) => {
        const scoped = scope(model, operation, args, binding);
        const alone = ALONE[operation];
        if (!alone || !model) return bound(binding, () => query(scoped));
        const delegate = prisma[MODELS[model as ModelName]] as unknown as Delegate;
        return bound(binding, () => delegate[alone]!({ ...scoped, where: flattened(model, scoped.where as Record<string, unknown>) }));
      },
    },
  });

const scopedTransaction = (prisma: PrismaClient, binding: Binding) =>
  prisma.$extends({
    query: {
      $allModels: {
        $allOperations: ({ model, operation, args, query }) => query(scope(model, operation, args as Record<string, unknown>, binding)),
      },
    },
  });
