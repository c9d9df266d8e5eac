import type pg from 'pg';
import { ReadCounts } from '../../src/database/sql/counts.ts';
import { createReader, type Reader } from '../../src/database/sql/reader.ts';
import { tablesOf } from '../../src/database/sql/tables.ts';
import type { PrismaClient } from '../../src/generated/prisma/client.ts';

/** A reader on the connections of a plain pool, bound to nobody. */
export const readerOn = (prisma: PrismaClient, pool: pg.Pool, counts = new ReadCounts()): Reader =>
  createReader({
    tables: tablesOf(prisma),
    counts,
    run: ({ text, values }) => pool.query<unknown[]>({ text, values: [...values], rowMode: 'array' }),
  });
