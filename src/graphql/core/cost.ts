import {
  DirectiveLocation,
  GraphQLDirective,
  type GraphQLField,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLSchema,
  GraphQLString,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql';

/** How many items a list counts as. */
export type ListSize = {
  /** Arguments that say it, a number or a list of as many items: the first that is given counts. */
  readonly slicingArguments?: readonly string[];
  /** Without such an argument. */
  readonly assumedSize?: number;
  /** At most. */
  readonly maxSize?: number;
};

/** The cost of a field itself, and how often the fields below it count. */
export type Cost = { readonly weight?: number; readonly listSize?: ListSize };

/** What Pothos's complexity plugin computes a field's cost with. */
type Complexity = ((args: object) => { field: number; multiplier: number }) & { readonly cost: Cost };

/** The `complexity` of a field whose cost depends on its arguments. */
export const complexityOf = (cost: Cost): Complexity =>
  Object.assign((args: object) => ({ field: cost.weight ?? 1, multiplier: sizeOf(cost.listSize ?? {}, args) }), { cost });

function sizeOf({ slicingArguments = [], assumedSize = 1, maxSize = Number.MAX_SAFE_INTEGER }: ListSize, args: object): number {
  const given = slicingArguments.map(name => (args as Readonly<Record<string, unknown>>)[name]).find(value => value != null);
  const size = Array.isArray(given) ? given.length : given === undefined ? assumedSize : Math.max(given as number, 1);
  return Math.min(size, maxSize);
}

/** The items that the plugin counts a list of objects as if the field doesn't say. */
const USUAL_LIST: ListSize = { assumedSize: 10 };

export const costDirectives = [
  new GraphQLDirective({
    name: 'cost',
    description:
      'The cost points of the field itself: 1 without this directive, also for `__typename`, `__schema` and `__type`. A field costs its weight, and the cost of the fields below it once for each item of `@listSize`. Fields count wherever they stand, in each fragment that is spread, and also if they are skipped; nothing counts below `__schema` and `__type`. `Query.rateLimit` says what is left of your budget.',
    locations: [DirectiveLocation.FIELD_DEFINITION],
    args: { weight: { type: new GraphQLNonNull(GraphQLInt) } },
  }),
  new GraphQLDirective({
    name: 'listSize',
    description:
      'How often the fields below this one count: as the first of `slicingArguments` says that is given and not null, a number (at least 1) or a list with as many items; else `assumedSize`; at most `maxSize`. Once, without this directive. Items that are missing are refunded.',
    locations: [DirectiveLocation.FIELD_DEFINITION],
    args: {
      assumedSize: { type: GraphQLInt },
      slicingArguments: { type: new GraphQLList(new GraphQLNonNull(GraphQLString)) },
      maxSize: { type: GraphQLInt },
    },
  }),
];

/** Makes `@cost` and `@listSize` of what the fields of a schema declare. */
export function declareCosts(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || !(isObjectType(type) || isInterfaceType(type))) continue;
    for (const field of Object.values(type.getFields())) {
      const { weight = 1, listSize } = costOf(field);
      const directives = { ...(weight !== 1 && { cost: { weight } }), ...(listSize && { listSize }) };
      field.extensions = { ...field.extensions, directives: { ...(field.extensions.directives as object | undefined), ...directives } };
    }
  }
}

function costOf({ extensions: { complexity }, type }: GraphQLField<unknown, unknown>): Cost {
  if (typeof complexity === 'function') return (complexity as Complexity).cost;
  const { field, multiplier } = (typeof complexity === 'object' ? complexity : { field: complexity }) as {
    field?: number;
    multiplier?: number;
  };
  const size = multiplier !== undefined ? { assumedSize: multiplier } : isListType(getNullableType(type)) ? USUAL_LIST : undefined;
  const isCounted = size && multiplier !== 1 && !isLeafType(getNamedType(type));
  return { ...(field !== undefined && { weight: field }), ...(isCounted && { listSize: size }) };
}
