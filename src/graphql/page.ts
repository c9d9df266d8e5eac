import { resolveCursorConnection } from '@pothos/plugin-relay';
import { badInput } from '../domain/errors.ts';

/** How much a page holds at most, and when nobody says. */
export const PAGE = { most: 100, usual: 20 } as const;

export type PageArgs = { first?: number | null; last?: number | null; before?: string | null; after?: string | null };

/** The part of a query that picks a page: rows by their ids, which are in the order of creation. */
export type PageQuery = {
  readonly where: { id: { gt?: string; lt?: string } };
  readonly orderBy: { id: 'asc' | 'desc' };
  readonly take: number;
};

/**
 * A page of rows in the order of their creation, as a connection.
 *
 * @param find reads the rows of a page.
 * @param count counts the rows of all pages, if somebody asks.
 * @throws {GatewayError} BAD_USER_INPUT for a page that is negative, too large, or asked from both ends, and for a cursor that isn't ours.
 */
export async function page<Row extends { id: string }>(
  args: PageArgs,
  find: (query: PageQuery) => Promise<Row[]>,
  count: () => Promise<number>,
) {
  checkSize(args);
  const connection = await resolveCursorConnection(
    { args, defaultSize: PAGE.usual, maxSize: PAGE.most, toCursor: row => cursorOf((row as Row).id) },
    ({ before, after, limit, inverted }): Promise<Row[]> =>
      find({
        where: { id: { ...(after != null && { gt: idIn(after) }), ...(before != null && { lt: idIn(before) }) } },
        orderBy: { id: inverted ? 'desc' : 'asc' },
        take: limit,
      }),
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

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A cursor: the place in the order of ids (which is the order of creation), not a row. It stays good when the row is gone. */
const cursorOf = (id: string): string => Buffer.from(id).toString('base64url');

/**
 * The place that a cursor stands for.
 *
 * @throws {GatewayError} BAD_USER_INPUT for what {@link cursorOf} doesn't make.
 */
function idIn(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (!UUID.test(id) || cursorOf(id) !== cursor) throw badInput('This is not a cursor that this API gives out.');
  return id;
}
