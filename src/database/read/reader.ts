import pg from 'pg';
import type { Companion } from '../companion.ts';
import type { ReadCounts } from './counts.ts';
import { type Reason, Uncovered } from './draft.ts';
import { type Shape, shapedStatement } from './shape.ts';
import { type Statement, statementOf } from './statement.ts';
import type { Tables } from './tables.ts';

/**
 * Answers an operation of a model, or has `otherwise` answer it: Prisma, with the same arguments. Both run under the binding in force; the companion
 * goes with a statement of ours.
 */
export type Reader = (
  model: string,
  operation: string,
  args: object,
  otherwise: () => Promise<unknown>,
  companion?: Companion,
) => Promise<unknown>;

/** Answers an operation as JSON text in a shape; null where there is no row. Throws {@link Uncovered} for what rows are to be read for. */
export type JsonReader = (
  asked: { readonly model: string; readonly operation: string; readonly args: object; readonly tenantId: string | null },
  shape: Shape,
  companion?: Companion,
) => Promise<string | null>;

/** Runs a statement of one row and one column, and answers its value, read from JSON; undefined where there is no row. */
export type RunStatement = (statement: Pick<Statement, 'text' | 'values'>, companion?: Companion) => Promise<unknown>;

/** What PostgreSQL says of a statement that Prisma's would fail with too, and tells its caller in its own words: data, names and types, sizes. */
const REFUSED = /^(22|42|54)/;

/** A reader of JSON: what it doesn't cover, and what PostgreSQL refuses, is for rows to be read for. */
export function createJsonReader(tables: Tables, run: RunStatement, counts: ReadCounts): JsonReader {
  return async ({ model, operation, args, tenantId }, shape, companion) => {
    try {
      const text = await run(shapedStatement(tables.get(model)!, operation, args, shape, tenantId), companion);
      counts.add(model, operation, 'json');
      return text as string | null;
    } catch (error) {
      if (error instanceof pg.DatabaseError && REFUSED.test(error.code ?? '')) throw new Uncovered('refused');
      throw error;
    }
  };
}

/** A reader that answers with one statement what it covers (docs/decisions/0015-reads.md), and counts what it doesn't. */
export function createReader(tables: Tables, run: RunStatement, counts: ReadCounts): Reader {
  return async (model, operation, args, otherwise, companion) => {
    const prismas = (reason: Reason) => {
      counts.add(model, operation, reason);
      return otherwise();
    };
    let statement: Statement;
    try {
      statement = statementOf(tables.get(model)!, operation, args);
    } catch (error) {
      if (error instanceof Uncovered) return prismas(error.reason);
      throw error;
    }
    let value: unknown;
    try {
      value = await run(statement, companion);
    } catch (error) {
      if (error instanceof pg.DatabaseError && REFUSED.test(error.code ?? '')) return prismas('refused');
      throw error;
    }
    if (value === null && operation.endsWith('OrThrow')) return prismas('absent');
    counts.add(model, operation, 'statement');
    return statement.answer(value);
  };
}
