import {
  createDraft,
  createSource,
  type Draft,
  entriesOf,
  fromClause,
  isPlain,
  joinCondition,
  parameter,
  type Source,
  UnsupportedQuery,
  whereClause,
} from './draft.ts';
import { columnJson, literal, storedJson } from './json-column.ts';
import { cursorJson, infoJson } from './json-page-info.ts';
import type { JsonRead, JsonShape, JsonValue } from './json-shape.ts';
import { type Args, countRelated, orderClause } from './select.ts';
import type { Relation, Table } from './tables.ts';
import { checkPlaceholders, PLACEHOLDER, type Template, TenantDerivedParameter } from './template.ts';
import { where } from './where.ts';

/**
 * The statement of a read whose result is JSON text; null if there is no row. Its text depends on
 * the structure of arguments and shape alone. The caller's ids in the arguments are
 * {@link PLACEHOLDER}.
 *
 * @throws {UnsupportedQuery} if the read must run as rows.
 */
export function jsonStatement(table: Table, { operation, args, shape }: Omit<JsonRead, 'model'>): Template {
  const draft = createDraft();
  const { where: condition, select, ...more } = args as Args;
  if (operation === 'findMany' && !('take' in args))
    return checkPlaceholders({ text: `SELECT ${pageJson(draft, table, args as Args, shape, () => null)}`, values: draft.values });
  if (operation !== 'findFirst' || Object.keys(more).length) throw new UnsupportedQuery('operation');
  const source = createSource(draft, table);
  const row = rowJson(draft, source, argsIn(select), shape);
  const rows = condition === undefined ? null : where(draft, source, condition);
  return checkPlaceholders({ text: `SELECT (SELECT ${row} ${fromClause(source)}${whereClause(rows)} LIMIT 1)`, values: draft.values });
}

const keyOf = (name: string): string => {
  if (!/^\w+$/.test(name)) throw new UnsupportedQuery('selection');
  return name;
};

/** A row as JSON text. */
function rowJson(draft: Draft, source: Source, select: Args, { entries, prefix = '' }: JsonShape): string {
  const parts = entries.flatMap(([key, value], at) => [
    literal(`${at ? ',' : `${prefix}{`}"${keyOf(key)}":`),
    valueJson(draft, source, select, value),
  ]);
  return `concat(${[...parts, literal(entries.length ? '}' : '{}')].join(', ')})`;
}

function valueJson(draft: Draft, source: Source, select: Args, value: JsonValue): string {
  const { table, alias } = source;
  const relationOf = (name: string) => {
    const relation = table.relations.get(name);
    if (!relation) throw new UnsupportedQuery('selection');
    return relation;
  };
  const columnOf = (name: string) => {
    const column = table.columns.get(name);
    if (!column) throw new UnsupportedQuery('selection');
    return column;
  };
  switch (value.kind) {
    case 'text':
      return literal(value.text);
    case 'column':
      return columnJson(columnOf(value.column), `${alias}.${columnOf(value.column).sql}`, value.format, value.isNullable);
    case 'stored':
      return storedJson(columnOf(value.column), `${alias}.${columnOf(value.column).sql}`, value);
    case 'cursor':
      return cursorJson(`${alias}.${columnOf(value.column).sql}::text`);
    case 'id':
      return globalId(draft, value, `${alias}.${columnOf(value.column).sql}`);
    case 'object':
      return rowJson(draft, source, select, value.shape);
    case 'count':
      return countRelated(draft, source, relationOf(value.relation), countArgs(select, value.relation));
    case 'one':
      return relatedJson(draft, source, relationOf(value.relation), argsIn(select[value.relation]), value.shape);
    case 'page': {
      const relation = relationOf(value.relation);
      return pageJson(draft, relation.to, argsIn(select[value.relation]), value.shape, other => joinCondition(relation, source, other));
    }
    case 'connection':
      return connectionJson(draft, source, relationOf(value.relation), select, value);
  }
}

/**
 * The global id of a row: base64 of `Type:tenant:id`, or of `Type:id`. Letters, digits, colons and
 * hyphens never make a `+` or a `/`. The part that all rows share is encoded here, as far as it
 * fills whole groups of three bytes.
 */
function globalId(draft: Draft, { prefix, isOfTenant }: JsonValue & { kind: 'id' }, id: string): string {
  const shared = (tenantId: string) => (isOfTenant ? `${prefix}:${tenantId}:` : `${prefix}:`);
  // ASCII, and of the same length for every tenant
  const length = shared(PLACEHOLDER.tenantId).length;
  const encoded = length - (length % 3);
  const rest = () => parameter(draft, new TenantDerivedParameter(tenantId => shared(tenantId).slice(encoded)));
  const base64 = (sql: string) => `encode((${sql})::bytea, 'base64')`;
  const end = length > encoded ? `rtrim(${base64(`${rest()}::text || ${id}::text`)}, '=')` : base64(`${id}::text`);
  const start = new TenantDerivedParameter(tenantId => `"${Buffer.from(shared(tenantId).slice(0, encoded)).toString('base64')}`);
  return `concat(${parameter(draft, start)}::text, ${end}, '"')`;
}

const argsIn = (value: unknown): Args => (value === true ? {} : isPlain(value) ? value : {});

function countArgs(select: Args, relation: string): unknown {
  const { select: counts } = argsIn(select._count);
  return argsIn(counts)[relation];
}

/** The row of a relation as JSON text, or `null`. */
function relatedJson(draft: Draft, source: Source, relation: Relation, args: Args, shape: JsonShape): string {
  const other = createSource(draft, relation.to);
  const row = rowJson(draft, other, argsIn(args.select), shape);
  return `coalesce((SELECT ${row} ${fromClause(other)} WHERE ${joinCondition(relation, source, other)}), 'null')`;
}

const PAGE = ['where', 'orderBy', 'take', 'select'];

type Page = { readonly table: Table; readonly args: Args; readonly tie: (source: Source) => string | null };

/** The rows of a page, and more columns of each. Returns the number of rows of a full page too. */
function pageRows(draft: Draft, { table, args, tie }: Page, shape: JsonShape, more: (source: Source) => string, rest: 0 | 1) {
  for (const [name] of entriesOf(args, 'argument')) if (!PAGE.includes(name)) throw new UnsupportedQuery('argument');
  const { take } = args;
  if (take !== undefined && !(Number.isSafeInteger(take) && (take as number) > 0)) throw new UnsupportedQuery('page');
  const source = createSource(draft, table);
  const row = rowJson(draft, source, argsIn(args.select), shape);
  const conditions = [tie(source), args.where === undefined ? null : where(draft, source, args.where)];
  const size = take === undefined ? null : parameter(draft, (take as number) - 1);
  const limit = size === null ? '' : ` LIMIT ${size}${rest ? '::int + 1' : ''}`;
  const order = orderClause(source, args.orderBy, take !== undefined);
  return { size, rows: `SELECT ${row} AS j${more(source)} ${fromClause(source)}${whereClause(...conditions)}${order}${limit}` };
}

/**
 * Rows as a JSON list. `take` counts one row more than the page has, to tell whether there is a
 * next page; the list leaves it out. The number of rows follows where the shape has a place for it.
 */
function pageJson(draft: Draft, table: Table, args: Args, shape: JsonShape, tie: Page['tie']): string {
  const { rows } = pageRows(draft, { table, args, tie }, shape, () => '', 0);
  const count = shape.count ? `, ${literal(shape.count[0])}, count(*), ${literal(shape.count[1])}` : '';
  return `(SELECT concat('[', string_agg(r.j, ','), ']'${count}) FROM (${rows}) r)`;
}

/** A connection with its page info: the row after the page is read, and not written. */
function connectionJson(draft: Draft, source: Source, relation: Relation, select: Args, value: JsonValue & { kind: 'connection' }): string {
  const [edges, ...others] = value.entries.flatMap(([, part]) => (part.kind === 'edges' ? [part] : []));
  if (!edges || others.length) throw new UnsupportedQuery('page');
  const page: Page = { table: relation.to, args: argsIn(select[value.relation]), tie: other => joinCondition(relation, source, other) };
  const key = ({ table, alias }: Source) => {
    const column = table.columns.get(value.cursor);
    if (!column) throw new UnsupportedQuery('selection');
    return `, ${alias}.${column.sql}::text AS k`;
  };
  const { rows, size } = pageRows(draft, page, edges.shape, key, 1);
  if (size === null) throw new UnsupportedQuery('page');
  const shown = `least(count(*), ${size}::int)::int`;
  const { count } = edges.shape;
  const parts = value.entries.flatMap(([name, part], at) => {
    const start = literal(`${at ? ',' : '{'}"${keyOf(name)}":`);
    if (part.kind === 'pageInfo')
      return [
        start,
        ...infoJson(
          part.entries.map(([fact, of]) => [keyOf(fact), of] as const),
          size,
          shown,
        ),
      ];
    if (part.kind !== 'edges') return [start, valueJson(draft, source, select, part)];
    const counted = count ? [literal(count[0]), shown, literal(count[1])] : [];
    return [start, "'['", `array_to_string((array_agg(r.j))[1:${size}::int], ',')`, "']'", ...counted];
  });
  return `(SELECT concat(${[...parts, "'}'"].join(', ')}) FROM (${rows}) r)`;
}
