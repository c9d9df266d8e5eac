import { type GraphQLResolveInfo, responsePathAsArray } from 'graphql';
import { holds } from '../../access/is-allowed.ts';
import type { Permission } from '../../access/policy.ts';
import { policyOf } from '../../access/policy-plugin.ts';
import { refusalOf } from '../../access/refusal.ts';
import { refusalPayloadFor } from '../../access/refusal-payload.ts';
import { RefusedField } from '../../access/refused-field.ts';
import { IsolationError } from '../../database/index.ts';
import { RefusedError } from '../../domain/core/recheck.ts';
import type { Context } from './context.ts';

/** The refusal of a permission that a request lacks, to throw; null if it has it. */
export function refusedFor(permission: Permission, { grant }: Pick<Context, 'grant'>): RefusedError | null {
  return holds(grant, permission) ? null : new RefusedError(refusalOf(permission, grant)!);
}

/**
 * The error of a field that `isAllowed` refused. Below the root, where every row may have one, it
 * is a light one. A field whose permission the request has met a row of another tenant: a bug.
 */
export function unauthorized(_parent: unknown, context: Context, info: GraphQLResolveInfo): Error {
  const permission = policyOf(info.parentType.getFields()[info.fieldName]) as Permission;
  if (!info.path.prev) return refusedFor(permission, context) ?? foreignRow(info);
  const payload = refusalPayloadFor(context, permission);
  return payload ? (new RefusedField(payload, info.fieldNodes, responsePathAsArray(info.path)) as unknown as Error) : foreignRow(info);
}

const foreignRow = ({ parentType, fieldName }: GraphQLResolveInfo) =>
  new IsolationError(`${parentType.name}.${fieldName} met a row of another tenant`);
