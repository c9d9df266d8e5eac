import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';
import { PERMISSIONS } from './policy.ts';
import { type FieldPolicy, policyOf } from './policy-plugin.ts';

/** `Type.field` of every field of a schema, by its policy, in the order of the policy table. */
export function fieldsByPolicy(schema: GraphQLSchema): ReadonlyMap<FieldPolicy, readonly string[]> {
  const fields = Object.values(schema.getTypeMap()).flatMap(type =>
    !type.name.startsWith('__') && (isObjectType(type) || isInterfaceType(type))
      ? Object.values(type.getFields()).map(field => ({ at: `${type.name}.${field.name}`, policy: policyOf(field) }))
      : [],
  );
  return new Map(
    ([...PERMISSIONS, 'public', 'as-parent'] as const).map(policy => [
      policy,
      fields
        .filter(field => field.policy === policy)
        .map(({ at }) => at)
        .sort(),
    ]),
  );
}
