import { type Draft, entriesOf, isPlain, type Source, sourceOf, UnsupportedQuery } from './draft.ts';
import { ABSENT, type Answered, type Statement } from './read-statement.ts';
import { selection } from './rows.ts';
import type { Table } from './tables.ts';
import { where } from './where.ts';
import { given, type Row, rows } from './write-values.ts';

type Args = Readonly<Record<string, unknown>>;
type Write = (draft: Draft, source: Source, args: Args) => { readonly text: string; readonly answer: Statement['answer'] };

/** Whether an operation changes rows. */
export const isWrite = (operation: string): boolean => WRITTEN.has(operation);

/**
 * The statement that does an operation of one table: plain values, and conditions that name no
 * other row. Its text depends on the shape of the arguments alone: every value is a parameter.
 *
 * @throws {Uncovered} for what is Prisma's to do, or to refuse.
 */
export function writeOf(table: Table, operation: string, args: object): Statement {
  if (table.isStamped) throw new UnsupportedQuery('operation');
  const draft: Draft = { values: [], aliases: 0 };
  return { ...WRITTEN.get(operation)!(draft, sourceOf(draft, table), args as Args), values: draft.values };
}

const allowed = (args: Args, names: readonly string[]) => {
  for (const [name, value] of entriesOf(args, 'argument'))
    if (!names.includes(name) || value === null) throw new UnsupportedQuery('argument');
};

const create: Write = (draft, source, args) => {
  allowed(args, ['data', 'select']);
  const inserted = insert(draft, source, [given(source.table, args.data)]);
  return one(draft, source, inserted, args);
};

const createMany: Write = (draft, source, args) => {
  allowed(args, ['data', 'skipDuplicates']);
  return counted(insertAll(draft, source, args));
};

const createManyAndReturn: Write = (draft, source, args) => {
  allowed(args, ['data', 'skipDuplicates', 'select']);
  return all(draft, source, insertAll(draft, source, args), args);
};

const update: Write = (draft, source, args) => {
  allowed(args, ['where', 'data', 'select']);
  return one(draft, source, changed(draft, source, args, uniquely(source.table, args.where)), args);
};

const updateMany: Write = (draft, source, args) => {
  allowed(args, ['where', 'data']);
  return counted(changed(draft, source, args, args.where));
};

const updateManyAndReturn: Write = (draft, source, args) => {
  allowed(args, ['where', 'data', 'select']);
  return all(draft, source, changed(draft, source, args, args.where), args);
};

const remove: Write = (draft, source, args) => {
  allowed(args, ['where', 'select']);
  return one(draft, source, removed(draft, source, uniquely(source.table, args.where)), args);
};

const removeMany: Write = (draft, source, args) => {
  allowed(args, ['where']);
  return counted(removed(draft, source, args.where));
};

const WRITTEN: ReadonlyMap<string, Write> = new Map([
  ['create', create],
  ['createMany', createMany],
  ['createManyAndReturn', createManyAndReturn],
  ['update', update],
  ['updateMany', updateMany],
  ['updateManyAndReturn', updateManyAndReturn],
  ['delete', remove],
  ['deleteMany', removeMany],
]);

function insertAll(draft: Draft, source: Source, { data, skipDuplicates }: Args): string {
  if (skipDuplicates !== undefined && typeof skipDuplicates !== 'boolean') throw new UnsupportedQuery('argument');
  return `${insert(draft, source, rows(source.table, data))}${skipDuplicates ? ' ON CONFLICT DO NOTHING' : ''}`;
}

/** What some rows say and others don't is the default, as it is where none says it. */
function insert(draft: Draft, { table, alias }: Source, written: readonly Row[]): string {
  const names = [...new Set(written.flatMap(row => [...row.keys()]))];
  const value = (row: Row, name: string) => (row.has(name) ? `$${draft.values.push(row.get(name))}` : 'DEFAULT');
  const tuples = written.map(row => `(${names.map(name => value(row, name)).join(', ')})`);
  const columns = names.map(name => table.columns.get(name)!.sql);
  return `INSERT INTO ${table.sql} AS ${alias} (${columns.join(', ')}) VALUES ${tuples.join(', ')}`;
}

function changed(draft: Draft, source: Source, { data }: Args, condition: unknown): string {
  const row = given(source.table, data, { isWhole: false });
  const sets = [...row].map(([name, value]) => `${source.table.columns.get(name)!.sql} = $${draft.values.push(value)}`);
  return `UPDATE ${source.table.sql} AS ${source.alias} SET ${sets.join(', ')}${conditioned(draft, source, condition)}`;
}

const removed = (draft: Draft, source: Source, condition: unknown): string =>
  `DELETE FROM ${source.table.sql} AS ${source.alias}${conditioned(draft, source, condition)}`;

function conditioned(draft: Draft, source: Source, condition: unknown): string {
  const sql = condition === undefined ? null : where(draft, source, condition);
  if (source.joins.length) throw new UnsupportedQuery('filter');
  return sql === null ? '' : ` WHERE ${sql}`;
}

/**
 * A condition that holds for one row at most: on the fields of a key, alone or under the key's
 * name, and on whatever else.
 */
function uniquely(table: Table, condition: unknown): Args {
  const flat = Object.fromEntries(
    entriesOf(condition, 'filter').flatMap(([name, value]) => (isKey(table, name) ? entriesOf(value, 'filter') : [[name, value] as const])),
  );
  const isExact = (name: string) => flat[name] !== undefined && flat[name] !== null && !isPlain(flat[name]);
  if (!table.uniques.some(fields => fields.every(isExact))) throw new UnsupportedQuery('filter');
  return flat;
}

const isKey = ({ uniques }: Table, name: string) => uniques.some(fields => fields.length > 1 && fields.join('_') === name);

const counted = (text: string) => ({ text, answer: ({ rowCount }: Answered) => ({ count: rowCount ?? 0 }) });

/**
 * What was written, as the rows of the statement: columns alone, for what is related may be about
 * to change.
 */
function returning(draft: Draft, source: Source, { select }: Args) {
  if (select !== undefined && entriesOf(select, 'selection').some(([name]) => !source.table.columns.has(name)))
    throw new UnsupportedQuery('selection');
  const { columns, revive } = selection(draft, source, { select });
  const revived = (row: unknown) => {
    revive?.(row as Record<string, unknown>);
    return row;
  };
  return { sql: ` RETURNING (SELECT row_to_json("a row") FROM (SELECT ${columns}) AS "a row")`, revived };
}

function one(draft: Draft, source: Source, text: string, args: Args): ReturnType<Write> {
  const { sql, revived } = returning(draft, source, args);
  return { text: text + sql, answer: ({ rows: [row] }) => (row ? revived(row[0]) : ABSENT) };
}

function all(draft: Draft, source: Source, text: string, args: Args): ReturnType<Write> {
  const { sql, revived } = returning(draft, source, args);
  return { text: text + sql, answer: answered => answered.rows.map(([row]) => revived(row)) };
}
