import { type Draft, entriesOf, from, isPlain, parameter, type Source, sourceOf, tied, UnsupportedQuery } from './draft.ts';
import { counted, ordered } from './rows.ts';
import type { Column, Relation, Scalar, Table } from './tables.ts';
import { checked, PLACEHOLDER, type Template, TenantDerivedParameter } from './template.ts';
import { where } from './where.ts';

/** What becomes JSON of a row: names and what is written under each, in their order. */
export type Shape = { readonly entries: readonly (readonly [name: string, form: Form])[] };

/**
 * How a value is written. Columns, relations and counts are named as in the data model; what is
 * `text` is JSON already.
 */
export type Form =
  | { readonly kind: 'column'; readonly column: string; readonly as: As; readonly isNullable: boolean }
  | { readonly kind: 'id'; readonly prefix: string; readonly isOfTenant: boolean }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'object'; readonly shape: Shape }
  | { readonly kind: 'one'; readonly relation: string; readonly shape: Shape }
  | { readonly kind: 'page'; readonly relation: string; readonly shape: Shape }
  | { readonly kind: 'count'; readonly relation: string };

/**
 * What a column is in the answer: as JSON has it, as text, a moment, a decimal without zeros at its
 * end, or the names that stand for its values.
 */
export type As = 'plain' | 'text' | 'moment' | 'decimal' | ReadonlyMap<string, string>;

type Args = Readonly<Record<string, unknown>>;

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const named = (name: string): string => {
  if (!/^\w+$/.test(name)) throw new UnsupportedQuery('selection');
  return name;
};

/** A row as JSON text. */
function object(draft: Draft, source: Source, select: Args, { entries }: Shape): string {
  const parts = entries.flatMap(([name, form], at) => [
    literal(`${at ? ',' : '{'}"${named(name)}":`),
    written(draft, source, select, form),
  ]);
  return `concat(${[...parts, literal(entries.length ? '}' : '{}')].join(', ')})`;
}

function written(draft: Draft, source: Source, select: Args, form: Form): string {
  const { table, alias } = source;
  const relation = (name: string) => {
    const found = table.relations.get(name);
    if (!found) throw new UnsupportedQuery('selection');
    return found;
  };
  const column = (name: string) => {
    const found = table.columns.get(name);
    if (!found) throw new UnsupportedQuery('selection');
    return found;
  };
  if (form.kind === 'text') return literal(form.text);
  if (form.kind === 'column') return value(column(form.column), `${alias}.${column(form.column).sql}`, form);
  if (form.kind === 'object') return object(draft, source, select, form.shape);
  if (form.kind === 'count') return counted(draft, source, relation(form.relation), countArgs(select, form.relation));
  if (form.kind === 'one') return one(draft, source, relation(form.relation), argsIn(select[form.relation]), form.shape);
  if (form.kind === 'page')
    return page(draft, relation(form.relation).to, argsIn(select[form.relation]), form.shape, other =>
      tied(relation(form.relation), source, other),
    );
  return globalId(draft, form, name => `${alias}.${column(name).sql}`);
}

/**
 * The global id of a row: base64 of `Type:tenant:id`, or of `Type:id`, whose letters, digits,
 * colons and hyphens never make a `+` or a `/`. What is the same for every row is encoded here, as
 * far as it fills whole groups of three bytes.
 */
function globalId(draft: Draft, { prefix, isOfTenant }: Form & { kind: 'id' }, column: (name: string) => string): string {
  const same = (tenantId: string) => (isOfTenant ? `${prefix}:${tenantId}:` : `${prefix}:`);
  // of letters and digits alone, as long for every tenant
  const length = same(PLACEHOLDER.tenantId).length;
  const whole = length - (length % 3);
  const rest = () => parameter(draft, new TenantDerivedParameter(tenantId => same(tenantId).slice(whole)));
  const bytes = (sql: string) => `encode((${sql})::bytea, 'base64')`;
  const id = length > whole ? `rtrim(${bytes(`${rest()}::text || ${column('id')}::text`)}, '=')` : bytes(`${column('id')}::text`);
  const front = new TenantDerivedParameter(tenantId => `"${Buffer.from(same(tenantId).slice(0, whole)).toString('base64')}`);
  return `concat(${parameter(draft, front)}::text, ${id}, '"')`;
}

const argsIn = (value: unknown): Args => (value === true ? {} : isPlain(value) ? value : {});

function countArgs(select: Args, relation: string): unknown {
  const { select: counts } = argsIn(select._count);
  return argsIn(counts)[relation];
}

function one(draft: Draft, source: Source, relation: Relation, args: Args, shape: Shape): string {
  const other = sourceOf(draft, relation.to);
  const row = object(draft, other, argsIn(args.select), shape);
  return `coalesce((SELECT ${row} ${from(other)} WHERE ${tied(relation, source, other)}), 'null')`;
}

const PAGE = ['where', 'orderBy', 'take', 'select'];

/**
 * Rows as a JSON list; of a page, which is read with one row more than it has, without that one.
 */
function page(draft: Draft, table: Table, args: Args, shape: Shape, tie: (source: Source) => string | null): string {
  for (const [name] of entriesOf(args, 'argument')) if (!PAGE.includes(name)) throw new UnsupportedQuery('argument');
  const { take } = args;
  if (take !== undefined && !(Number.isSafeInteger(take) && (take as number) > 0)) throw new UnsupportedQuery('page');
  const source = sourceOf(draft, table);
  const row = object(draft, source, argsIn(args.select), shape);
  const conditions = [tie(source), args.where === undefined ? null : where(draft, source, args.where)].filter(part => part !== null);
  const condition = conditions.length ? ` WHERE ${conditions.join(' AND ')}` : '';
  const limit = take === undefined ? '' : ` LIMIT ${parameter(draft, (take as number) - 1)}`;
  const rows = `SELECT ${row} AS j ${from(source)}${condition}${ordered(source, args.orderBy, take !== undefined)}${limit}`;
  return `concat('[', (SELECT string_agg(r.j, ',') FROM (${rows}) r), ']')`;
}

/**
 * Fails where there is a value; where there is none, is none. What is read as rows, then, says what
 * is wrong. Not a constant: the planner would fail.
 */
const unknown = (sql: string): string => `(1 / (length(${sql}) - length(${sql})))::text`;

/** The types that PostgreSQL writes as JSON has them. */
const PLAIN: readonly (Scalar | null)[] = ['String', 'Int', 'Boolean'];

function value({ type, isList, isRequired }: Column, sql: string, { as, isNullable }: Form & { kind: 'column' }): string {
  if (!isRequired && !isNullable) throw new UnsupportedQuery('selection');
  if (isList) return list(type, `coalesce(${sql}, '{}')`, as);
  const json = item(type, sql, as);
  return isRequired ? json : `coalesce(${json}, 'null')`;
}

/** Texts, or names that stand for them and are the same in capitals. */
function list(type: Scalar | null, sql: string, as: As): string {
  if (type !== 'String' || typeof as === 'string') {
    if (type !== 'String' || as !== 'plain') throw new UnsupportedQuery('selection');
    return `array_to_json(${sql})::text`;
  }
  if ([...as].some(([kept, name]) => kept.toUpperCase() !== name)) throw new UnsupportedQuery('selection');
  const known = `ARRAY[${[...as.keys()].map(literal).join(', ')}]`;
  return `CASE WHEN ${sql} <@ ${known} THEN upper(array_to_json(${sql})::text) ELSE ${unknown(`array_to_json(${sql})::text`)} END`;
}

function item(type: Scalar | null, sql: string, as: As): string {
  if (typeof as === 'object') {
    if (type !== 'String') throw new UnsupportedQuery('selection');
    const names = [...as].map(([kept, name]) => `WHEN ${literal(kept)} THEN ${literal(`"${name}"`)}`);
    return `CASE ${sql} ${names.join(' ')} ELSE ${unknown(sql)} END`;
  }
  if (as === 'moment' && type === 'DateTime') return moment(sql);
  if (as === 'decimal' && type === 'Decimal') return `('"' || trim_scale(${sql}) || '"')`;
  if (as === 'text' && type === 'BigInt') return `('"' || ${sql} || '"')`;
  if (as !== 'plain' || !PLAIN.includes(type)) throw new UnsupportedQuery('selection');
  return type === 'String' ? `to_json(${sql})::text` : `${sql}::text`;
}

/**
 * A moment in UTC with three digits of a second: what JSON leaves out of it is filled in, which
 * takes a third of `to_char`.
 */
function moment(sql: string): string {
  const json = `to_json(${sql} AT TIME ZONE 'UTC')::text`;
  return `(rpad(rtrim(${json}, '"') || CASE WHEN length(${json}) = 21 THEN '.' ELSE '' END, 24, '0') || 'Z"')`;
}

/**
 * A read that is answered as JSON text in a shape: the one row that there is, or the rows of a
 * page.
 */
export type ShapedRead = { readonly model: string; readonly operation: string; readonly args: object; readonly shape: Shape };

/**
 * The statement that answers a read with JSON text; null where there is no row. Its text depends on
 * the shape of arguments and answer alone. Whoever asks is {@link ANYBODY} in the arguments.
 *
 * @throws {Uncovered} for what rows are to be read for.
 */
export function shapedStatement(table: Table, { operation, args, shape }: Omit<ShapedRead, 'model'>): Template {
  const draft: Draft = { values: [], aliases: 0 };
  const { where: condition, select, ...more } = args as Args;
  if (operation === 'findMany' && !('take' in args))
    return checked({ text: `SELECT ${page(draft, table, args as Args, shape, () => null)}`, values: draft.values });
  if (operation !== 'findFirst' || Object.keys(more).length) throw new UnsupportedQuery('operation');
  const source = sourceOf(draft, table);
  const row = object(draft, source, argsIn(select), shape);
  const rows = condition === undefined ? null : where(draft, source, condition);
  return checked({ text: `SELECT (SELECT ${row} ${from(source)}${rows === null ? '' : ` WHERE ${rows}`} LIMIT 1)`, values: draft.values });
}
