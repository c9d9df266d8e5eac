import type pg from 'pg';
import { ReadCounts } from '../../src/database/sql/counts.ts';
import { createEngine, type Engine } from '../../src/database/sql/engine.ts';
import { tablesOf } from '../../src/database/sql/tables.ts';
import type { PrismaClient } from '../../src/generated/prisma/client.ts';

/** A reader on a plain pool, without a tenant binding. */
export const readerOn = (prisma: PrismaClient, pool: pg.Pool, counts = new ReadCounts()): Engine =>
  createEngine({
    tables: tablesOf(prisma),
    counts,
    run: ({ text, values }) => pool.query<unknown[]>({ text, values: [...values], rowMode: 'array' }),
  });
