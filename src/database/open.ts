import { BoundWork } from './bound-work.ts';
import type { PiggybackQuery } from './driver/piggyback-query.ts';
import { ConnectionPool } from './driver/pool.ts';
import type { Query, RunTextQuery } from './driver/query.ts';
import { sourceOn } from './source.ts';
import type { ReadCount } from './sql/counts.ts';
import type { Binding } from './tenancy/binding.ts';
import type { UnitOfWork } from './unit-of-work.ts';

export type Database = {
  /** The unit of work of a binding. Its first read takes the piggyback query along. */
  bind(binding: Binding, piggyback?: PiggybackQuery): UnitOfWork;
  /** Runs one statement bound to nobody: for the crossings, which are keyed by person. */
  readonly query: Query;
  /** Runs one quick statement bound to nobody. */
  readonly queryText: RunTextQuery;
  /** How many reads were one statement, and how many were left to Prisma, and why. */
  reads(): readonly ReadCount[];
  close(): Promise<void>;
};

export type DatabaseOptions = {
  /** Connections at most. */
  readonly poolSize?: number;
  /** How long a request waits for a connection, ms. */
  readonly connectTimeout?: number;
  /** Whether repeated statements are prepared (docs/decisions/0015-reads.md); by default, yes. */
  readonly naming?: boolean;
  /** Whether single statements run what they can; without, Prisma runs all. By default, yes. */
  readonly singly?: boolean;
  /** Called with the error of a connection that broke while nobody used it. */
  readonly onIdleError?: (error: Error) => void;
  /** Called with an error of a single statement that is a bug, though Prisma answers instead. */
  readonly onUnexpected?: (error: unknown) => void;
};

const CONNECT_TIMEOUT_MS = 15_000;

/** Opens the database under the gateway's own role. Nothing connects before the first statement. */
export function openDatabase(
  url: string,
  { poolSize, connectTimeout = CONNECT_TIMEOUT_MS, naming = true, singly = true, onIdleError, onUnexpected }: DatabaseOptions = {},
): Database {
  const pool = new ConnectionPool({
    connectionString: url,
    max: poolSize,
    connectTimeout,
    applicationName: 'ipto-gateway',
    onIdleError,
    naming,
  });
  const source = sourceOn(pool, { singly, onUnexpected });
  const { names } = source;
  return {
    query: async <Row>(text: string, values: readonly unknown[]) =>
      (await pool.query({ text, values, name: names.of(text) })).rows as Row[],
    queryText: async ({ text, values }) => (await pool.read({ text, values, name: names.of(text) }, { quick: true })).rows[0]!,
    bind: (binding, piggyback) => new BoundWork(source, binding, piggyback),
    reads: () => source.counts.all(),
    close: async () => {
      await source.prisma.$disconnect();
      await pool.end();
    },
  };
}
