import { parseCursorConnectionArgs } from '@pothos/plugin-relay';
import { badInput } from '../../domain/core/errors.ts';

/** How much a page holds at most, and when nobody says. */
export const PAGE = { most: 100, usual: 20 } as const;

export type PageArgs = { first?: number | null; last?: number | null; before?: string | null; after?: string | null };

/**
 * What rows are paged by: a column whose values are unique in a tenant and never change, and how a
 * cursor stands for a value of it.
 */
export type Order<Key extends string, Value> = {
  readonly key: Key;
  readonly direction: 'asc' | 'desc';
  readonly parse: (text: string) => Value | null;
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** By id, which is in the order of creation. */
export const OLDEST_FIRST: Order<'id', string> = { key: 'id', direction: 'asc', parse: text => (UUID.test(text) ? text : null) };

/** The same from the other end. */
export const LATEST_FIRST: Order<'id', string> = { ...OLDEST_FIRST, direction: 'desc' };

/** The part of a query that picks a page. */
export type PageQuery<Key extends string, Value> = {
  readonly where: { [K in Key]: { gt?: Value; lt?: Value } };
  readonly orderBy: { [K in Key]: 'asc' | 'desc' };
  readonly take: number;
};

const SIZES = { defaultSize: PAGE.usual, maxSize: PAGE.most } as const;

/**
 * Which rows of an order make a page, and one more to tell whether there is another: between two
 * places, at most `limit`, from the end if `backwards`.
 */
export type PageOf<Place> = {
  readonly after: Place | null;
  readonly before: Place | null;
  readonly limit: number;
  readonly backwards: boolean;
};

/**
 * How a cursor stands for a row's place in an order. `toPlace` throws {@link badCursor} for what
 * `toCursor` doesn't make.
 */
export type Cursors<Row, Place> = { readonly toCursor: (row: Row) => string; readonly toPlace: (cursor: string) => Place };

function pageOf<Place>(args: PageArgs, toPlace: (cursor: string) => Place): PageOf<Place> {
  checkSize(args);
  const { before, after, limit, inverted } = parseCursorConnectionArgs({ args, ...SIZES });
  return { after: after == null ? null : toPlace(after), before: before == null ? null : toPlace(before), limit, backwards: inverted };
}

function queryOf<Key extends string, Value>(
  { key, direction }: Order<Key, Value>,
  { after, before, limit, backwards }: PageOf<Value>,
): PageQuery<Key, Value> {
  const [later, earlier] = direction === 'asc' ? (['gt', 'lt'] as const) : (['lt', 'gt'] as const);
  return {
    where: { [key]: { ...(after !== null && { [later]: after }), ...(before !== null && { [earlier]: before }) } },
    orderBy: { [key]: backwards === (direction === 'asc') ? 'desc' : 'asc' },
    take: limit,
  } as PageQuery<Key, Value>;
}

/**
 * What picks the rows of a page, and one more to tell whether there is another page.
 *
 * @throws {GatewayError} BAD_USER_INPUT for a page that is negative, too large, or asked from both
 * ends, and for a cursor that isn't ours.
 */
export const pageQuery = <Key extends string, Value extends string | number>(
  args: PageArgs,
  order: Order<Key, Value>,
): PageQuery<Key, Value> =>
  queryOf(
    order,
    pageOf(args, cursor => placeIn(cursor, order.parse)),
  );

/**
 * A page of rows in an order, as a connection.
 *
 * @param find reads the rows of a page.
 * @param count counts the rows of all pages, if somebody asks.
 * @throws {GatewayError} as {@link pageQuery}.
 */
export const page = <Key extends string, Value extends string | number, Row extends { [K in Key]: Value }>(
  args: PageArgs,
  order: Order<Key, Value>,
  find: (query: PageQuery<Key, Value>) => Promise<Row[]>,
  count: () => Promise<number>,
) =>
  pageBy(
    args,
    { toCursor: (row: Row) => cursorOf(row[order.key]), toPlace: cursor => placeIn(cursor, order.parse) },
    picked => find(queryOf(order, picked)),
    count,
  );

/** A page of rows in any order, as a connection; otherwise as {@link page}. */
export async function pageBy<Row, Place>(
  args: PageArgs,
  { toCursor, toPlace }: Cursors<Row, Place>,
  find: (page: PageOf<Place>) => Promise<readonly Row[]>,
  count: () => Promise<number>,
) {
  const picked = pageOf(args, toPlace);
  return connectionOf(args, toCursor, await find(picked), count);
}

/**
 * The rows that {@link pageQuery} picks, as a connection.
 *
 * @throws {GatewayError} as {@link pageQuery}.
 */
export function pageOfRows<Key extends string, Value extends string | number, Row extends { [K in Key]: Value }>(
  args: PageArgs,
  order: Order<Key, Value>,
  rows: readonly Row[],
  count: () => number,
) {
  pageQuery(args, order);
  return connectionOf(args, (row: Row) => cursorOf(row[order.key]), rows, count);
}

/** A row in its page. */
class Edge<Row> {
  readonly #toCursor: (row: Row) => string;

  constructor(
    readonly node: Row,
    toCursor: (row: Row) => string,
  ) {
    this.#toCursor = toCursor;
  }

  get cursor(): string {
    return this.#toCursor(this.node);
  }
}

function connectionOf<Row, Count>(args: PageArgs, toCursor: (row: Row) => string, rows: readonly Row[], totalCount: () => Count) {
  const { expectedSize, inverted, hasPreviousPage, hasNextPage } = parseCursorConnectionArgs({ args, ...SIZES });
  const edges = rows.slice(0, expectedSize).map(row => new Edge(row, toCursor));
  if (inverted) edges.reverse();
  const pageInfo = {
    startCursor: edges[0]?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
    hasPreviousPage: hasPreviousPage(rows.length),
    hasNextPage: hasNextPage(rows.length),
  };
  return { pageInfo, edges, totalCount };
}

function checkSize({ first, last }: PageArgs) {
  if (first != null && last != null) throw badInput('Ask for `first` or for `last`, not for both.');
  for (const [name, size] of Object.entries({ first, last })) {
    if (size == null) continue;
    if (size < 0) throw badInput(`\`${name}\` can't be negative.`);
    if (size > PAGE.most) throw badInput(`A page holds at most ${PAGE.most}.`, { limit: PAGE.most, actual: size });
  }
}

/** How many items somebody asks for, of a list that has no pages. Errors as {@link page}. */
export function sizeOf({ first }: Pick<PageArgs, 'first'>): number {
  checkSize({ first });
  return first ?? PAGE.usual;
}

/** What a connection costs: its rows as often as they are asked for. */
export const pageCost = ({ first, last }: PageArgs): { field: number; multiplier: number } => ({
  field: 1,
  multiplier: Math.min(Math.max(first ?? last ?? PAGE.usual, 1), PAGE.most),
});

/** A cursor: the place in an order, not a row. It stays good when the row is gone. */
const cursorOf = (place: string | number): string => Buffer.from(String(place)).toString('base64url');

/**
 * The place that a cursor stands for.
 *
 * @throws {GatewayError} BAD_USER_INPUT for what {@link cursorOf} doesn't make.
 */
function placeIn<Value extends string | number>(cursor: string, parse: (text: string) => Value | null): Value {
  const place = parse(Buffer.from(cursor, 'base64url').toString());
  if (place === null || cursorOf(place) !== cursor) throw badCursor();
  return place;
}

/** What a text that is no cursor of ours is told, or one of another order. */
export const badCursor = () => badInput('This is not a cursor that this API gives out.');
