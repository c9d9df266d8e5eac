import type { GraphQLField } from 'graphql';
import { isAllowed, UNREAD_ROW } from '../../access/is-allowed.ts';
import { accessOf } from '../../access/policy-plugin.ts';
import type { Inside, PageExtension } from '../../executor/field-extensions.ts';
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
type Place = { readonly field: GraphQLField<unknown, unknown> };

/**
 * A connection of a Prisma object that is read in the query of its row: the page, and the count if
 * it is selected. Uses Pothos's `select` of a field, so a second page of the same relation gets a
 * query of its own. A page whose arguments are refused isn't read; `resolve` throws the refusal.
 */
export function relatedPage<Args extends PageArgs, Key extends string, Value extends string | number>(
  options: RelatedPage<Args, Key, Value>,
): { extensions: Record<string, unknown>; resolve: never } {
  const { relation, order } = options;
  const select = (args: Args, context: Context, nested: Inside['nested'], selected: Inside['selected'], { field }: Place) => {
    // A refused page isn't read.
    if (!isAllowed(accessOf(field), context.grant, UNREAD_ROW)) return null;
    return selectionOf(options, args, options.where?.(args, context) ?? {}, { nested, selected });
  };
  const resolve = (parent: Parent, args: Args) =>
    pageOfRows(args, order, (parent[relation] ?? []) as never[], () => parent._count![relation]!);
  return { extensions: { page: extensionOf(options), pothosPrismaSelect: select }, resolve: resolve as never };
}

type PagedRelation = Pick<RelatedPage<never, string, string | number>, 'relation' | 'type' | 'order'>;

/**
 * For a connection of a part (`PartExtension`) whose resolver reads a relation of the row above it,
 * within the part: a query plan reads it in the query of that row.
 */
export function pageOfPart(options: PagedRelation): { extensions: Record<string, unknown> } {
  const selectIn: PageExtension['selectIn'] = (condition, args, inside) => selectionOf(options, args, condition, inside);
  return { extensions: { page: { ...extensionOf(options), selectIn } } };
}

const extensionOf = ({ relation, order }: PagedRelation): PageExtension => ({
  relation,
  key: order.key,
  isValid: args => validQuery(args, order) !== null,
});

/** What a page needs of its row: the page's rows, and the count if it is selected. */
function selectionOf({ relation, type, order }: PagedRelation, args: PageArgs, where: object, { nested, selected }: Inside) {
  const query = validQuery(args, order);
  if (!query) return { select: {} };
  const names = selected();
  const picked = { ...query, where: { AND: [where, query.where] }, select: { [order.key]: true } };
  const rows = () => ({ [relation]: nested(picked, { getType: () => type, paths: PATHS }) });
  const count = () => ({ _count: { select: { [relation]: Object.keys(where).length ? { where } : true } } });
  return { select: { ...([...names].some(isOfRows) && rows()), ...(names.has('totalCount') && count()) } };
}

/** The query of a page; null where its arguments are refused. */
function validQuery<Key extends string, Value extends string | number>(args: PageArgs, order: Order<Key, Value>) {
  try {
    return pageQuery(args, order);
  } catch {
    return null;
  }
}
