import type { GraphQLResolveInfo } from 'graphql';
import type { Permission } from '../access/policy.ts';
import { policyOf } from '../access/policy-plugin.ts';
import { type Refusal, refusalOf } from '../access/refusal.ts';
import { IsolationError } from '../database/scope.ts';
import { RefusedError } from '../domain/recheck.ts';
import type { Context } from './context.ts';

const upper = (names: readonly string[]) => names.map(name => name.toUpperCase());

/** A refusal as an error's extensions (SPEC G2), in the notation of the schema's enums. */
export const refusalExtensions = ({ requires, tenantStatus, ...refusal }: Refusal) => ({
  ...refusal,
  requires: { ...requires, principals: upper(requires.principals), roles: upper(requires.roles), statuses: upper(requires.statuses) },
  tenantStatus: tenantStatus?.toUpperCase() ?? null,
});

/** Refuses unless the request holds the permission: for the few places that must know before they load anything. */
export function refusedFor(permission: Permission, { grant }: Context): RefusedError | null {
  const refusal = refusalOf(permission, grant);
  return refusal && new RefusedError(refusal);
}

/** Why scope-auth refused a field. A permission that is held and yet refused met a row of another tenant, which is a fault of ours. */
export function unauthorized(_parent: unknown, context: Context, info: GraphQLResolveInfo): Error {
  const permission = policyOf(info.parentType.getFields()[info.fieldName]) as Permission;
  return refusedFor(permission, context) ?? new IsolationError(`${info.parentType.name}.${info.fieldName} met a row of another tenant`);
}
