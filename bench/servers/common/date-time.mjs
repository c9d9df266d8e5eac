import { GraphQLScalarType } from 'graphql';

/** A moment, in ISO 8601. */
export const DateTimeScalar = new GraphQLScalarType({
  name: 'DateTime',
  serialize: value => (value instanceof Date ? value.toISOString() : value),
});
