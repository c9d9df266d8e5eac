import { type Draft, entriesOf, isPlain, parameter, UnsupportedQuery } from './draft.ts';
import type { Column, Scalar } from './tables.ts';
import { sent, sentAll } from './value.ts';

const COMPARED: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['lte', '<='],
  ['gt', '>'],
  ['gte', '>='],
]);
const ORDERED: readonly (Scalar | null)[] = ['String', 'Int', 'BigInt', 'Float', 'Decimal', 'DateTime'];

/**
 * The text around what a pattern looks for; LIKE's own characters keep their meaning, as Prisma has
 * it.
 */
const PATTERNS: ReadonlyMap<string, (text: string) => string> = new Map([
  ['contains', text => `('%' || ${text} || '%')`],
  ['startsWith', text => `(${text} || '%')`],
  ['endsWith', text => `('%' || ${text})`],
]);

type Filtered = { readonly draft: Draft; readonly column: Column; readonly sql: string; readonly isInsensitive: boolean };

/** The conditions that a filter puts on a column, each of which must hold. */
export function filtered(draft: Draft, column: Column, sql: string, filter: unknown): string[] {
  if (column.type === null || column.type === 'Json') throw new UnsupportedQuery('filter');
  if (column.isList) return inList(draft, column, sql, filter);
  if (!isPlain(filter)) return [equals({ draft, column, sql, isInsensitive: false }, filter)];
  const { mode, ...conditions } = filter;
  if (mode !== undefined && (column.type !== 'String' || (mode !== 'default' && mode !== 'insensitive')))
    throw new UnsupportedQuery('filter');
  return each({ draft, column, sql, isInsensitive: mode === 'insensitive' }, conditions);
}

const each = (on: Filtered, conditions: object): string[] =>
  entriesOf(conditions, 'filter').flatMap(([name, value]) => {
    if (name !== 'not') return [condition(on, name, value)];
    if (!isPlain(value)) return [not(on, value)];
    if ('not' in value) throw new UnsupportedQuery('filter'); // Prisma takes one `not` for two
    return each(on, value).map(inner => `NOT ${inner}`);
  });

function condition(on: Filtered, name: string, value: unknown): string {
  const { draft, column, sql, isInsensitive } = on;
  if (name === 'equals') return equals(on, value);
  const pattern = PATTERNS.get(name);
  if (pattern && column.type === 'String') return `(${sql} ${like(on)} ${pattern(parameter(draft, sent(column, value)))})`;
  if (isInsensitive || column.type === 'Boolean') throw new UnsupportedQuery('filter');
  if (name === 'in') return `(${sql} = ANY(${parameter(draft, sentAll(column, value))}))`;
  if (name === 'notIn') return `(${sql} <> ALL(${parameter(draft, sentAll(column, value))}))`;
  const operator = COMPARED.get(name);
  if (!operator || !ORDERED.includes(column.type)) throw new UnsupportedQuery('filter');
  return `(${sql} ${operator} ${parameter(draft, sent(column, value))})`;
}

const like = ({ isInsensitive }: Filtered) => (isInsensitive ? 'ILIKE' : 'LIKE');

function equals(on: Filtered, value: unknown): string {
  if (value === null) return `(${nullable(on)} IS NULL)`;
  return `(${on.sql} ${on.isInsensitive ? 'ILIKE' : '='} ${parameter(on.draft, sent(on.column, value))})`;
}

function not(on: Filtered, value: unknown): string {
  if (value === null) return `(${nullable(on)} IS NOT NULL)`;
  return `(${on.sql} ${on.isInsensitive ? 'NOT ILIKE' : '<>'} ${parameter(on.draft, sent(on.column, value))})`;
}

function nullable({ column, sql }: Filtered): string {
  if (column.isRequired) throw new UnsupportedQuery('value');
  return sql;
}

/** A list takes one condition. */
function inList(draft: Draft, column: Column, sql: string, filter: unknown): string[] {
  const [[name, value] = [undefined, undefined], ...more] = entriesOf(filter, 'filter');
  if (name === undefined || more.length) throw new UnsupportedQuery('filter');
  const all = (values: unknown) => parameter(draft, sentAll(column, values));
  if (name === 'has') return [`(${sql} @> ${all([value])})`];
  if (name === 'hasEvery') return [`(${sql} @> ${all(value)})`];
  if (name === 'hasSome') return [`(${sql} && ${all(value)})`];
  if (name === 'equals') return [`(${sql} = ${all(value)})`];
  if (name !== 'isEmpty' || typeof value !== 'boolean') throw new UnsupportedQuery('filter');
  return [`(${sql} ${value ? '=' : '<>'} '{}')`];
}
