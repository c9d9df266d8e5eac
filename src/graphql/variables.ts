import { memoize1, memoize2 } from '@graphql-tools/utils';
import { type GraphQLSchema, getVariableValues, Kind, type OperationDefinitionNode, type VariableDefinitionNode } from 'graphql';

type Values = Readonly<Record<string, unknown>>;
type Coerced = ReturnType<typeof getVariableValues>;

const NONE: Values = Object.freeze({});

/** The variables of an operation, coerced, or what is wrong with them. The same values, as an object, are coerced once. */
export const variablesOf = (schema: GraphQLSchema, operation: OperationDefinitionNode, values: Values | null | undefined): Coerced =>
  coercionOf(schema, operation)(values ?? NONE);

/** What coerces an operation's variables: texts, as they most often are, need no more than a look. */
const coercionOf = memoize2((schema: GraphQLSchema, { variableDefinitions = [] }: OperationDefinitionNode) => {
  const names = variableDefinitions.map(({ variable }) => variable.name.value);
  const areTexts = variableDefinitions.every(isText);
  return memoize1(
    (values: Values): Coerced =>
      areTexts && names.every(name => typeof values[name] === 'string')
        ? { coerced: Object.fromEntries(names.map(name => [name, values[name]])) }
        : getVariableValues(schema, variableDefinitions, values),
  );
});

const isText = ({ type, defaultValue }: VariableDefinitionNode): boolean => {
  const named = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
  return defaultValue === undefined && named.kind === Kind.NAMED_TYPE && named.name.value === 'String';
};
