import type { GraphQLResolveInfo } from 'graphql';
import type { Permission } from '../../access/policy.ts';
import { policyOf } from '../../access/policy-plugin.ts';
import { type Refusal, refusalOf, sentenceOf } from '../../access/refusal.ts';
import { type RefusalPayload, RefusedField, refusalPayload } from '../../access/refused-field.ts';
import { IsolationError } from '../../database/index.ts';
import { RefusedError } from '../../domain/core/recheck.ts';
import type { Context } from './context.ts';

const upper = (names: readonly string[]) => names.map(name => name.toUpperCase());

/** A refusal as an error's extensions (SPEC G2), in the notation of the schema's enums. */
export const refusalExtensions = ({ requires, tenantStatus, ...refusal }: Refusal) => ({
  ...refusal,
  requires: { ...requires, principals: upper(requires.principals), roles: upper(requires.roles), statuses: upper(requires.statuses) },
  tenantStatus: tenantStatus?.toUpperCase() ?? null,
});

/**
 * Refuses unless the request holds the permission: for the few places that must know before they
 * load anything.
 */
export function refusedFor(permission: Permission, { grant }: Context): RefusedError | null {
  const refusal = refusalOf(permission, grant);
  return refusal && new RefusedError(refusal);
}

/**
 * Why scope-auth refused a field. A permission that is held and yet refused met a row of another
 * tenant, which is a fault of ours. At the root, where operations listen for refusals, it is the
 * domain's error; below, where there may be one on every row, it is a light one.
 */
export function unauthorized(_parent: unknown, context: Context, info: GraphQLResolveInfo): Error {
  const permission = policyOf(info.parentType.getFields()[info.fieldName]) as Permission;
  if (!info.path.prev) return refusedFor(permission, context) ?? foreign(info);
  const known = refusalPayloadFor(context, permission);
  return known ? (new RefusedField(known, info) as unknown as Error) : foreign(info);
}

const foreign = ({ parentType, fieldName }: GraphQLResolveInfo) =>
  new IsolationError(`${parentType.name}.${fieldName} met a row of another tenant`);

/** What each request was told so far. */
const payloadsByContext = new WeakMap<Context, Map<Permission, RefusalPayload | null>>();

/** What a request is told of a permission that it lacks; null where it has it. */
export function refusalPayloadFor(context: Context, permission: Permission): RefusalPayload | null {
  const telling = payloadsByContext.get(context) ?? new Map<Permission, RefusalPayload | null>();
  const known = telling.get(permission);
  if (known !== undefined) return known;
  const refusal = refusalOf(permission, context.grant);
  const fresh = refusal && refusalPayload(sentenceOf(refusal), { ...refusalExtensions(refusal), requestId: context.requestId });
  payloadsByContext.set(context, telling.set(permission, fresh));
  return fresh;
}
