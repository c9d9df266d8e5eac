import { type Draft, entriesOf, from, isPlain, type Source, sourceOf, tied, UnsupportedQuery } from './draft.ts';
import { filtered } from './filter.ts';
import type { Relation } from './tables.ts';

/** A `where` as a condition on the rows of a source, or null where it says nothing. */
export function where(draft: Draft, source: Source, condition: unknown): string | null {
  return all(entriesOf(condition, 'filter').flatMap(([key, value]) => part(draft, source, key, value)));
}

const all = (parts: readonly string[]): string | null => (parts.length > 1 ? `(${parts.join(' AND ')})` : (parts[0] ?? null));

function part(draft: Draft, source: Source, key: string, value: unknown): string[] {
  const each = (inner: unknown) => {
    const parts = (Array.isArray(inner) ? inner : [inner]).map(item => where(draft, source, item));
    return parts.filter(item => item !== null);
  };
  if (key === 'AND') return each(value);
  if (key === 'NOT') return each(value).map(inner => `(NOT ${inner})`);
  if (key === 'OR') return [anyOf(each(Array.isArray(value) ? value : null))];
  const column = source.table.columns.get(key);
  if (column) return filtered(draft, column, `${source.alias}.${column.sql}`, value);
  const relation = source.table.relations.get(key);
  if (!relation) throw new UnsupportedQuery('filter');
  return relation.isList ? ofMany(draft, source, relation, value) : ofOne(draft, source, relation, value);
}

/** Prisma passes over an `OR` that says nothing in some places and takes it for false in others. */
function anyOf(parts: readonly string[]): string {
  if (!parts.length) throw new UnsupportedQuery('filter');
  return `(${parts.join(' OR ')})`;
}

const QUANTIFIED: ReadonlyMap<string, (rows: (condition: string | null) => string, inner: string | null) => string> = new Map([
  ['some', (rows, inner) => rows(inner)],
  ['none', (rows, inner) => `(NOT ${rows(inner)})`],
  ['every', (rows, inner) => `(NOT ${rows(`(NOT ${inner ?? 'true'})`)})`],
]);

const ofMany = (draft: Draft, source: Source, relation: Relation, value: unknown): string[] =>
  entriesOf(value, 'filter').map(([name, condition]) => {
    const quantified = QUANTIFIED.get(name);
    if (!quantified) throw new UnsupportedQuery('filter');
    const other = sourceOf(draft, relation.to);
    const inner = where(draft, other, condition);
    const tie = tied(relation, source, other);
    return quantified(extra => `EXISTS (SELECT ${from(other)} WHERE ${tie}${extra === null ? '' : ` AND ${extra}`})`, inner);
  });

const ONE = ['is', 'isNot'];

/**
 * A row that isn't there is joined as nulls, so that three-valued logic says of it what Prisma's
 * own joins say.
 */
function ofOne(draft: Draft, source: Source, relation: Relation, value: unknown): string[] {
  const conditions = value === null ? [['is', null] as const] : entriesOf(value, 'filter');
  const names = conditions.map(([name]) => name);
  if (names.some(name => ONE.includes(name)) && !names.every(name => ONE.includes(name))) throw new UnsupportedQuery('filter');
  if (!names.some(name => ONE.includes(name))) return conditions.length ? [currentSink(draft, source, relation, value, false)] : [];
  return conditions.map(([name, condition]) => currentSink(draft, source, relation, condition, name === 'isNot'));
}

function currentSink(draft: Draft, source: Source, relation: Relation, condition: unknown, isNot: boolean): string {
  if (condition === null) return isNot ? `(NOT ${absent(draft, source, relation)})` : absent(draft, source, relation);
  if (!isPlain(condition)) throw new UnsupportedQuery('filter');
  const { other, key } = join(draft, source, relation);
  const inner = where(draft, other, condition) ?? 'true';
  return isNot ? `((NOT ${inner}) OR ${key} IS NULL)` : `(${inner} AND ${key} IS NOT NULL)`;
}

function join(draft: Draft, source: Source, relation: Relation): { other: Source; key: string } {
  const other = sourceOf(draft, relation.to, source.joins);
  source.joins.push(`LEFT JOIN ${relation.to.sql} AS ${other.alias} ON ${tied(relation, source, other)}`);
  return { other, key: `${other.alias}.${relation.on[0]![1]}` };
}

/**
 * That there is no row: by our key where it is ours, as Prisma has it, whether or not the row that
 * it names may be seen.
 */
function absent(draft: Draft, source: Source, relation: Relation): string {
  if (relation.isRequired && relation.isForward) throw new UnsupportedQuery('value');
  if (!relation.isForward) return `(${join(draft, source, relation).key} IS NULL)`;
  if (relation.on.length > 1) throw new UnsupportedQuery('filter');
  return `(${source.alias}.${relation.on[0]![0]} IS NULL)`;
}
