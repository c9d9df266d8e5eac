import { type Draft, entriesOf, from, isPlain, parameter, type Source, sourceOf, tied, UnsupportedQuery } from './draft.ts';
import { type Revive, reviving } from './revive.ts';
import type { Relation, Table } from './tables.ts';
import { written } from './value.ts';
import { where } from './where.ts';

/** A query whose rows are the objects of an answer, and what is left to do with each of them. */
export type Rows = { readonly sql: string; readonly revive: Revive | null };

type Args = Readonly<Record<string, unknown>>;
const MANY = ['where', 'orderBy', 'take', 'skip', 'select', 'include'];
const ONE = ['select', 'include'];

function checked(args: unknown, allowed: readonly string[]): Args {
  for (const [name, value] of entriesOf(args, 'argument'))
    if (!allowed.includes(name) || value === null) throw new UnsupportedQuery('argument');
  return args as Args;
}

/** The rows of a table that arguments of a `findMany` pick; `tie` ties them to a row outside. */
export function many(draft: Draft, table: Table, given: unknown, tie: (source: Source) => string | null): Rows {
  const args = checked(given, MANY);
  const source = sourceOf(draft, table);
  const { columns, revive } = selection(draft, source, args);
  const conditions = [tie(source), args.where === undefined ? null : where(draft, source, args.where)].filter(part => part !== null);
  const page = paged(draft, args);
  const order = ordered(source, args.orderBy, page !== '');
  const condition = conditions.length ? ` WHERE ${conditions.join(' AND ')}` : '';
  return { sql: `SELECT ${columns} ${from(source)}${condition}${order}${page}`, revive };
}

const LARGEST = 2 ** 31;
const isSize = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < LARGEST;

function paged(draft: Draft, { take, skip = 0 }: Args): string {
  if ((take !== undefined && !isSize(take)) || !isSize(skip)) throw new UnsupportedQuery('page');
  const limit = take === undefined ? '' : ` LIMIT ${parameter(draft, take)}`;
  return skip ? `${limit} OFFSET ${parameter(draft, skip)}` : limit;
}

/** A page of rows in no order is one in the order of the primary key, as Prisma has it. */
export function ordered({ table, alias }: Source, orderBy: unknown, isPage: boolean): string {
  const orders = (Array.isArray(orderBy) ? orderBy : [orderBy ?? {}]).flatMap(order => {
    const keys = entriesOf(order, 'order');
    if (keys.length > 1) throw new UnsupportedQuery('order');
    return keys.map(([name, value]) => direction(table, alias, name, value));
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

function direction({ columns }: Table, alias: string, name: string, value: unknown): string {
  const column = columns.get(name);
  const { sort, nulls, ...more } = isPlain(value) ? value : { sort: value, nulls: undefined };
  const [way, place] = [DIRECTIONS.get(sort), NULLS.get(nulls)];
  if (!column?.type || !way || place === undefined || (nulls !== undefined && column.isRequired) || Object.keys(more).length)
    throw new UnsupportedQuery('order');
  return `${alias}.${column.sql} ${way}${place}`;
}

/** What a selection makes of a row: the columns, and what is left to do. */
export type Selected = { readonly columns: string; readonly revive: Revive | null };

export function selection(draft: Draft, source: Source, { select, include }: Args): Selected {
  if (select !== undefined && include !== undefined) throw new UnsupportedQuery('selection');
  const chosen = entriesOf(select ?? include ?? {}, 'selection').filter(([, value]) => value !== false);
  if (select !== undefined && !chosen.length) throw new UnsupportedQuery('selection');
  const revivals: Parameters<typeof reviving>[0][number][] = [];
  const columns: string[] = [];
  const add = (name: string, sql: string) => columns.push(`${sql} AS ${named(name)}`);
  const addColumn = (name: string) => {
    const column = source.table.columns.get(name)!;
    add(name, written(column, `${source.alias}.${column.sql}`));
    revivals.push({ name, column });
  };
  if (select === undefined) for (const name of source.table.columns.keys()) addColumn(name);
  for (const [name, value] of chosen) {
    const relation = source.table.relations.get(name);
    if (relation) {
      const { sql, revive } = related(draft, source, relation, value === true ? {} : value);
      add(name, sql);
      revivals.push({ name, relation, revive });
    } else if (name === '_count') add(name, counts(draft, source, value));
    else if (select !== undefined && value === true && source.table.columns.has(name)) addColumn(name);
    else throw new UnsupportedQuery('selection');
  }
  return { columns: columns.join(', '), revive: reviving(revivals) };
}

/** PostgreSQL cuts a longer name short. */
function named(name: string): string {
  if (!/^\w{1,63}$/.test(name)) throw new UnsupportedQuery('selection');
  return `"${name}"`;
}

function related(draft: Draft, source: Source, relation: Relation, args: unknown): Rows {
  if (relation.isList) {
    const { sql, revive } = many(draft, relation.to, args, other => tied(relation, source, other));
    return { sql: list(sql), revive };
  }
  const other = sourceOf(draft, relation.to);
  const { columns, revive } = selection(draft, other, checked(args, ONE));
  return { sql: object(`SELECT ${columns} ${from(other)} WHERE ${tied(relation, source, other)}`), revive };
}

/**
 * All rows of a query as one JSON array, in their order. No column is called what the rows are: a
 * column's name would be taken for it.
 */
export const list = (query: string): string => `(SELECT coalesce(json_agg("a row"), '[]') FROM (${query}) AS "a row")`;

/** The one row of a query as a JSON object. */
export const object = (query: string): string => `(SELECT row_to_json("a row") FROM (${query}) AS "a row")`;

function counts(draft: Draft, source: Source, value: unknown): string {
  const { select, ...more } = isPlain(value) ? value : { select: null };
  const chosen = entriesOf(select, 'selection').filter(([, count]) => count !== false);
  if (!chosen.length || Object.keys(more).length) throw new UnsupportedQuery('selection');
  const each = chosen.map(([name, count]) => {
    const relation = source.table.relations.get(name);
    if (!relation?.isList) throw new UnsupportedQuery('selection');
    return `'${named(name).slice(1, -1)}', ${counted(draft, source, relation, count)}`;
  });
  return `json_build_object(${each.join(', ')})`;
}

export function counted(draft: Draft, source: Source, relation: Relation, count: unknown): string {
  const other = sourceOf(draft, relation.to);
  const args = count === true ? {} : checked(count, ['where']);
  const condition = args.where === undefined ? null : where(draft, other, args.where);
  const tie = tied(relation, source, other);
  return `(SELECT count(*) ${from(other)} WHERE ${tie}${condition === null ? '' : ` AND ${condition}`})`;
}
