import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars';
import { isPermission, PERMISSIONS, type Permission } from '../access/policy.ts';
import { badInput } from '../domain/errors.ts';

/** The scalars beside GraphQL's own. */
export type Scalars = {
  DateTime: { Input: Date; Output: Date };
  JSONObject: { Input: Record<string, unknown>; Output: Record<string, unknown> };
  PermissionName: { Input: Permission; Output: Permission };
};

/** A moment, ISO 8601 in UTC. */
export const DateTime = GraphQLDateTime;

/** An object of names and values that has no type of its own. */
export const JSONObject = GraphQLJSONObject;

/** The name of a permission, from outside. */
export function parsePermission(value: unknown): Permission {
  if (typeof value === 'string' && isPermission(value)) return value;
  throw badInput(`There is no permission ${JSON.stringify(value)}. There are: ${PERMISSIONS.join(', ')}.`);
}
