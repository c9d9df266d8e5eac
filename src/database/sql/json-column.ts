import { UnsupportedQuery } from './draft.ts';
import type { ColumnFormat } from './json-shape.ts';
import type { Column, Scalar } from './tables.ts';

/** A text as an SQL literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * An expression that fails where a value is present, and is null where it is null: the read then
 * runs as rows, which name the faulty value. Not a constant, which the planner would evaluate.
 */
const failUnlessNull = (sql: string): string => `(1 / (length(${sql}) - length(${sql})))::text`;

/** The types whose text is JSON. */
const PLAIN: readonly (Scalar | null)[] = ['String', 'Int', 'Boolean'];

/** The expression that writes a column as JSON text. */
export function columnJson({ type, isList, isRequired }: Column, sql: string, format: ColumnFormat, isNullable: boolean): string {
  if (!isRequired && !isNullable) throw new UnsupportedQuery('selection');
  if (isList) return listJson(type, `coalesce(${sql}, '{}')`, format);
  const json = scalarJson(type, sql, format);
  return isRequired ? json : `coalesce(${json}, 'null')`;
}

/** The expression that writes a stored object with a text on each side. Any other value fails. */
export function storedJson(
  { type, isList, isRequired }: Column,
  sql: string,
  { around: [before, after], isNullable }: { readonly around: readonly [string, string]; readonly isNullable: boolean },
): string {
  if (type !== 'Json' || isList || (!isRequired && !isNullable)) throw new UnsupportedQuery('selection');
  const text = `CASE jsonb_typeof(${sql}) WHEN 'object' THEN ${literal(before)} || ${sql}::text || ${literal(after)} ELSE ${failUnlessNull(`${sql}::text`)} END`;
  return isRequired ? text : `coalesce(${text}, 'null')`;
}

/** A list of texts, or of enum values whose names are the same in capitals. */
function listJson(type: Scalar | null, sql: string, format: ColumnFormat): string {
  if (type !== 'String' || typeof format === 'string') {
    if (type !== 'String' || format !== 'plain') throw new UnsupportedQuery('selection');
    return `array_to_json(${sql})::text`;
  }
  if ([...format].some(([value, name]) => value.toUpperCase() !== name)) throw new UnsupportedQuery('selection');
  const values = `ARRAY[${[...format.keys()].map(literal).join(', ')}]`;
  return `CASE WHEN ${sql} <@ ${values} THEN upper(array_to_json(${sql})::text) ELSE ${failUnlessNull(`array_to_json(${sql})::text`)} END`;
}

function scalarJson(type: Scalar | null, sql: string, format: ColumnFormat): string {
  if (typeof format === 'object') {
    if (type !== 'String') throw new UnsupportedQuery('selection');
    const names = [...format].map(([value, name]) => `WHEN ${literal(value)} THEN ${literal(`"${name}"`)}`);
    return `CASE ${sql} ${names.join(' ')} ELSE ${failUnlessNull(sql)} END`;
  }
  if (format === 'moment' && type === 'DateTime') return moment(sql);
  if (format === 'decimal' && type === 'Decimal') return `('"' || trim_scale(${sql}) || '"')`;
  if (format === 'text' && type === 'BigInt') return `('"' || ${sql} || '"')`;
  if (format !== 'plain' || !PLAIN.includes(type)) throw new UnsupportedQuery('selection');
  return type === 'String' ? `to_json(${sql})::text` : `${sql}::text`;
}

/**
 * A moment in UTC with three digits of a second. `to_json` drops trailing zeros; padding them back
 * takes a third of the time of `to_char`.
 */
function moment(sql: string): string {
  const json = `to_json(${sql} AT TIME ZONE 'UTC')::text`;
  return `(rpad(rtrim(${json}, '"') || CASE WHEN length(${json}) = 21 THEN '.' ELSE '' END, 24, '0') || 'Z"')`;
}
