import { type Draft, entriesOf, isPlain, parameter, UnsupportedQuery } from './draft.ts';
import type { Column, Scalar } from './tables.ts';
import { toArrayParameter, toParameter } from './value.ts';

const COMPARISONS: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['lte', '<='],
  ['gt', '>'],
  ['gte', '>='],
]);
const ORDERED: readonly (Scalar | null)[] = ['String', 'Int', 'BigInt', 'Float', 'Decimal', 'DateTime'];

/** LIKE patterns around a parameter. Its `%` and `_` remain wildcards, as in Prisma. */
const PATTERNS: ReadonlyMap<string, (text: string) => string> = new Map([
  ['contains', text => `('%' || ${text} || '%')`],
  ['startsWith', text => `(${text} || '%')`],
  ['endsWith', text => `('%' || ${text})`],
]);

type FilteredColumn = { readonly draft: Draft; readonly column: Column; readonly sql: string; readonly isInsensitive: boolean };

/** The conditions of a filter on one column; a row must meet all of them. */
export function columnConditions(draft: Draft, column: Column, sql: string, filter: unknown): string[] {
  if (column.type === null || column.type === 'Json') throw new UnsupportedQuery('filter');
  if (column.isList) return listCondition(draft, column, sql, filter);
  if (!isPlain(filter)) return [equals({ draft, column, sql, isInsensitive: false }, filter)];
  const { mode, ...conditions } = filter;
  if (mode !== undefined && (column.type !== 'String' || (mode !== 'default' && mode !== 'insensitive')))
    throw new UnsupportedQuery('filter');
  return scalarConditions({ draft, column, sql, isInsensitive: mode === 'insensitive' }, conditions);
}

const scalarConditions = (on: FilteredColumn, conditions: object): string[] =>
  entriesOf(conditions, 'filter').flatMap(([name, value]) => {
    if (name !== 'not') return [condition(on, name, value)];
    if (!isPlain(value)) return [not(on, value)];
    if ('not' in value) throw new UnsupportedQuery('filter'); // Prisma takes one `not` for two
    return scalarConditions(on, value).map(inner => `NOT ${inner}`);
  });

function condition(on: FilteredColumn, name: string, value: unknown): string {
  const { draft, column, sql, isInsensitive } = on;
  if (name === 'equals') return equals(on, value);
  const pattern = PATTERNS.get(name);
  if (pattern && column.type === 'String') return `(${sql} ${like(on)} ${pattern(parameter(draft, toParameter(column, value)))})`;
  if (isInsensitive || column.type === 'Boolean') throw new UnsupportedQuery('filter');
  if (name === 'in') return `(${sql} = ANY(${parameter(draft, toArrayParameter(column, value))}))`;
  if (name === 'notIn') return `(${sql} <> ALL(${parameter(draft, toArrayParameter(column, value))}))`;
  const operator = COMPARISONS.get(name);
  if (!operator || !ORDERED.includes(column.type)) throw new UnsupportedQuery('filter');
  return `(${sql} ${operator} ${parameter(draft, toParameter(column, value))})`;
}

const like = ({ isInsensitive }: FilteredColumn) => (isInsensitive ? 'ILIKE' : 'LIKE');

function equals(on: FilteredColumn, value: unknown): string {
  if (value === null) return `(${nullable(on)} IS NULL)`;
  return `(${on.sql} ${on.isInsensitive ? 'ILIKE' : '='} ${parameter(on.draft, toParameter(on.column, value))})`;
}

function not(on: FilteredColumn, value: unknown): string {
  if (value === null) return `(${nullable(on)} IS NOT NULL)`;
  return `(${on.sql} ${on.isInsensitive ? 'NOT ILIKE' : '<>'} ${parameter(on.draft, toParameter(on.column, value))})`;
}

function nullable({ column, sql }: FilteredColumn): string {
  if (column.isRequired) throw new UnsupportedQuery('value');
  return sql;
}

/** Prisma allows one condition on a list column. */
function listCondition(draft: Draft, column: Column, sql: string, filter: unknown): string[] {
  const [[name, value] = [undefined, undefined], ...more] = entriesOf(filter, 'filter');
  if (name === undefined || more.length) throw new UnsupportedQuery('filter');
  const array = (values: unknown) => parameter(draft, toArrayParameter(column, values));
  if (name === 'has') return [`(${sql} @> ${array([value])})`];
  if (name === 'hasEvery') return [`(${sql} @> ${array(value)})`];
  if (name === 'hasSome') return [`(${sql} && ${array(value)})`];
  if (name === 'equals') return [`(${sql} = ${array(value)})`];
  if (name !== 'isEmpty' || typeof value !== 'boolean') throw new UnsupportedQuery('filter');
  return [`(${sql} ${value ? '=' : '<>'} '{}')`];
}
