import type pg from 'pg';
import { isBroken } from '../driver/batch.ts';
import { runWithin } from '../driver/joined.ts';
import type { ReadCounts } from './counts.ts';
import { type Reason, UnsupportedQuery } from './draft.ts';
import { ABSENT, type Answered, type Statement, statementOf } from './read-statement.ts';
import type { Tables } from './tables.ts';
import { isWrite, writeOf } from './write-statement.ts';

/**
 * Answers an operation of a model, or has `prismas` answer it: Prisma, with the same arguments.
 * Both run under the binding in force.
 */
export type Reader = (model: string, operation: string, args: object, prismas: Prismas) => Promise<unknown>;
type Prismas = () => Promise<unknown>;

/** Runs a statement whose rows, if any, are one value each, read from JSON. */
export type RunStatement = (statement: Pick<Statement, 'text' | 'values'>) => Promise<Answered>;

type Texts = { readonly rows: readonly (string | null)[]; readonly rowCount: number | null };

/** What such a statement answered, of rows that came as one text each. */
export const fromJson = ({ rows, rowCount }: Texts): Answered => ({
  rows: rows.map(row => [row === null ? null : JSON.parse(row)]),
  rowCount,
});

/**
 * What PostgreSQL says of a statement that Prisma's would fail with too, and tells its caller in
 * its own words: data, names and types, sizes.
 */
export const REFUSED = /^(22|42|54)/;

export type ReaderOptions = {
  readonly tables: Tables;
  readonly counts: ReadCounts;
  readonly run: RunStatement;
  /**
   * In a transaction: where Prisma's statements run as well. Nothing can be asked again there once
   * something has failed.
   */
  readonly join?: (prismas: Prismas) => Promise<unknown>;
};

/**
 * A reader that answers with one statement what it covers (docs/decisions/0015-reads.md,
 * 0016-transactions.md), and counts what it doesn't.
 */
export function createReader({ tables, counts, run, join }: ReaderOptions): Reader {
  return async (model, operation, args, prismas) => {
    const otherwise = (reason: Reason) => {
      counts.add(model, operation, reason);
      return join ? join(prismas) : prismas();
    };
    let statement: Statement;
    try {
      statement = (isWrite(operation) ? writeOf : statementOf)(tables.get(model)!, operation, args);
    } catch (error) {
      if (error instanceof UnsupportedQuery) return otherwise(error.reason);
      throw error;
    }
    let answered: Answered;
    try {
      answered = await run(statement);
    } catch (error) {
      if (isBroken(error)) throw error;
      if (join || isWrite(operation)) {
        counts.add(model, operation, 'refused');
        throw await inItsWords(error, prismas);
      }
      if (REFUSED.test((error as pg.DatabaseError).code ?? '')) return otherwise('refused');
      throw error;
    }
    const value = statement.answer(answered);
    if (value === ABSENT) return otherwise('absent');
    counts.add(model, operation, 'statement');
    return value;
  };
}

/**
 * What Prisma makes of an error of PostgreSQL's: it is asked the same, and told that error for an
 * answer. No statement runs.
 */
const inItsWords = (error: unknown, prismas: Prismas): Promise<unknown> =>
  runWithin({ query: () => Promise.reject(error) }, prismas).then(
    () => error,
    told => told,
  );
