import { resolveNodes } from '@pothos/plugin-relay';
import type { GraphQLObjectType, GraphQLResolveInfo } from 'graphql';
import type { Permission } from '../../access/policy.ts';
import { policyOf } from '../../access/policy-plugin.ts';
import { badInput, GatewayError } from '../../domain/core/errors.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { complexityOf } from './cost.ts';
import { decodeGlobalId } from './global-id.ts';
import { refusedFor } from './refusal.ts';

export const MAX_IDS = 100;

/**
 * Decodes a global id, or returns the error that answers it: malformed, or refused. A refusal
 * depends on the type alone, so that it doesn't reveal whether the node exists (SPEC T4).
 */
function decodeAllowed(globalId: string, context: Context, { schema }: GraphQLResolveInfo) {
  try {
    const decoded = decodeGlobalId(globalId);
    const type = schema.getType(decoded.typename) as GraphQLObjectType;
    if (!type.getInterfaces().length) throw badInput(`A ${type.name} cannot be read by its id.`);
    const policy = policyOf(type.getFields().id) as Permission | 'public';
    return (policy !== 'public' && refusedFor(policy, context)) || decoded;
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
}

/**
 * Loads the nodes of global ids under the request's binding, which hides the rows of other tenants.
 * An error takes the place of its node, so that the others are answered. The arguments are plain
 * IDs: the relay plugin's own would fail the whole list for one malformed id.
 */
export async function loadNodes(globalIds: readonly string[], context: Context, info: GraphQLResolveInfo): Promise<unknown[]> {
  const ids = globalIds.map(globalId => decodeAllowed(globalId, context, info));
  const nodes = await resolveNodes(
    builder,
    context,
    info,
    ids.map(id => (id instanceof Error ? null : id)),
  );
  return ids.map((id, index) => (id instanceof Error ? id : nodes[index]));
}

/** The types that global ids name; malformed ids name none. */
export function typesOf(globalIds: readonly (string | number)[]): readonly string[] {
  const types = new Set<string>();
  for (const globalId of globalIds) {
    try {
      types.add(decodeGlobalId(String(globalId)).typename);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
    }
  }
  return [...types];
}

builder.queryFields(t => ({
  node: t.field({
    type: builder.nodeInterfaceRef(),
    policy: 'public',
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    extensions: { typesOf: ({ id }: { id: string }) => typesOf([id]) },
    description: 'An object by its global id. Null if it does not exist or you may not know that it exists.',
    resolve: async (_root, { id }, context, info) => (await loadNodes([String(id)], context, info))[0],
  }),
  nodes: t.field({
    type: [builder.nodeInterfaceRef()],
    policy: 'public',
    nullable: { list: false, items: true },
    args: { ids: t.arg.idList({ required: true }) },
    extensions: { typesOf: ({ ids }: { ids: readonly string[] }) => typesOf(ids) },
    complexity: complexityOf({ listSize: { slicingArguments: ['ids'] } }),
    description:
      'Objects by their global ids, in the order of the ids. At most 100. An item is null as in `node`; with an error if its id is malformed.',
    resolve: (_root, { ids }, context, info) => {
      if (ids.length > MAX_IDS) throw badInput(`nodes takes at most ${MAX_IDS} ids.`, { limit: MAX_IDS, actual: ids.length });
      return loadNodes(ids.map(String), context, info);
    },
  }),
}));
