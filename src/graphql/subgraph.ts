import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import { badInput, GatewayError } from '../domain/core/errors.ts';
import { builder } from './core/builder.ts';
import type { Context } from './core/context.ts';
import { complexityOf } from './core/cost.ts';
import { decodeGlobalId } from './core/global-id.ts';
import { loadNodes, MAX_IDS } from './core/node.ts';

/** What a router knows of an entity: `__typename`, and `id`, which is its key. */
type Representation = Readonly<Record<string, unknown>>;

const BAD_KEY = 'A representation has `__typename` and, as `id`, a global id of that type.';

let isAdded = false;

/**
 * Adds what Apollo Federation 2 asks of a subgraph: `_entities`, by which a router reads objects
 * whose global ids it has from another service, and `_service`, the subgraph's text. Entities are
 * the types that `node` knows and are read in the same way: bound to the request's tenant, and each
 * field authorized.
 *
 * @param textOf writes the subgraph's text for a built schema.
 */
export function addSubgraphFields(textOf: (schema: GraphQLSchema) => string): void {
  if (isAdded) return;
  isAdded = true;
  builder.scalarType('_Any', {
    description: 'A representation of an entity: `__typename`, and the fields of its key.',
    serialize: () => null as never,
    parseValue: parseRepresentation,
  });
  const entity = builder.unionType('_Entity', { description: 'The types that have a key.', types: entityTypes as never });
  const service = builder.objectRef<{ readonly sdl: string }>('_Service').implement({
    description: 'This service as a subgraph.',
    fields: t => ({ sdl: t.exposeString('sdl', { policy: 'public', description: 'The text of the subgraph.' }) }),
  });
  let sdl: string | undefined;
  builder.queryFields(t => ({
    _service: t.field({
      type: service,
      policy: 'public',
      description: 'This service as a subgraph, for callers who may read the schema.',
      resolve: (_root, _args, _context, { schema }) => {
        sdl ??= textOf(schema);
        return { sdl };
      },
    }),
    _entities: t.field({
      type: [entity],
      policy: 'public',
      nullable: { list: false, items: true },
      args: { representations: t.arg({ type: ['_Any'], required: true }) },
      complexity: complexityOf({ listSize: { slicingArguments: ['representations'] } }),
      extensions: { typesOf: typesOfRepresentations },
      description: `Entities by their keys, in the order of the keys. At most ${MAX_IDS}. An item is null as in \`node\`; with an error if its key is malformed.`,
      resolve: (_root, { representations }, context, info) => loadEntities(representations, context, info) as never,
    }),
  }));
}

/** The types that have a key: those that `node` can read. */
function entityTypes(): readonly string[] {
  const { configStore } = builder;
  const node = configStore.getTypeConfig(builder.nodeInterfaceRef()).name;
  return [...configStore.typeConfigs.values()].flatMap(config =>
    config.kind === 'Object' && config.interfaces.some(each => configStore.getTypeConfig(each).name === node) ? [config.name] : [],
  );
}

function parseRepresentation(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw badInput(BAD_KEY);
}

/** The types of representations, for `explain`; malformed ones name none. */
const typesOfRepresentations = ({ representations }: { readonly representations: readonly Representation[] }): readonly string[] => [
  ...new Set(representations.flatMap(({ __typename: name }) => (typeof name === 'string' ? [name] : []))),
];

/** The global id of a representation, or the error that answers it. */
function keyOf({ __typename: name, id }: Representation): string | GatewayError {
  try {
    if (typeof id === 'string' && decodeGlobalId(id).typename === name) return id;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
  }
  return badInput(BAD_KEY);
}

/** Loads entities as `Query.nodes` does; an error takes the place of its entity. */
async function loadEntities(representations: readonly Representation[], context: Context, info: GraphQLResolveInfo): Promise<unknown[]> {
  if (representations.length > MAX_IDS)
    throw badInput(`_entities takes at most ${MAX_IDS} representations.`, { limit: MAX_IDS, actual: representations.length });
  const keys = representations.map(keyOf);
  const nodes = await loadNodes(
    keys.filter(key => typeof key === 'string'),
    context,
    info,
  );
  let next = 0;
  return keys.map(key => (typeof key === 'string' ? nodes[next++] : key));
}
