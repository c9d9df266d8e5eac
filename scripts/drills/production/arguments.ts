import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  parse,
  validate,
} from 'graphql';

/** An argument, or a field of an input object, that takes a text or an id. */
export type TextArgument = {
  /** Such as `Mutation.renameTenant(input.name)`. */
  readonly coordinate: string;
  readonly query: string;
  readonly variables: (text: string) => object;
};

type Slot = { readonly path: readonly string[]; readonly put: (text: string) => unknown };

const DEFAULTS: Readonly<Record<string, unknown>> = {
  ...{
    ID: 'eA',
    String: 'x',
    Int: 1,
    Float: 1,
    Boolean: true,
    Decimal: '1',
    ByteCount: '1',
    DateTime: '2027-01-01T00:00:00Z',
    JSONObject: {},
  },
};

/** A value that fits a type; nothing that isn't required is in it. */
function valueFor(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return valueFor(type.ofType);
  if (isListType(type)) return [valueFor(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter(isRequiredInputField);
    const fields = required.length ? required : type.isOneOf ? Object.values(type.getFields()).slice(0, 1) : [];
    return Object.fromEntries(fields.map(field => [field.name, valueFor(field.type)]));
  }
  return DEFAULTS[type.name];
}

/** Where a value of a type has texts and ids. */
function slotsOf(type: GraphQLInputType): readonly Slot[] {
  if (isNonNullType(type)) return slotsOf(type.ofType);
  if (isListType(type)) return slotsOf(type.ofType).map(({ path, put }) => ({ path, put: text => [put(text)] }));
  if (isInputObjectType(type))
    return Object.values(type.getFields()).flatMap(field =>
      slotsOf(field.type).map(({ path, put }) => ({
        path: [field.name, ...path],
        put: (text: string) => ({ ...(type.isOneOf ? {} : (valueFor(type) as object)), [field.name]: put(text) }),
      })),
    );
  return type.name === 'String' || type.name === 'ID' ? [{ path: [], put: text => text }] : [];
}

type Step = { readonly selection: (inner: string) => string; readonly required: readonly GraphQLArgument[] };

/** Every text argument of fields that a query or a mutation reaches, each once. */
export function textArguments(schemaText: string): readonly TextArgument[] {
  const schema = buildSchema(schemaText);
  const found = [
    ...reach(schema, 'query', schema.getQueryType()!, [], new Set()),
    ...reach(schema, 'mutation', schema.getMutationType()!, [], new Set()),
  ];
  for (const { coordinate, query } of found) {
    const [error] = validate(schema, parse(query));
    if (error) throw new Error(`the document for ${coordinate} is invalid: ${error.message}`);
  }
  return found;
}

function reach(
  schema: GraphQLSchema,
  operation: string,
  type: GraphQLObjectType,
  above: readonly Step[],
  seen: Set<string>,
): TextArgument[] {
  if (seen.has(type.name)) return [];
  seen.add(type.name);
  const found: TextArgument[] = [];
  for (const field of Object.values(type.getFields())) {
    const result = getNamedType(field.type);
    const leaf = isLeafType(result) ? '' : ' { __typename }';
    const required = field.args.filter(isRequiredArgument);
    for (const arg of field.args)
      for (const { path, put } of slotsOf(arg.type)) {
        const all = [...new Set([...required, arg])];
        const step: Step = { required: all, selection: () => '' };
        const steps = [...above, step];
        const declared = steps.flatMap(({ required: args }, at) => args.map(each => `$v${at}_${each.name}: ${each.type}`));
        const call = `${field.name}(${all.map(each => `${each.name}: $v${above.length}_${each.name}`).join(', ')})${leaf}`;
        const body = above.reduceRight((inner, { selection }) => selection(inner), call);
        const others = Object.fromEntries(
          steps.flatMap((each, at) => each.required.map(one => [`v${at}_${one.name}`, valueFor(one.type)])),
        );
        found.push({
          coordinate: `${type.name}.${field.name}(${[arg.name, ...path].join('.')})`,
          query: `${operation} (${declared.join(', ')}) { ${body} }`,
          variables: text => ({ ...others, [`v${above.length}_${arg.name}`]: put(text) }),
        });
      }
    if (operation === 'mutation' && above.length === 0) continue;
    const at = above.length;
    const call = required.length ? `${field.name}(${required.map(each => `${each.name}: $v${at}_${each.name}`).join(', ')})` : field.name;
    const types = isInterfaceType(result) ? schema.getPossibleTypes(result) : isObjectType(result) ? [result] : [];
    for (const next of types) {
      const fragment = next === result ? '' : `... on ${next.name} `;
      const selection = (inner: string) => (fragment ? `${call} { ${fragment}{ ${inner} } }` : `${call} { ${inner} }`);
      found.push(...reach(schema, operation, next, [...above, { required, selection }], seen));
    }
  }
  return found;
}
