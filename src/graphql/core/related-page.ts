import type { GraphQLField } from 'graphql';
import { isAllowed, UNREAD_ROW } from '../../access/is-allowed.ts';
import { accessOf } from '../../access/policy-plugin.ts';
import type { Context } from './context.ts';
import type { Order } from './cursor.ts';
import { type PageArgs, pageOfRows, pageQuery } from './page.ts';

/** A connection whose rows are a relation of the row that it is a field of. */
export type RelatedPage<Args, Key extends string, Value> = {
  /** The relation, by its name in the data model. */
  readonly relation: string;
  /** The type of its rows, by its name in the schema. */
  readonly type: string;
  readonly order: Order<Key, Value>;
  /** Which of its rows there are to page through; all, when left out. It never throws. */
  readonly where?: (args: Args, context: Context) => object;
};

const isOfRows = (name: string) => name !== 'totalCount' && name !== '__typename';
const PATHS = [[{ name: 'edges' }, { name: 'node' }], [{ name: 'nodes' }]];

type Parent = Readonly<Record<string, unknown>> & { readonly _count?: Readonly<Record<string, number>> };
type Nested = (query: object, include: { getType: () => string; paths: typeof PATHS }) => object;
type Selected = () => ReadonlySet<string>;
type Place = { readonly field: GraphQLField<unknown, unknown> };

/**
 * A connection of a Prisma object that is read together with its row, in the same query: the page,
 * and the count where it is asked for. It is Pothos's own way with a field's `select`: a second
 * page of the same relation in one document, which one query can't hold, is read by a query of its
 * own, with the row again. A page that can't be is not read, and is told so when it is resolved.
 */
export function relatedPage<Args extends PageArgs, Key extends string, Value extends string | number>(
  options: RelatedPage<Args, Key, Value>,
): { extensions: Record<string, unknown>; resolve: never } {
  const { relation, type, order } = options;
  const select = (args: Args, context: Context, nested: Nested, selected: Selected, { field }: Place) => {
    // A refused page isn't read.
    if (!isAllowed(accessOf(field), context.grant, UNREAD_ROW)) return null;
    const query = possible(args, order);
    if (!query) return { select: {} };
    const where = options.where?.(args, context) ?? {};
    const names = selected();
    const picked = { ...query, where: { AND: [where, query.where] }, select: { [order.key]: true } };
    const rows = () => ({ [relation]: nested(picked, { getType: () => type, paths: PATHS }) });
    const count = () => ({ _count: { select: { [relation]: Object.keys(where).length ? { where } : true } } });
    return { select: { ...([...names].some(isOfRows) && rows()), ...(names.has('totalCount') && count()) } };
  };
  const resolve = (parent: Parent, args: Args) =>
    pageOfRows(args, order, (parent[relation] ?? []) as never[], () => parent._count![relation]!);
  const isPage = (args: Args) => possible(args, order) !== null;
  return { extensions: { page: relation, isPage, pothosPrismaSelect: select }, resolve: resolve as never };
}

/** What picks a page, or null where there is none such. */
function possible<Key extends string, Value extends string | number>(args: PageArgs, order: Order<Key, Value>) {
  try {
    return pageQuery(args, order);
  } catch {
    return null;
  }
}
