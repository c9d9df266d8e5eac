import { printSchemaWithDirectives } from '@graphql-tools/utils';
import {
  DirectiveLocation,
  GraphQLDirective,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLSchema,
  GraphQLString,
  lexicographicSortSchema,
  specifiedDirectives,
} from 'graphql';
import { builder } from './core/builder.ts';
import './core/node.ts';
import './core/register-scalars.ts';
import './api-key/api-keys.ts';
import './api-key/mutations.ts';
import './audit/audit-events.ts';
import './dataset/mutations.ts';
import './dataset/datasets.ts';
import './listing/mutations.ts';
import './object/mutations.ts';
import './billing/analytics.ts';
import './billing/earnings.ts';
import './entitlement/entitlements.ts';
import './entitlement/mutations.ts';
import './entitlement/objects.ts';
import './invitation/mutations.ts';
import './marketplace/marketplace.ts';
import './membership/memberships.ts';
import './membership/mutations.ts';
import './ownership/ownership.ts';
import './plan/plan.ts';
import './plan/tenant-plan.ts';
import './role/role.ts';
import './staff/staff.ts';
import './tenant/mutations.ts';
import './billing/charges.ts';
import './retrieval/retrieve.ts';
import './retrieval/usage.ts';
import './viewer/viewer.ts';

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

/** Builds the schema. Fails if a field has no policy (SPEC G1). */
export function buildSchema(): GraphQLSchema {
  builder.queryType({ description: 'All reads.' });
  builder.mutationType({ description: 'All changes. Each mutation takes one input and returns one payload.' });
  return builder.toSchema({ sortSchema: false, directives: [...specifiedDirectives, requires, publicDirective] });
}

/** The text of `schema.graphql`. */
export const printSchema = (schema: GraphQLSchema): string => `${printSchemaWithDirectives(lexicographicSortSchema(schema))}\n`;
