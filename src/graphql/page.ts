import { parseCursorConnectionArgs, resolveCursorConnection } from '@pothos/plugin-relay';
import { badInput } from '../domain/errors.ts';

/** How much a page holds at most, and when nobody says. */
export const PAGE = { most: 100, usual: 20 } as const;

export type PageArgs = { first?: number | null; last?: number | null; before?: string | null; after?: string | null };

/** What rows are paged by: a column whose values are unique in a tenant and never change, and how a cursor stands for a value of it. */
export type Order<Key extends string, Value> = {
  readonly key: Key;
  readonly direction: 'asc' | 'desc';
  readonly parse: (text: string) => Value | null;
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** By id, which is in the order of creation. */
export const OLDEST_FIRST: Order<'id', string> = { key: 'id', direction: 'asc', parse: text => (UUID.test(text) ? text : null) };

/** The part of a query that picks a page. */
export type PageQuery<Key extends string, Value> = {
  readonly where: { [K in Key]: { gt?: Value; lt?: Value } };
  readonly orderBy: { [K in Key]: 'asc' | 'desc' };
  readonly take: number;
};

const SIZES = { defaultSize: PAGE.usual, maxSize: PAGE.most } as const;

/**
 * What picks the rows of a page, and one more to tell whether there is another page.
 *
 * @throws {GatewayError} BAD_USER_INPUT for a page that is negative, too large, or asked from both ends, and for a cursor that isn't ours.
 */
export function pageQuery<Key extends string, Value extends string | number>(
  args: PageArgs,
  { key, direction, parse }: Order<Key, Value>,
): PageQuery<Key, Value> {
  checkSize(args);
  const { before, after, limit, inverted } = parseCursorConnectionArgs({ args, ...SIZES });
  const [later, earlier] = direction === 'asc' ? (['gt', 'lt'] as const) : (['lt', 'gt'] as const);
  const place = (cursor: string) => placeIn(cursor, parse);
  return {
    where: { [key]: { ...(after != null && { [later]: place(after) }), ...(before != null && { [earlier]: place(before) }) } },
    orderBy: { [key]: inverted === (direction === 'asc') ? 'desc' : 'asc' },
    take: limit,
  } as PageQuery<Key, Value>;
}

/**
 * A page of rows in an order, as a connection.
 *
 * @param find reads the rows of a page.
 * @param count counts the rows of all pages, if somebody asks.
 * @throws {GatewayError} as {@link pageQuery}.
 */
export async function page<Key extends string, Value extends string | number, Row extends { [K in Key]: Value }>(
  args: PageArgs,
  order: Order<Key, Value>,
  find: (query: PageQuery<Key, Value>) => Promise<Row[]>,
  count: () => Promise<number>,
) {
  const query = pageQuery(args, order);
  const connection = await resolveCursorConnection(
    { args, ...SIZES, toCursor: row => cursorOf((row as Row)[order.key]) },
    (): Promise<Row[]> => find(query),
  );
  const edges = connection!.edges as readonly { cursor: string; node: Row }[];
  // A page without rows has no cursors, where Relay's helper gives back what was asked, or an empty text.
  const pageInfo = edges.length ? connection!.pageInfo : { ...connection!.pageInfo, startCursor: null, endCursor: null };
  return { pageInfo, edges, totalCount: count };
}

function checkSize({ first, last }: PageArgs) {
  if (first != null && last != null) throw badInput('Ask for `first` or for `last`, not for both.');
  for (const [name, size] of Object.entries({ first, last })) {
    if (size == null) continue;
    if (size < 0) throw badInput(`\`${name}\` can't be negative.`);
    if (size > PAGE.most) throw badInput(`A page holds at most ${PAGE.most}.`, { limit: PAGE.most, actual: size });
  }
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
  if (place === null || cursorOf(place) !== cursor) throw badInput('This is not a cursor that this API gives out.');
  return place;
}
