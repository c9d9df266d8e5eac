import type { PersonMembership, TenantName } from '../../database/queries/membership.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import type { Token } from './token.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Tenants that don't exist and tenants that the caller isn't a member of get this (SPEC T3). */
export const tenantNotFound = () => new GatewayError('TENANT_NOT_FOUND', 'There is no such tenant, or you are not a member of it.');

/** The tenant that a request names: by its `X-Tenant-Id` header, else by its token's claim. */
export function requestedTenant(token: Token, header: string | undefined): TenantName | null {
  const text = header ?? token.tenant;
  return text === null ? null : parseTenantName(text);
}

/**
 * Reads a tenant's id or slug, in any case.
 *
 * @throws {GatewayError} TENANT_NOT_FOUND for what can't be either.
 */
function parseTenantName(text: string): TenantName {
  const name = text.toLowerCase();
  if (UUID.test(name)) return { id: name };
  if (SLUG.test(name) && name.length <= 32) return { slug: name };
  throw tenantNotFound();
}

/** Whether a text is the id or the slug of a tenant. */
export const isNamed = ({ tenantId, slug }: Pick<PersonMembership, 'tenantId' | 'slug'>, text: string): boolean =>
  [tenantId, slug].includes(text.toLowerCase());
