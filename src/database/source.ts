import pg from 'pg';
import { Prisma, PrismaClient } from '../generated/prisma/client.ts';
import type { ConnectionPool } from './driver/pool.ts';
import { PrismaAdapter } from './driver/prisma-adapter.ts';
import { StatementNames } from './driver/statement-names.ts';
import type { StatementObserver } from './driver/statistics.ts';
import { scopedRead } from './run-operation.ts';
import { ReadCounts } from './sql/counts.ts';
import { createEngine, type Engine, type EngineOptions } from './sql/engine.ts';
import { createJsonReader, type JsonReader } from './sql/json-reader.ts';
import { tablesOf } from './sql/tables.ts';

/** What units of work share. */
export type Source = {
  readonly pool: ConnectionPool;
  readonly prisma: PrismaClient;
  readonly names: StatementNames;
  readonly counts: ReadCounts;
  /** Makes an engine; undefined where Prisma runs everything. */
  readonly engine: ((options: Pick<EngineOptions, 'run' | 'inTransaction'>) => Engine) | undefined;
  /** Reads answered as JSON; undefined where Prisma runs everything. */
  readonly json: JsonReader | undefined;
  /** Learns of the statements of one request; the driver's statistics count all. */
  readonly observer?: StatementObserver;
};

export type SourceOptions = Pick<EngineOptions, 'onUnexpected'> & { readonly singly?: boolean; readonly counts?: ReadCounts };

/** A source on a pool. With `singly`, single statements run what they can, and Prisma the rest. */
export function sourceOn(pool: ConnectionPool, { singly = true, counts = new ReadCounts(), onUnexpected }: SourceOptions = {}): Source {
  const prisma = new PrismaClient({ adapter: new PrismaAdapter(), errorFormat: 'minimal' });
  const names = new StatementNames();
  if (!singly) return { pool, prisma, counts, names, engine: undefined, json: undefined };
  const tables = tablesOf(prisma);
  const engine: Source['engine'] = options => createEngine({ tables, counts, onUnexpected, ...options });
  const json = createJsonReader({ tables, counts, names, onUnexpected, scoped: scopedRead });
  return { pool, prisma, counts, names, engine, json };
}

/** Parses what pg leaves as text: int8 as a bigint, numeric as Prisma's decimal. */
export const EXACT_TYPES: pg.CustomTypesConfig = new pg.TypeOverrides();
(EXACT_TYPES as pg.TypeOverrides).setTypeParser(pg.types.builtins.INT8, BigInt);
(EXACT_TYPES as pg.TypeOverrides).setTypeParser(pg.types.builtins.NUMERIC, text => new Prisma.Decimal(text));
