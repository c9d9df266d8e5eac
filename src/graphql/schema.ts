import { printSchemaWithDirectives } from '@graphql-tools/utils';
import {
  DirectiveLocation,
  GraphQLDirective,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLSchema,
  GraphQLString,
  isObjectType,
  lexicographicSortSchema,
  specifiedDirectives,
} from 'graphql';
import { markSemanticNonNull, semanticNonNull } from './core/absence.ts';
import { builder } from './core/builder.ts';
import { costDirectives, declareCosts } from './core/cost.ts';
import { deprecationsOf } from './core/deprecation.ts';
import { acceptIdsOf } from './core/global-id.ts';
import './nouns.ts';
import { addSubgraphFields } from './subgraph.ts';
import { subgraphText } from './subgraph-text.ts';

const requires = new GraphQLDirective({
  name: 'requires',
  description:
    'The permission that the field needs, and the plans that include it if not all do. `Query.permissions` lists who has a permission, and in which statuses of the tenant.',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: {
    permission: { type: new GraphQLNonNull(GraphQLString) },
    plans: { type: new GraphQLList(new GraphQLNonNull(GraphQLString)) },
  },
});

const publicDirective = new GraphQLDirective({
  name: 'public',
  description: 'Anybody may read the field, signed in or not.',
  locations: [DirectiveLocation.FIELD_DEFINITION],
});

/**
 * Builds the schema. Fails if a field has no policy (SPEC G1), or a deprecation no date.
 *
 * @param isSubgraph whether it is a part of a federated graph. It stays so in this process.
 */
export function buildSchema({ isSubgraph = false } = {}): GraphQLSchema {
  if (isSubgraph) addSubgraphFields(schema => subgraphText(printSchema(schema)));
  builder.queryType({ description: 'All reads.' });
  builder.mutationType({ description: 'All changes. Each mutation takes one input and returns one payload.' });
  const directives = [...specifiedDirectives, requires, publicDirective, semanticNonNull, ...costDirectives];
  const schema = builder.toSchema({ sortSchema: false, directives });
  markSemanticNonNull(schema);
  declareCosts(schema);
  deprecationsOf(schema);
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  acceptIdsOf(types.filter(type => 'id' in type.getFields()).map(({ name }) => name));
  return schema;
}

/** The text of `schema.graphql`. */
export const printSchema = (schema: GraphQLSchema): string => `${printSchemaWithDirectives(lexicographicSortSchema(schema))}\n`;
