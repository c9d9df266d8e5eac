import type { GraphQLObjectType, GraphQLResolveInfo } from 'graphql';
import type { Permission } from '../../access/policy.ts';
import { policyOf } from '../../access/policy-plugin.ts';
import { badInput } from '../../domain/core/errors.ts';
import type { Context } from './context.ts';
import { refusedFor } from './refusal.ts';

type Id = { readonly typename: string; readonly id: string };

const MAX_IDS = 100;

/**
 * The refusal of a node, or null. It depends on the type alone, so that it doesn't reveal whether
 * the node exists (SPEC T4).
 */
function refusalOf({ typename }: Id, context: Context, { schema }: GraphQLResolveInfo) {
  const id = (schema.getType(typename) as GraphQLObjectType).getFields().id;
  return refusedFor(policyOf(id) as Permission, context);
}

/**
 * `Query.node`: checks the permission, then loads the row under the request's binding, which hides
 * the rows of other tenants.
 */
export function loadNode<Node>(
  _root: unknown,
  { id }: { id: Id },
  context: Context,
  info: GraphQLResolveInfo,
  load: (id: Id) => Node,
): Node {
  const refusal = refusalOf(id, context, info);
  if (refusal) throw refusal;
  return load(id);
}

/** `Query.nodes`: checks each id by itself, so that a refusal leaves the other items intact. */
export async function loadNodes(
  _root: unknown,
  args: { ids: Id[] },
  context: Context,
  info: GraphQLResolveInfo,
  load: (ids: Id[]) => Promise<readonly unknown[]>,
): Promise<unknown[]> {
  const { ids } = args;
  if (ids.length > MAX_IDS) throw badInput(`nodes takes at most ${MAX_IDS} ids.`, { limit: MAX_IDS, actual: ids.length });
  const refusals = ids.map(id => refusalOf(id, context, info));
  // the loader reads the ids from `args`, not from its parameter
  args.ids = ids.filter((_, index) => !refusals[index]);
  const nodes = (await load(args.ids)).values();
  return refusals.map(refusal => refusal ?? nodes.next().value);
}
