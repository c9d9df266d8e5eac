import type pg from 'pg';
import { ReadCounts } from '../../src/database/sql/counts.ts';
import { createEngine, type Engine } from '../../src/database/sql/engine.ts';
import { tablesOf } from '../../src/database/sql/tables.ts';
import type { PrismaClient } from '../../src/generated/prisma/client.ts';

/** Runs a statement whose rows are arrays. */
type RunArrays = { query(statement: { text: string; values: unknown[]; rowMode: 'array' }): Promise<pg.QueryResult<unknown[]>> };

/** A reader whose statements run as they are, without a binding. */
export const readerOn = (prisma: PrismaClient, { query }: RunArrays, counts = new ReadCounts()): Engine =>
  createEngine({
    tables: tablesOf(prisma),
    counts,
    run: ({ text, values }) => query({ text, values: [...values], rowMode: 'array' }),
  });
