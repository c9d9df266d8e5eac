import type { GraphQLObjectType, GraphQLResolveInfo } from 'graphql';
import type { Permission } from '../../access/policy.ts';
import { policyOf } from '../../access/policy-plugin.ts';
import { badInput } from '../../domain/core/errors.ts';
import type { Context } from './context.ts';
import { refusedFor } from './refusal.ts';

type Id = { readonly typename: string; readonly id: string };

/** Most nodes that one `nodes` takes. */
const MOST = 100;

/**
 * Why a node may not be loaded, told from its type alone: whether it exists must not show to those
 * who may not know (SPEC T4).
 */
function refused({ typename }: Id, context: Context, { schema }: GraphQLResolveInfo) {
  const id = (schema.getType(typename) as GraphQLObjectType).getFields().id;
  return refusedFor(policyOf(id) as Permission, context);
}

/**
 * `Query.node`: refused before it loads, or loaded under the request's binding, which finds no
 * other tenant's row.
 */
export function loadNode<Node>(
  _root: unknown,
  { id }: { id: Id },
  context: Context,
  info: GraphQLResolveInfo,
  load: (id: Id) => Node,
): Node {
  const refusal = refused(id, context, info);
  if (refusal) throw refusal;
  return load(id);
}

/** `Query.nodes`: each by itself, so that a refused one leaves the others standing. */
export async function loadNodes(
  _root: unknown,
  args: { ids: Id[] },
  context: Context,
  info: GraphQLResolveInfo,
  load: (ids: Id[]) => Promise<readonly unknown[]>,
): Promise<unknown[]> {
  const { ids } = args;
  if (ids.length > MOST) throw badInput(`nodes takes at most ${MOST} ids.`, { limit: MOST, actual: ids.length });
  const refusals = ids.map(id => refused(id, context, info));
  // the loader reads the arguments, not what it is handed
  args.ids = ids.filter((_, index) => !refusals[index]);
  const found = (await load(args.ids)).values();
  return refusals.map(refusal => refusal ?? found.next().value);
}
