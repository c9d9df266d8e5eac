import type { BudgetedMembership, PersonMemberships } from '../../database/queries/membership.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import { isNamed, type TenantSources, tenantNotFound } from './tenant-name.ts';

const HEADER = 'the X-Tenant-Id header';
const SLUG = 'the `slug` of the query';

const conflict = (one: string, other: string) =>
  new GatewayError('TENANT_CONFLICT', `${one[0]!.toUpperCase()}${one.slice(1)} and ${other} name different tenants.`);

/**
 * Chooses the membership that a request acts by: the one in the named tenant; without a name, the
 * person's only one; else none (SPEC T3).
 *
 * @param sources the memberships were read by the header if it was sent, else by the query's slug.
 * @param claim the token's tenant.
 * @throws {GatewayError} TENANT_NOT_FOUND; TENANT_CONFLICT if two of them name two tenants.
 */
export function chooseMembership(
  { memberships }: PersonMemberships,
  { tenant: header, slug }: TenantSources,
  claim: string | null,
): BudgetedMembership | null {
  const [first = null] = memberships;
  if (header === undefined && slug === undefined && claim === null) return memberships.length === 1 ? first : null;
  if (!first) throw tenantNotFound();
  if (claim !== null && !isNamed(first, claim)) throw conflict('Your token', header === undefined ? SLUG : HEADER);
  if (slug !== undefined && slug !== first.slug) throw conflict(SLUG, HEADER);
  return first;
}
