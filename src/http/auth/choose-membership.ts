import type { PersonMembership, PersonMemberships } from '../../database/queries/membership.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import { isNamed, tenantNotFound } from './tenant-name.ts';

/**
 * Chooses the membership that a request acts by: the one in the named tenant; without a name, the
 * person's only one; else none (SPEC T3).
 *
 * @param header `X-Tenant-Id`, which the memberships were read by if it was sent.
 * @param claim the token's tenant.
 * @throws {GatewayError} TENANT_NOT_FOUND; TENANT_CONFLICT if header and claim name two tenants.
 */
export function chooseMembership(
  { memberships }: PersonMemberships,
  header: string | undefined,
  claim: string | null,
): PersonMembership | null {
  const [first = null] = memberships;
  if (header === undefined && claim === null) return memberships.length === 1 ? first : null;
  if (!first) throw tenantNotFound();
  if (claim !== null && !isNamed(first, claim))
    throw new GatewayError('TENANT_CONFLICT', 'Your token and the X-Tenant-Id header name different tenants.');
  return first;
}
