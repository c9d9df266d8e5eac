import { parseCursorConnectionArgs } from '@pothos/plugin-relay';
import { type CursorCodec, cursorsOf, type Order } from './cursor.ts';
import { checkPageSize, PAGE_SIZE } from './page-size.ts';

export type PageArgs = { first?: number | null; last?: number | null; before?: string | null; after?: string | null };

/**
 * The rows that make a page: those between two positions, from the end if `backwards`. `limit` is
 * one more than the page holds, which shows whether another page follows.
 */
export type PageRange<Position> = {
  readonly after: Position | null;
  readonly before: Position | null;
  readonly limit: number;
  readonly backwards: boolean;
};

/** The Prisma arguments that read a page in an order by one column. */
export type PageQuery<Key extends string, Value> = {
  readonly where: { [K in Key]: { gt?: Value; lt?: Value } };
  readonly orderBy: { [K in Key]: 'asc' | 'desc' };
  readonly take: number;
};

/**
 * The Prisma arguments for the page that a client asks for.
 *
 * @throws {GatewayError} BAD_USER_INPUT as {@link checkPageSize}, and for an invalid cursor.
 */
export const pageQuery = <Key extends string, Value extends string | number>(
  args: PageArgs,
  order: Order<Key, Value>,
): PageQuery<Key, Value> => queryOf(order, rangeOf(args, cursorsOf(order).decode));

/**
 * Reads a page in an order by one column, as a connection.
 *
 * @param find reads the rows of the page.
 * @param count counts the rows of all pages; called only if the document asks for `totalCount`.
 * @throws {GatewayError} as {@link pageQuery}.
 */
export const page = <Key extends string, Value extends string | number, Row extends { [K in Key]: Value }>(
  args: PageArgs,
  order: Order<Key, Value>,
  find: (query: PageQuery<Key, Value>) => Promise<Row[]>,
  count: () => Promise<number>,
) => pageBy(args, cursorsOf(order), (range): Promise<readonly Row[]> => find(queryOf(order, range)), count);

/** Reads a page in any order, as a connection. Otherwise like {@link page}. */
export async function pageBy<Row, Position>(
  args: PageArgs,
  { encode, decode }: CursorCodec<Row, Position>,
  find: (range: PageRange<Position>) => Promise<readonly Row[]>,
  count: () => Promise<number>,
) {
  const range = rangeOf(args, decode);
  return connectionOf(args, encode, await find(range), count);
}

/**
 * Makes a connection of rows that were read with {@link pageQuery}.
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
  return connectionOf<Row, number>(args, cursorsOf(order).encode, rows, count);
}

/** Checks a client's arguments and decodes its cursors. */
function rangeOf<Position>(args: PageArgs, decode: (cursor: string) => Position): PageRange<Position> {
  checkPageSize(args);
  const { before, after, limit, inverted } = parsed(args);
  return { after: after == null ? null : decode(after), before: before == null ? null : decode(before), limit, backwards: inverted };
}

function queryOf<Key extends string, Value>(
  { key, direction }: Order<Key, Value>,
  { after, before, limit, backwards }: PageRange<Value>,
): PageQuery<Key, Value> {
  const [later, earlier] = direction === 'asc' ? (['gt', 'lt'] as const) : (['lt', 'gt'] as const);
  return {
    where: { [key]: { ...(after !== null && { [later]: after }), ...(before !== null && { [earlier]: before }) } },
    orderBy: { [key]: backwards === (direction === 'asc') ? 'desc' : 'asc' },
    take: limit,
  } as PageQuery<Key, Value>;
}

/** A row in its page. Its cursor is encoded only if the document asks for it. */
class Edge<Row> {
  readonly #encode: (row: Row) => string;

  constructor(
    readonly node: Row,
    encode: (row: Row) => string,
  ) {
    this.#encode = encode;
  }

  get cursor(): string {
    return this.#encode(this.node);
  }
}

function connectionOf<Row, Count>(args: PageArgs, encode: (row: Row) => string, rows: readonly Row[], totalCount: () => Count) {
  const { expectedSize, inverted, hasPreviousPage, hasNextPage } = parsed(args);
  const edges = rows.slice(0, expectedSize).map(row => new Edge(row, encode));
  if (inverted) edges.reverse();
  const pageInfo = {
    startCursor: edges[0]?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
    hasPreviousPage: hasPreviousPage(rows.length),
    hasNextPage: hasNextPage(rows.length),
  };
  return { pageInfo, edges, totalCount };
}

const parsed = (args: PageArgs) => parseCursorConnectionArgs({ args, defaultSize: PAGE_SIZE.default, maxSize: PAGE_SIZE.max });
