import { createSource, type Draft, entriesOf, fromClause, isPlain, joinCondition, type Source, UnsupportedQuery } from './draft.ts';
import { columnConditions } from './filter.ts';
import type { Relation } from './tables.ts';

/** A `where` as a condition on the rows of a source; null if it has no conditions. */
export function where(draft: Draft, source: Source, condition: unknown): string | null {
  return allOf(entriesOf(condition, 'filter').flatMap(([key, value]) => conditions(draft, source, key, value)));
}

const allOf = (parts: readonly string[]): string | null => (parts.length > 1 ? `(${parts.join(' AND ')})` : (parts[0] ?? null));

function conditions(draft: Draft, source: Source, key: string, value: unknown): string[] {
  const each = (inner: unknown) => {
    const parts = (Array.isArray(inner) ? inner : [inner]).map(item => where(draft, source, item));
    return parts.filter(part => part !== null);
  };
  if (key === 'AND') return each(value);
  if (key === 'NOT') return each(value).map(inner => `(NOT ${inner})`);
  if (key === 'OR') return [anyOf(each(Array.isArray(value) ? value : null))];
  const column = source.table.columns.get(key);
  if (column) return columnConditions(draft, column, `${source.alias}.${column.sql}`, value);
  const relation = source.table.relations.get(key);
  if (!relation) throw new UnsupportedQuery('filter');
  return relation.isList ? listConditions(draft, source, relation, value) : rowConditions(draft, source, relation, value);
}

/** Prisma ignores an empty `OR` in some places and takes it for false in others. */
function anyOf(parts: readonly string[]): string {
  if (!parts.length) throw new UnsupportedQuery('filter');
  return `(${parts.join(' OR ')})`;
}

const QUANTIFIERS: ReadonlyMap<string, (exists: (condition: string | null) => string, inner: string | null) => string> = new Map([
  ['some', (exists, inner) => exists(inner)],
  ['none', (exists, inner) => `(NOT ${exists(inner)})`],
  ['every', (exists, inner) => `(NOT ${exists(`(NOT ${inner ?? 'true'})`)})`],
]);

/** Conditions on a relation to many rows. */
const listConditions = (draft: Draft, source: Source, relation: Relation, value: unknown): string[] =>
  entriesOf(value, 'filter').map(([name, condition]) => {
    const quantifier = QUANTIFIERS.get(name);
    if (!quantifier) throw new UnsupportedQuery('filter');
    const other = createSource(draft, relation.to);
    const inner = where(draft, other, condition);
    const tie = joinCondition(relation, source, other);
    return quantifier(extra => `EXISTS (SELECT ${fromClause(other)} WHERE ${tie}${extra === null ? '' : ` AND ${extra}`})`, inner);
  });

const IS = ['is', 'isNot'];

/**
 * Conditions on a relation to one row. A missing row is joined as nulls, so that three-valued logic
 * gives the result of Prisma's own joins.
 */
function rowConditions(draft: Draft, source: Source, relation: Relation, value: unknown): string[] {
  const entries = value === null ? [['is', null] as const] : entriesOf(value, 'filter');
  const names = entries.map(([name]) => name);
  if (names.some(name => IS.includes(name)) && !names.every(name => IS.includes(name))) throw new UnsupportedQuery('filter');
  if (!names.some(name => IS.includes(name))) return entries.length ? [rowCondition(draft, source, relation, value, false)] : [];
  return entries.map(([name, condition]) => rowCondition(draft, source, relation, condition, name === 'isNot'));
}

function rowCondition(draft: Draft, source: Source, relation: Relation, condition: unknown, isNot: boolean): string {
  if (condition === null) return isNot ? `(NOT ${isAbsent(draft, source, relation)})` : isAbsent(draft, source, relation);
  if (!isPlain(condition)) throw new UnsupportedQuery('filter');
  const { other, key } = join(draft, source, relation);
  const inner = where(draft, other, condition) ?? 'true';
  return isNot ? `((NOT ${inner}) OR ${key} IS NULL)` : `(${inner} AND ${key} IS NOT NULL)`;
}

function join(draft: Draft, source: Source, relation: Relation): { other: Source; key: string } {
  const other = createSource(draft, relation.to, source.joins);
  source.joins.push(`LEFT JOIN ${relation.to.sql} AS ${other.alias} ON ${joinCondition(relation, source, other)}`);
  return { other, key: `${other.alias}.${relation.on[0]![1]}` };
}

/**
 * That there is no related row. With our own foreign key the key decides, as in Prisma, even if
 * row-level security hides the row that it names.
 */
function isAbsent(draft: Draft, source: Source, relation: Relation): string {
  if (relation.isRequired && relation.isForward) throw new UnsupportedQuery('value');
  if (!relation.isForward) return `(${join(draft, source, relation).key} IS NULL)`;
  if (relation.on.length > 1) throw new UnsupportedQuery('filter');
  return `(${source.alias}.${relation.on[0]![0]} IS NULL)`;
}
