import { type GraphQLSchema, getVariableValues, Kind, type OperationDefinitionNode, type VariableDefinitionNode } from 'graphql';

type Values = Readonly<Record<string, unknown>>;
type Coerced = ReturnType<typeof getVariableValues>;

const NONE: Values = Object.freeze({});
const known = new WeakMap<OperationDefinitionNode, (values: Values) => Coerced>();

/** The variables of an operation, coerced, or what is wrong with them. The same values, as an object, are coerced once. */
export function variablesOf(schema: GraphQLSchema, operation: OperationDefinitionNode, values: Values | null | undefined): Coerced {
  const before = known.get(operation);
  if (before) return before(values ?? NONE);
  const fresh = remembering(coercionOf(schema, operation));
  known.set(operation, fresh);
  return fresh(values ?? NONE);
}

function remembering(coerce: (values: Values) => Coerced): (values: Values) => Coerced {
  const coerced = new WeakMap<Values, Coerced>();
  return values => {
    const before = coerced.get(values);
    if (before) return before;
    const fresh = coerce(values);
    coerced.set(values, fresh);
    return fresh;
  };
}

/** What coerces an operation's variables: texts, as they most often are, need no more than a look. */
function coercionOf(schema: GraphQLSchema, { variableDefinitions = [] }: OperationDefinitionNode): (values: Values) => Coerced {
  const names = variableDefinitions.map(({ variable }) => variable.name.value);
  const areTexts = variableDefinitions.every(isText);
  return values =>
    areTexts && names.every(name => typeof values[name] === 'string' && Object.hasOwn(values, name))
      ? { coerced: Object.fromEntries(names.map(name => [name, values[name]])) }
      : getVariableValues(schema, variableDefinitions, values);
}

const isText = ({ type, defaultValue }: VariableDefinitionNode): boolean => {
  const named = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
  return defaultValue === undefined && named.kind === Kind.NAMED_TYPE && named.name.value === 'String';
};
