import {
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
import { type Reviver, reviverOf } from './reviver.ts';
import type { Relation, Table } from './tables.ts';
import { columnExpression } from './value.ts';
import { where } from './where.ts';

/** A SELECT whose rows become the objects of a result, and what revives each of them. */
export type Select = { readonly sql: string; readonly revive: Reviver | null };

export type Args = Readonly<Record<string, unknown>>;
const MANY = ['where', 'orderBy', 'take', 'skip', 'select', 'include'];
const ONE = ['select', 'include'];

/** Arguments that have these names alone, none of them null. */
export function checkArgs(args: unknown, allowed: readonly string[]): Args {
  for (const [name, value] of entriesOf(args, 'argument'))
    if (!allowed.includes(name) || value === null) throw new UnsupportedQuery('argument');
  return args as Args;
}

/**
 * The rows that the arguments of a `findMany` select. `tie` relates them to the row of an enclosing
 * query.
 */
export function selectMany(draft: Draft, table: Table, given: unknown, tie: (source: Source) => string | null): Select {
  const args = checkArgs(given, MANY);
  const source = createSource(draft, table);
  const { columns, revive } = selectList(draft, source, args);
  const conditions = [tie(source), args.where === undefined ? null : where(draft, source, args.where)];
  const page = pageClause(draft, args);
  const order = orderClause(source, args.orderBy, page !== '');
  return { sql: `SELECT ${columns} ${fromClause(source)}${whereClause(...conditions)}${order}${page}`, revive };
}

const MAX_PAGE = 2 ** 31;
const isSize = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < MAX_PAGE;

function pageClause(draft: Draft, { take, skip = 0 }: Args): string {
  if ((take !== undefined && !isSize(take)) || !isSize(skip)) throw new UnsupportedQuery('page');
  const limit = take === undefined ? '' : ` LIMIT ${parameter(draft, take)}`;
  return skip ? `${limit} OFFSET ${parameter(draft, skip)}` : limit;
}

/** An ORDER BY. A page without an order is in the order of the primary key, as in Prisma. */
export function orderClause({ table, alias }: Source, orderBy: unknown, isPage: boolean): string {
  const orders = (Array.isArray(orderBy) ? orderBy : [orderBy ?? {}]).flatMap(order => {
    const keys = entriesOf(order, 'order');
    if (keys.length > 1) throw new UnsupportedQuery('order');
    return keys.map(([name, value]) => columnOrder(table, alias, name, value));
  });
  const all = !orders.length && isPage ? table.key.map(column => `${alias}.${column} ASC`) : orders;
  return all.length ? ` ORDER BY ${all.join(', ')}` : '';
}

const DIRECTIONS: ReadonlyMap<unknown, string> = new Map([
  ['asc', 'ASC'],
  ['desc', 'DESC'],
]);
const NULLS: ReadonlyMap<unknown, string> = new Map([
  [undefined, ''],
  ['first', ' NULLS FIRST'],
  ['last', ' NULLS LAST'],
]);

function columnOrder({ columns }: Table, alias: string, name: string, value: unknown): string {
  const column = columns.get(name);
  const { sort, nulls, ...more } = isPlain(value) ? value : { sort: value, nulls: undefined };
  const [direction, nullsOrder] = [DIRECTIONS.get(sort), NULLS.get(nulls)];
  if (!column?.type || !direction || nullsOrder === undefined || (nulls !== undefined && column.isRequired) || Object.keys(more).length)
    throw new UnsupportedQuery('order');
  return `${alias}.${column.sql} ${direction}${nullsOrder}`;
}

/** The select list of `select` or `include`, and what revives a row of it. */
export function selectList(draft: Draft, source: Source, { select, include }: Args): { columns: string; revive: Reviver | null } {
  if (select !== undefined && include !== undefined) throw new UnsupportedQuery('selection');
  const chosen = entriesOf(select ?? include ?? {}, 'selection').filter(([, value]) => value !== false);
  if (select !== undefined && !chosen.length) throw new UnsupportedQuery('selection');
  const properties: Parameters<typeof reviverOf>[0][number][] = [];
  const columns: string[] = [];
  const add = (name: string, sql: string) => columns.push(`${sql} AS ${quoted(name)}`);
  const addColumn = (name: string) => {
    const column = source.table.columns.get(name)!;
    add(name, columnExpression(column, `${source.alias}.${column.sql}`));
    properties.push({ name, column });
  };
  if (select === undefined) for (const name of source.table.columns.keys()) addColumn(name);
  for (const [name, value] of chosen) {
    const relation = source.table.relations.get(name);
    if (relation) {
      const { sql, revive } = selectRelated(draft, source, relation, value === true ? {} : value);
      add(name, sql);
      properties.push({ name, relation, revive });
    } else if (name === '_count') add(name, countsObject(draft, source, value));
    else if (select !== undefined && value === true && source.table.columns.has(name)) addColumn(name);
    else throw new UnsupportedQuery('selection');
  }
  return { columns: columns.join(', '), revive: reviverOf(properties) };
}

/** An identifier, which PostgreSQL truncates at 63 bytes. */
function quoted(name: string): string {
  if (!/^\w{1,63}$/.test(name)) throw new UnsupportedQuery('selection');
  return `"${name}"`;
}

function selectRelated(draft: Draft, source: Source, relation: Relation, args: unknown): Select {
  if (relation.isList) {
    const { sql, revive } = selectMany(draft, relation.to, args, other => joinCondition(relation, source, other));
    return { sql: jsonArray(sql), revive };
  }
  const other = createSource(draft, relation.to);
  const { columns, revive } = selectList(draft, other, checkArgs(args, ONE));
  return { sql: jsonRow(`SELECT ${columns} ${fromClause(other)} WHERE ${joinCondition(relation, source, other)}`), revive };
}

/**
 * The rows of a query as one JSON array, in their order. The alias contains a space, so that no
 * column's name can shadow it.
 */
export const jsonArray = (query: string): string => `(SELECT coalesce(json_agg("a row"), '[]') FROM (${query}) AS "a row")`;

/** The only row of a query as a JSON object. */
export const jsonRow = (query: string): string => `(SELECT row_to_json("a row") FROM (${query}) AS "a row")`;

function countsObject(draft: Draft, source: Source, value: unknown): string {
  const { select, ...more } = isPlain(value) ? value : { select: null };
  const chosen = entriesOf(select, 'selection').filter(([, count]) => count !== false);
  if (!chosen.length || Object.keys(more).length) throw new UnsupportedQuery('selection');
  const counts = chosen.map(([name, count]) => {
    const relation = source.table.relations.get(name);
    if (!relation?.isList) throw new UnsupportedQuery('selection');
    return `'${quoted(name).slice(1, -1)}', ${countRelated(draft, source, relation, count)}`;
  });
  return `json_build_object(${counts.join(', ')})`;
}

/** The number of a relation's rows. `count` is true or holds a `where`. */
export function countRelated(draft: Draft, source: Source, relation: Relation, count: unknown): string {
  const other = createSource(draft, relation.to);
  const args = count === true ? {} : checkArgs(count, ['where']);
  const condition = args.where === undefined ? null : where(draft, other, args.where);
  return `(SELECT count(*) ${fromClause(other)}${whereClause(joinCondition(relation, source, other), condition)})`;
}
