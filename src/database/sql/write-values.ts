import { entriesOf, UnsupportedQuery } from './draft.ts';
import type { Column, Table } from './tables.ts';
import { toArrayParameter, toParameter } from './value.ts';

/** The values of a row to write, by field, as parameters. */
export type ColumnValues = ReadonlyMap<string, unknown>;

/** Below PostgreSQL's 65,535 parameters; Prisma splits a larger insert into several. */
const MAX_VALUES = 30_000;

/**
 * The values of an UPDATE.
 *
 * @throws {UnsupportedQuery} for a field that is no column, and for a value that isn't plain.
 */
export function updateValues({ columns }: Table, data: unknown): ColumnValues {
  const row = new Map(
    entriesOf(data, 'value').map(([name, value]) => {
      const column = columns.get(name);
      if (!column) throw new UnsupportedQuery('argument');
      return [name, columnParameter(column, value)];
    }),
  );
  if (!row.size) throw new UnsupportedQuery('value');
  return row;
}

/**
 * The values of a new row.
 *
 * @throws {UnsupportedQuery} also for a missing value that Prisma fills in, or must refuse.
 */
export function newRowValues(table: Table, data: unknown): ColumnValues {
  const row = updateValues(table, data);
  for (const [name, { hasDefault, isRequired, isList }] of table.columns)
    if (!row.has(name) && (hasDefault || isRequired || isList)) throw new UnsupportedQuery('value');
  return row;
}

/** The values of many new rows. */
export function newRowsValues(table: Table, data: unknown): readonly ColumnValues[] {
  const rows = (Array.isArray(data) ? data : [data]).map(row => newRowValues(table, row));
  if (!rows.length || rows.length * table.columns.size > MAX_VALUES) throw new UnsupportedQuery('value');
  return rows;
}

function columnParameter(column: Column, value: unknown): unknown {
  if (value === null && !column.isRequired && column.type !== 'Json') return null;
  return column.isList ? toArrayParameter(column, value) : toParameter(column, value);
}
