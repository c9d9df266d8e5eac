import { type Grant, grantOf } from '../access/grant.ts';
import type { Permission } from '../access/policy.ts';
import { type Refusal, refusalOf, sentenceOf } from '../access/refusal.ts';
import type { PlanFeature, Role, TenantStatus } from '../access/vocabulary.ts';
import type { Transaction } from '../database/client.ts';
import { lockTenant } from '../database/lock.ts';
import { GatewayError } from './errors.ts';

/** A refusal found inside an operation, where nothing has been written yet or everything is rolled back. */
export class RefusedError extends GatewayError {
  constructor(readonly refusal: Refusal) {
    super(refusal.code, sentenceOf(refusal));
  }
}

/**
 * Checks a permission again inside the transaction that is to use it: the role or the status may have changed since the field was
 * checked (DESIGN, Writes). It holds the tenant's row until the transaction ends, so that writes in one tenant go one after the other.
 *
 * @throws {RefusedError} when the permission is no longer held.
 */
export async function recheck(
  { db, ask }: Transaction,
  permission: Permission,
  { principal, standing }: Grant,
  personId: string,
): Promise<void> {
  const tenant = await lockTenant(ask);
  const membership = await db.membership.findFirst({ where: { userId: personId }, select: { roles: true } });
  const fresh =
    standing && tenant
      ? {
          tenantId: standing.tenantId,
          status: tenant.status as TenantStatus,
          features: tenant.features as PlanFeature[],
          roles: (membership?.roles ?? []) as Role[],
        }
      : null;
  const refusal = refusalOf(permission, grantOf(principal, fresh));
  if (refusal) throw new RefusedError(refusal);
}
