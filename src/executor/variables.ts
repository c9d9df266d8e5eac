import { memoize2 } from '@graphql-tools/utils';
import { type GraphQLSchema, getVariableValues, Kind, type OperationDefinitionNode, type VariableDefinitionNode } from 'graphql';

type Values = Readonly<Record<string, unknown>>;

/** Variables as a schema has them, or what is wrong with them. */
export type Coerced = ReturnType<typeof getVariableValues>;

/** The variables of an operation, coerced, or what is wrong with them. */
export const coerced = (schema: GraphQLSchema, operation: OperationDefinitionNode, values: Values): Coerced =>
  coercionOf(schema, operation)(values);

/**
 * What coerces an operation's variables: texts, as they most often are, need no more than a look.
 */
const coercionOf = memoize2((schema: GraphQLSchema, { variableDefinitions = [] }: OperationDefinitionNode) => {
  const names = variableDefinitions.map(({ variable }) => variable.name.value);
  const areTexts = variableDefinitions.every(isText);
  return (values: Values): Coerced => {
    if (!areTexts || !names.every(name => typeof values[name] === 'string')) return getVariableValues(schema, variableDefinitions, values);
    const texts: Record<string, unknown> = {};
    for (const name of names) texts[name] = values[name];
    return { coerced: texts };
  };
});

const isText = ({ type, defaultValue }: VariableDefinitionNode): boolean => {
  const named = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
  return defaultValue === undefined && named.kind === Kind.NAMED_TYPE && named.name.value === 'String';
};
