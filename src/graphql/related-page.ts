import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLField, GraphQLResolveInfo } from 'graphql';
import type { Permission } from '../access/policy.ts';
import { policyOf } from '../access/policy-plugin.ts';
import type { TenantClient } from '../database/models.ts';
import type { Context } from './context.ts';
import { type Order, type PageArgs, page, pageQuery } from './page.ts';

/** A connection whose rows are a relation of the row that it is a field of. */
export type RelatedPage<Args, Key extends string, Value> = {
  /** The relation, by its name in the data model. */
  readonly relation: string;
  /** The type of its rows, by its name in the schema. */
  readonly type: string;
  /** The model of its rows. */
  readonly model: keyof TenantClient;
  readonly order: Order<Key, Value>;
  /** Which of its rows there are to page through; all, when left out. */
  readonly where?: (args: Args, context: Context) => object;
};

const isOfRows = (name: string) => name !== 'totalCount' && name !== '__typename';
const PATHS = [[{ name: 'edges' }, { name: 'node' }], [{ name: 'nodes' }]];

type Parent = Readonly<Record<string, unknown>> & { readonly _count?: Readonly<Record<string, number>> };
type Nested = (query: object, include: { getType: () => string; paths: typeof PATHS }) => object;
type Selected = () => ReadonlySet<string>;
type Place = { readonly field: GraphQLField<unknown, unknown> };
type Delegate = { findMany(args: object): Promise<never[]>; count(args: object): Promise<number> };

/**
 * A connection of a Prisma object that is read together with its row, in the same query: the page, and the count where it is asked for. It
 * is Pothos's own way with a field's `select`: a second page of the same relation in one document, which one query can't hold, is read by
 * a query of its own. What can't be asked is asked alone, so that its error is the connection's and not its row's.
 */
export function relatedPage<Args extends PageArgs, Key extends string, Value extends string | number>(
  options: RelatedPage<Args, Key, Value>,
): { extensions: Record<string, unknown>; resolve: never } {
  const { relation, type, model, order } = options;
  const select = (args: Args, context: Context, nested: Nested, selected: Selected, { field }: Place) => {
    if (!context.grant.permissions.has(policyOf(field) as Permission)) return null; // refused before it is resolved
    const asked = togetherOf(options, args, context);
    if (!asked) return { select: {} };
    const { where, query } = asked;
    const names = selected();
    const picked = { ...query, where: { AND: [where, query.where] }, select: { [order.key]: true } };
    const rows = () => ({ [relation]: nested(picked, { getType: () => type, paths: PATHS }) });
    const count = () => ({ _count: { select: { [relation]: Object.keys(where).length ? { where } : true } } });
    return { select: { ...([...names].some(isOfRows) && rows()), ...(names.has('totalCount') && count()) } };
  };
  const resolve = (parent: Parent, args: Args, context: Context, info: GraphQLResolveInfo) => {
    if (togetherOf(options, args, context))
      return page(
        args,
        order,
        async () => (parent[relation] ?? []) as never[],
        async () => parent._count![relation]!,
      );
    const delegate = context.work.db[model] as unknown as Delegate;
    const where = options.where?.(args, context) ?? {};
    const columns = () => queryFromInfo({ context, info, typeName: type, paths: PATHS }) as object;
    return page(
      args,
      order,
      query => delegate.findMany({ ...columns(), ...query, where: { AND: [where, query.where] } }),
      () => delegate.count({ where }),
    );
  };
  return { extensions: { pothosPrismaSelect: select }, resolve: resolve as never };
}

/** What a page asks of its relation, or null where the database, or we, might not take it. */
function togetherOf<Args extends PageArgs, Key extends string, Value extends string | number>(
  { order, where }: RelatedPage<Args, Key, Value>,
  args: Args,
  context: Context,
) {
  try {
    const asked = { query: pageQuery(args, order), where: where?.(args, context) ?? {} };
    return isUsual(asked) ? asked : null;
  } catch {
    return null; // told when it is resolved
  }
}

/** Whether no value is one that PostgreSQL refuses for its type: no NUL in a text, and numbers and moments within its range. */
function isUsual(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0');
  if (typeof value === 'number') return Math.abs(value) < 2 ** 31;
  if (value instanceof Date) return value.getUTCFullYear() > 0 && value.getUTCFullYear() < 10_000;
  return typeof value !== 'object' || value === null || Object.values(value).every(isUsual);
}
