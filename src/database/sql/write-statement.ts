import {
  createDraft,
  createSource,
  type Draft,
  entriesOf,
  isPlain,
  parameter,
  type Source,
  UnsupportedQuery,
  whereClause,
} from './draft.ts';
import { ABSENT, type Statement, type StatementResult } from './read-statement.ts';
import { type Args, checkArgs, selectList } from './select.ts';
import type { Table } from './tables.ts';
import { where } from './where.ts';
import { type ColumnValues, newRowsValues, newRowValues, updateValues } from './write-values.ts';

type Write = Pick<Statement, 'text' | 'toResult'>;
type BuildWrite = (draft: Draft, source: Source, args: Args) => Write;

/** Whether an operation changes rows. */
export const isWrite = (operation: string): boolean => WRITES.has(operation);

/**
 * The statement of a write in one table: plain values, and conditions on that table's columns. Its
 * text depends on the structure of the arguments alone: every value is a parameter.
 *
 * @throws {UnsupportedQuery} if Prisma must run or refuse it.
 */
export function writeStatement(table: Table, operation: string, args: object): Statement {
  if (table.hasUpdatedAt) throw new UnsupportedQuery('operation');
  const draft = createDraft();
  return { ...WRITES.get(operation)!(draft, createSource(draft, table), args as Args), values: draft.values };
}

const create: BuildWrite = (draft, source, args) => {
  checkArgs(args, ['data', 'select']);
  return returningOne(draft, source, insert(draft, source, [newRowValues(source.table, args.data)]), args);
};

const createMany: BuildWrite = (draft, source, args) => {
  checkArgs(args, ['data', 'skipDuplicates']);
  return returningCount(insertMany(draft, source, args));
};

const createManyAndReturn: BuildWrite = (draft, source, args) => {
  checkArgs(args, ['data', 'skipDuplicates', 'select']);
  return returningAll(draft, source, insertMany(draft, source, args), args);
};

const update: BuildWrite = (draft, source, args) => {
  checkArgs(args, ['where', 'data', 'select']);
  return returningOne(draft, source, updateRows(draft, source, args.data, uniqueCondition(source.table, args.where)), args);
};

const updateMany: BuildWrite = (draft, source, args) => {
  checkArgs(args, ['where', 'data']);
  return returningCount(updateRows(draft, source, args.data, args.where));
};

const updateManyAndReturn: BuildWrite = (draft, source, args) => {
  checkArgs(args, ['where', 'data', 'select']);
  return returningAll(draft, source, updateRows(draft, source, args.data, args.where), args);
};

const deleteOne: BuildWrite = (draft, source, args) => {
  checkArgs(args, ['where', 'select']);
  return returningOne(draft, source, deleteRows(draft, source, uniqueCondition(source.table, args.where)), args);
};

const deleteMany: BuildWrite = (draft, source, args) => {
  checkArgs(args, ['where']);
  return returningCount(deleteRows(draft, source, args.where));
};

const WRITES: ReadonlyMap<string, BuildWrite> = new Map([
  ['create', create],
  ['createMany', createMany],
  ['createManyAndReturn', createManyAndReturn],
  ['update', update],
  ['updateMany', updateMany],
  ['updateManyAndReturn', updateManyAndReturn],
  ['delete', deleteOne],
  ['deleteMany', deleteMany],
]);

function insertMany(draft: Draft, source: Source, { data, skipDuplicates }: Args): string {
  if (skipDuplicates !== undefined && typeof skipDuplicates !== 'boolean') throw new UnsupportedQuery('argument');
  return `${insert(draft, source, newRowsValues(source.table, data))}${skipDuplicates ? ' ON CONFLICT DO NOTHING' : ''}`;
}

/** A column that only some of the rows have a value for gets its default in the others. */
function insert(draft: Draft, { table, alias }: Source, rows: readonly ColumnValues[]): string {
  const names = [...new Set(rows.flatMap(row => [...row.keys()]))];
  const value = (row: ColumnValues, name: string) => (row.has(name) ? parameter(draft, row.get(name)) : 'DEFAULT');
  const tuples = rows.map(row => `(${names.map(name => value(row, name)).join(', ')})`);
  const columns = names.map(name => table.columns.get(name)!.sql);
  return `INSERT INTO ${table.sql} AS ${alias} (${columns.join(', ')}) VALUES ${tuples.join(', ')}`;
}

function updateRows(draft: Draft, source: Source, data: unknown, condition: unknown): string {
  const row = updateValues(source.table, data);
  const sets = [...row].map(([name, value]) => `${source.table.columns.get(name)!.sql} = ${parameter(draft, value)}`);
  return `UPDATE ${source.table.sql} AS ${source.alias} SET ${sets.join(', ')}${ownCondition(draft, source, condition)}`;
}

const deleteRows = (draft: Draft, source: Source, condition: unknown): string =>
  `DELETE FROM ${source.table.sql} AS ${source.alias}${ownCondition(draft, source, condition)}`;

/** A condition that needs no join. */
function ownCondition(draft: Draft, source: Source, condition: unknown): string {
  const sql = condition === undefined ? null : where(draft, source, condition);
  if (source.joins.length) throw new UnsupportedQuery('filter');
  return whereClause(sql);
}

/**
 * A condition that at most one row meets: on the fields of a unique key, by themselves or under the
 * key's name, and possibly on others.
 */
function uniqueCondition(table: Table, condition: unknown): Args {
  const flat = Object.fromEntries(
    entriesOf(condition, 'filter').flatMap(([name, value]) =>
      isCompoundKey(table, name) ? entriesOf(value, 'filter') : [[name, value] as const],
    ),
  );
  const isExact = (name: string) => flat[name] !== undefined && flat[name] !== null && !isPlain(flat[name]);
  if (!table.uniques.some(fields => fields.every(isExact))) throw new UnsupportedQuery('filter');
  return flat;
}

const isCompoundKey = ({ uniques }: Table, name: string) => uniques.some(fields => fields.length > 1 && fields.join('_') === name);

const returningCount = (text: string): Write => ({ text, toResult: ({ rowCount }) => ({ count: rowCount ?? 0 }) });

/** Returns the written rows, columns alone: related rows may be about to change. */
function returning(draft: Draft, source: Source, { select }: Args) {
  if (select !== undefined && entriesOf(select, 'selection').some(([name]) => !source.table.columns.has(name)))
    throw new UnsupportedQuery('selection');
  const { columns, revive } = selectList(draft, source, { select });
  const revived = (row: unknown) => {
    revive?.(row as Record<string, unknown>);
    return row;
  };
  return { sql: ` RETURNING (SELECT row_to_json("a row") FROM (SELECT ${columns}) AS "a row")`, revived };
}

function returningOne(draft: Draft, source: Source, text: string, args: Args): Write {
  const { sql, revived } = returning(draft, source, args);
  return { text: text + sql, toResult: ({ rows: [row] }: StatementResult) => (row ? revived(row[0]) : ABSENT) };
}

function returningAll(draft: Draft, source: Source, text: string, args: Args): Write {
  const { sql, revived } = returning(draft, source, args);
  return { text: text + sql, toResult: ({ rows }: StatementResult) => rows.map(([row]) => revived(row)) };
}
