import { createDraft, createSource, type Draft, entriesOf, fromClause, UnsupportedQuery, whereClause } from './draft.ts';
import { jsonArray, jsonRow, selectMany } from './select.ts';
import type { Table } from './tables.ts';
import { where } from './where.ts';

/** The result of a statement: its rows of one parsed JSON value each, and how many it affected. */
export type StatementResult = { readonly rows: readonly (readonly unknown[])[]; readonly rowCount: number | null };

/** Stands for the result of a query whose row must exist and doesn't. */
export const ABSENT = Symbol('absent');

/** A statement, and the function that makes Prisma's result of its own, or {@link ABSENT}. */
export type Statement = {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly toResult: (result: StatementResult) => unknown;
};

type Row = Record<string, unknown>;
type Read = { readonly text: string; readonly toResult: (value: unknown) => unknown };
type BuildRead = (draft: Draft, table: Table, args: object) => Read;

/**
 * The statement of a read. Its text depends on the structure of the arguments alone: every value is
 * a parameter.
 *
 * @throws {UnsupportedQuery} if Prisma must run or refuse it.
 */
export function readStatement(table: Table, operation: string, args: object): Statement {
  const build = READS.get(operation);
  if (!build) throw new UnsupportedQuery('operation');
  const draft = createDraft();
  const { text, toResult } = build(draft, table, args);
  return { text, values: draft.values, toResult: ({ rows }) => toResult(rows[0]![0]) };
}

const untied = () => null;

const findMany: BuildRead = (draft, table, args) => {
  const { sql, revive } = selectMany(draft, table, args, untied);
  return {
    text: `SELECT ${jsonArray(sql)}`,
    toResult: rows => {
      if (revive) for (const row of rows as Row[]) revive(row);
      return rows;
    },
  };
};

/** With `take: 1` Prisma orders by the primary key; without `take` in no order. */
const findFirst: BuildRead = (draft, table, args) => {
  const { take } = args as { take?: unknown };
  if (take !== undefined && take !== 1) throw new UnsupportedQuery('page');
  const { sql, revive } = selectMany(draft, table, args, untied);
  return {
    text: `SELECT ${jsonRow(take === undefined ? `${sql} LIMIT 1` : sql)}`,
    toResult: row => {
      if (revive && row !== null) revive(row as Row);
      return row;
    },
  };
};

const findFirstOrThrow: BuildRead = (draft, table, args) => {
  const { text, toResult } = findFirst(draft, table, args);
  return { text, toResult: row => (row === null ? ABSENT : toResult(row)) };
};

const count: BuildRead = (draft, table, args) => {
  if (entriesOf(args, 'argument').some(([name, value]) => name !== 'where' || value === null)) throw new UnsupportedQuery('argument');
  const source = createSource(draft, table);
  const { where: given } = args as { where?: unknown };
  const condition = given === undefined ? null : where(draft, source, given);
  return { text: `SELECT to_json(count(*)) ${fromClause(source)}${whereClause(condition)}`, toResult: value => value };
};

const READS: ReadonlyMap<string, BuildRead> = new Map([
  ['findMany', findMany],
  ['findFirst', findFirst],
  ['findFirstOrThrow', findFirstOrThrow],
  ['count', count],
]);
