import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import type { Permission } from '../access/policy.ts';
import { policyOf } from '../access/policy-plugin.ts';
import { type Refusal, refusalOf, sentenceOf } from '../access/refusal.ts';
import { IsolationError } from '../database/scope.ts';
import type { Context } from './context.ts';

const upper = (names: readonly string[]) => names.map(name => name.toUpperCase());

/** A refusal as an error's extensions (SPEC G2), in the notation of the schema's enums. */
export const refusalExtensions = ({ requires, tenantStatus, ...refusal }: Refusal) => ({
  ...refusal,
  requires: { ...requires, principals: upper(requires.principals), roles: upper(requires.roles), statuses: upper(requires.statuses) },
  tenantStatus: tenantStatus?.toUpperCase() ?? null,
});

/** A refusal as the error that clients see. */
export const refusalError = (refusal: Refusal): GraphQLError =>
  new GraphQLError(sentenceOf(refusal), { extensions: refusalExtensions(refusal) });

/** Refuses unless the request holds the permission: for the few places that must know before they load anything. */
export function refusedFor(permission: Permission, { grant }: Context): GraphQLError | null {
  const refusal = refusalOf(permission, grant);
  return refusal && refusalError(refusal);
}

/** Why scope-auth refused a field. A permission that is held and yet refused met a row of another tenant, which is a fault of ours. */
export function unauthorized(_parent: unknown, context: Context, info: GraphQLResolveInfo): Error {
  const permission = policyOf(info.parentType.getFields()[info.fieldName]) as Permission;
  return refusedFor(permission, context) ?? new IsolationError(`${info.parentType.name}.${info.fieldName} met a row of another tenant`);
}
