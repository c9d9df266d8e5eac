import { isBroken } from '../driver/failure.ts';
import type { ReadCounts } from './counts.ts';
import { type Reason, UnsupportedQuery } from './draft.ts';
import { ABSENT, readStatement, type Statement, type StatementResult } from './read-statement.ts';
import type { Tables } from './tables.ts';
import { isWrite, writeStatement } from './write-statement.ts';

/*
 * This folder turns the arguments of Prisma's operations into one SQL statement each
 * (docs/decisions/0015-reads.md):
 *
 *   data-model    the models, their columns and relations, by Prisma's names
 *   tables        the same by SQL's names
 *   engine        runs an operation as one statement, or has Prisma run it
 *     read-statement, write-statement    the statement of an operation
 *       select      select lists, order and pages; rows as JSON
 *       where       conditions and relations; filter: conditions on one column
 *       value       values as parameters, columns as JSON; reviver: JSON as Prisma's values
 *       draft       the parameters and aliases of a statement under construction
 *   json-reader   runs a read whose result is the text of a response
 *     json-statement    its statement; json-column: one column of it
 *     template    parameters that depend on the caller, filled in for each request
 *   counts        how often each of these ran, and why Prisma ran the rest
 */

/**
 * Runs an operation of a model, by one statement or by `prisma`: Prisma with the same arguments.
 * Both run under the binding in force.
 */
export type Engine = (model: string, operation: string, args: object, prisma: RunPrisma) => Promise<unknown>;
type RunPrisma = () => Promise<unknown>;

/** Runs a statement whose rows are one JSON value each. */
export type RunStatement = (statement: Pick<Statement, 'text' | 'values'>) => Promise<StatementResult>;

type TextRows = { readonly rows: readonly (string | null)[]; readonly rowCount: number | null };

/** Parses rows of one JSON text each. */
export const parseRows = ({ rows, rowCount }: TextRows): StatementResult => ({
  rows: rows.map(row => [row === null ? null : JSON.parse(row)]),
  rowCount,
});

/**
 * Why Prisma runs a read that PostgreSQL refused; null if the error stands. By design (`refused`):
 * bad data (22) and sizes (54), which Prisma's own statement meets too and reports in its own
 * words. `unexpected`: names, types and syntax (42) are a bug of this folder, for the caller to
 * report.
 */
export function fallbackReason(error: unknown): 'refused' | 'unexpected' | null {
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return null;
  if (/^42/.test(code)) return 'unexpected';
  return /^(22|54)/.test(code) ? 'refused' : null;
}

export type EngineOptions = {
  readonly tables: Tables;
  readonly counts: ReadCounts;
  readonly run: RunStatement;
  /** Called with an error that is a bug, though Prisma still answers. */
  readonly onUnexpected?: ((error: unknown) => void) | undefined;
  /** A transaction accepts no statement after one has failed, so Prisma can't run it instead. */
  readonly inTransaction?: boolean;
};

/** An engine that runs what it supports as one statement and counts what it leaves to Prisma. */
export function createEngine({ tables, counts, run, onUnexpected, inTransaction = false }: EngineOptions): Engine {
  return async (model, operation, args, prisma) => {
    const runPrisma = (reason: Reason) => {
      counts.add(model, operation, reason);
      return prisma();
    };
    let statement: Statement;
    try {
      statement = (isWrite(operation) ? writeStatement : readStatement)(tables.get(model)!, operation, args);
    } catch (error) {
      if (error instanceof UnsupportedQuery) return runPrisma(error.reason);
      throw error;
    }
    let result: StatementResult;
    try {
      result = await run(statement);
    } catch (error) {
      if (isBroken(error)) throw error;
      if (inTransaction || isWrite(operation)) {
        counts.add(model, operation, 'refused');
        throw error;
      }
      const reason = fallbackReason(error);
      if (!reason) throw error;
      if (reason === 'unexpected') onUnexpected?.(error);
      return runPrisma(reason);
    }
    const value = statement.toResult(result);
    if (value === ABSENT) return runPrisma('absent');
    counts.add(model, operation, 'statement');
    return value;
  };
}
