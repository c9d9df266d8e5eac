import { entriesOf, UnsupportedQuery } from './draft.ts';
import type { Column, Table } from './tables.ts';
import { sent, sentAll } from './value.ts';

/** What a row is to say, by field, as it goes to the database. */
export type Row = ReadonlyMap<string, unknown>;

/** PostgreSQL takes no more parameters in one statement; Prisma makes several of them. */
const MOST = 30_000;

/**
 * What data says of a row, column by column. A new row says all that nobody else does: what has a
 * default is Prisma's to fill in, where it is left out.
 *
 * @throws {Uncovered} for what is no column, no plain value, or missing.
 */
export function given({ columns }: Table, data: unknown, { isWhole = true } = {}): Row {
  const row = new Map(
    entriesOf(data, 'value').map(([name, value]) => {
      const column = columns.get(name);
      if (!column) throw new UnsupportedQuery('argument');
      return [name, written(column, value)];
    }),
  );
  if (!row.size) throw new UnsupportedQuery('value');
  if (isWhole) for (const [name, column] of columns) if (!row.has(name) && isMissed(column)) throw new UnsupportedQuery('value');
  return row;
}

/** What data says of many rows. */
export function rows(table: Table, data: unknown): readonly Row[] {
  const all = (Array.isArray(data) ? data : [data]).map(each => given(table, each));
  if (!all.length || all.length * table.columns.size > MOST) throw new UnsupportedQuery('value');
  return all;
}

const isMissed = ({ hasDefault, isRequired, isList }: Column) => hasDefault || isRequired || isList;

function written(column: Column, value: unknown): unknown {
  if (value === null && !column.isRequired && column.type !== 'Json') return null;
  return column.isList ? sentAll(column, value) : sent(column, value);
}
