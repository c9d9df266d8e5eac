import { type Draft, entriesOf, from, sourceOf, UnsupportedQuery } from './draft.ts';
import { list, many, object } from './rows.ts';
import type { Table } from './tables.ts';
import { where } from './where.ts';

/**
 * What a statement answers: rows of one column, if any, read from JSON, and how many rows it was
 * about.
 */
export type Answered = { readonly rows: readonly (readonly unknown[])[]; readonly rowCount: number | null };

/** Stands for a row that must be there and isn't. */
export const ABSENT = Symbol('absent');

/**
 * One statement that answers an operation, and what makes Prisma's answer of what it answers, or
 * {@link ABSENT}.
 */
export type Statement = {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly answer: (answered: Answered) => unknown;
};

type Row = Record<string, unknown>;
type Write = (draft: Draft, table: Table, args: object) => { readonly text: string; readonly answer: (value: unknown) => unknown };

/**
 * The statement that answers an operation. Its text depends on the shape of the arguments alone:
 * every value is a parameter.
 *
 * @throws {Uncovered} for what is Prisma's to answer, or to refuse.
 */
export function statementOf(table: Table, operation: string, args: object): Statement {
  const draft: Draft = { values: [], aliases: 0 };
  const write = WRITTEN.get(operation);
  if (!write) throw new UnsupportedQuery('operation');
  const { text, answer } = write(draft, table, args);
  return { text, values: draft.values, answer: ({ rows }) => answer(rows[0]![0]) };
}

const whole = () => null;

const findMany: Write = (draft, table, args) => {
  const { sql, revive } = many(draft, table, args, whole);
  return {
    text: `SELECT ${list(sql)}`,
    answer: rows => {
      if (revive) for (const row of rows as Row[]) revive(row);
      return rows;
    },
  };
};

/**
 * One row. Where a page of one is asked for it is in the order of the primary key, as Prisma has
 * it; where the first row is, in none.
 */
const findFirst: Write = (draft, table, args) => {
  const { take } = args as { take?: unknown };
  if (take !== undefined && take !== 1) throw new UnsupportedQuery('page');
  const { sql, revive } = many(draft, table, args, whole);
  return {
    text: `SELECT ${object(take === undefined ? `${sql} LIMIT 1` : sql)}`,
    answer: row => {
      if (revive && row !== null) revive(row as Row);
      return row;
    },
  };
};

const findFirstOrThrow: Write = (draft, table, args) => {
  const { text, answer } = findFirst(draft, table, args);
  return { text, answer: row => (row === null ? ABSENT : answer(row)) };
};

const count: Write = (draft, table, args) => {
  if (entriesOf(args, 'argument').some(([name, value]) => name !== 'where' || value === null)) throw new UnsupportedQuery('argument');
  const source = sourceOf(draft, table);
  const { where: given } = args as { where?: unknown };
  const condition = given === undefined ? null : where(draft, source, given);
  return {
    text: `SELECT to_json(count(*)) ${from(source)}${condition === null ? '' : ` WHERE ${condition}`}`,
    answer: value => value,
  };
};

const WRITTEN: ReadonlyMap<string, Write> = new Map([
  ['findMany', findMany],
  ['findFirst', findFirst],
  ['findFirstOrThrow', findFirstOrThrow],
  ['count', count],
]);
