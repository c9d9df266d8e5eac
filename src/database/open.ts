import { BoundWork } from './bound-work.ts';
import type { PiggybackQuery, TextQuery } from './driver/piggyback-query.ts';
import { ConnectionPool } from './driver/pool.ts';
import type { Query } from './driver/query.ts';
import type { DriverStatistics, StatementObserver } from './driver/statistics.ts';
import { type Source, sourceOn } from './source.ts';
import type { ReadCount } from './sql/counts.ts';
import type { WalPosition } from './standby/position.ts';
import { Standbys } from './standby/standbys.ts';
import { type Binding, bindingPrelude } from './tenancy/binding.ts';
import type { UnitOfWork } from './unit-of-work.ts';

export type Database = {
  /** The unit of work of a binding. Its first read takes the piggyback query along. */
  bind(binding: Binding, piggyback?: PiggybackQuery): UnitOfWork;
  /** Runs one statement bound to nobody: for the crossings, which are keyed by person. */
  readonly query: Query;
  /** Runs one quick statement that returns a single text; bound to nobody if left out. */
  queryText(query: TextQuery, binding?: Binding): Promise<string | null>;
  /** How many reads were one statement, and how many were left to Prisma, and why. */
  reads(): readonly ReadCount[];
  /** The same database, whose statements are reported to an observer: that of one request. */
  observedBy(observer: StatementObserver): Database;
  /**
   * Runs reads of a binding in one snapshot of a standby that has all that is before the position.
   * Null: no standby did, nothing of what was read may be used, and the primary is to answer.
   */
  readOnStandby<T>(
    position: WalPosition | null,
    binding: Binding,
    work: (work: UnitOfWork) => Promise<T>,
  ): Promise<{ readonly result: T } | null>;
  /** The standbys that reads may go to; null if there are none. */
  readonly standbys: Pick<Standbys, 'list' | 'counts'> | null;
  /** The state of the pool, and what the driver has counted. */
  statistics(): DatabaseStatistics;
  close(): Promise<void>;
};

/** The connections of a pool now, and counts since the start. */
export type DatabaseStatistics = {
  readonly counts: DriverStatistics;
  readonly connections: { readonly open: number; readonly idle: number; readonly waiting: number };
  readonly pipelines: { readonly connections: number; readonly reads: number };
};

export type DatabaseOptions = {
  /** Connections at most. */
  readonly poolSize?: number;
  /** The URLs of standbys that reads may go to. */
  readonly readUrls?: readonly string[] | undefined;
  /** Called when a standby begins to be skipped, and when it is used again. */
  readonly onStandby?: (standby: string, isUsed: boolean, because: string) => void;
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
  {
    poolSize,
    readUrls = [],
    onStandby = () => {},
    connectTimeout = CONNECT_TIMEOUT_MS,
    naming = true,
    singly = true,
    onIdleError,
    onUnexpected,
  }: DatabaseOptions = {},
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
  return databaseOn(pool, source, readUrls.length ? new Standbys(readUrls, source, { poolSize, naming, onChange: onStandby }) : null);
}

function databaseOn(pool: ConnectionPool, source: Source, standbys: Standbys | null): Database {
  const { names, observer } = source;
  return {
    query: async <Row>(text: string, values: readonly unknown[]) =>
      (await pool.query({ text, values, name: names.of(text) }, undefined, observer)).rows as Row[],
    queryText: async ({ text, values }, binding) => {
      const prelude = binding && bindingPrelude(binding);
      return (await pool.read({ text, values, name: names.of(text) }, { prelude, quick: true, observer })).rows[0]!;
    },
    bind: (binding, piggyback) => new BoundWork(source, binding, piggyback),
    reads: () => source.counts.all(),
    readOnStandby: async (position, binding, work) => (await standbys?.read(position, binding, work, observer)) ?? null,
    standbys,
    observedBy: other => databaseOn(pool, { ...source, observer: other }, standbys),
    statistics: () => ({
      counts: pool.statistics,
      connections: { open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount },
      pipelines: pool.pipelines,
    }),
    close: async () => {
      await source.prisma.$disconnect();
      await Promise.all([pool.end(), standbys?.close()]);
    },
  };
}
