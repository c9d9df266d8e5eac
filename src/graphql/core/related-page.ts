import type { GraphQLField } from 'graphql';
import { isAllowed, UNREAD_ROW } from '../../access/is-allowed.ts';
import { accessOf } from '../../access/policy-plugin.ts';
import type { PageExtension } from '../../executor/field-extensions.ts';
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
  /** Which of its rows are paged through: all, when left out. It never throws. */
  readonly where?: (args: Args, context: Context) => object;
};

const isOfRows = (name: string) => name !== 'totalCount' && name !== '__typename';
const PATHS = [[{ name: 'edges' }, { name: 'node' }], [{ name: 'nodes' }]];

type Parent = Readonly<Record<string, unknown>> & { readonly _count?: Readonly<Record<string, number>> };
type Nested = (query: object, include: { getType: () => string; paths: typeof PATHS }) => object;
type Selected = () => ReadonlySet<string>;
type Place = { readonly field: GraphQLField<unknown, unknown> };

/**
 * A connection of a Prisma object that is read in the query of its row: the page, and the count if
 * it is selected. Uses Pothos's `select` of a field, so a second page of the same relation gets a
 * query of its own. A page whose arguments are refused isn't read; `resolve` throws the refusal.
 */
export function relatedPage<Args extends PageArgs, Key extends string, Value extends string | number>(
  options: RelatedPage<Args, Key, Value>,
): { extensions: Record<string, unknown>; resolve: never } {
  const { relation, type, order } = options;
  const select = (args: Args, context: Context, nested: Nested, selected: Selected, { field }: Place) => {
    // A refused page isn't read.
    if (!isAllowed(accessOf(field), context.grant, UNREAD_ROW)) return null;
    const query = validQuery(args, order);
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
  const page: PageExtension = { relation, isValid: args => validQuery(args, order) !== null };
  return { extensions: { page, pothosPrismaSelect: select }, resolve: resolve as never };
}

/** The query of a page; null where its arguments are refused. */
function validQuery<Key extends string, Value extends string | number>(args: PageArgs, order: Order<Key, Value>) {
  try {
    return pageQuery(args, order);
  } catch {
    return null;
  }
}
