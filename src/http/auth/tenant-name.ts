import type { PersonMembership, TenantName } from '../../database/queries/membership.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import type { Token } from './token.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** How a request itself names its tenant; a token or an API key may name it, too. */
export type TenantSources = {
  /** The `X-Tenant-Id` header. */
  readonly tenant: string | undefined;
  /** The slug in the query's `tenant(slug:)`, in lower case. */
  readonly slug?: string | undefined;
};

/** Tenants that don't exist and tenants that the caller isn't a member of get this (SPEC T3). */
export const tenantNotFound = () => new GatewayError('TENANT_NOT_FOUND', 'There is no such tenant, or you are not a member of it.');

/**
 * The tenant that a request names: by its `X-Tenant-Id` header, else by its query's slug, else by
 * its token's claim.
 */
export function requestedTenant(token: Token, { tenant: header, slug }: TenantSources): TenantName | null {
  if (header === undefined && slug !== undefined) return slugName(slug);
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
  return slugName(name);
}

function slugName(slug: string): TenantName {
  if (SLUG.test(slug) && slug.length <= 32) return { slug };
  throw tenantNotFound();
}

/** Whether a text is the id or the slug of a tenant. */
export const isNamed = ({ tenantId, slug }: Pick<PersonMembership, 'tenantId' | 'slug'>, text: string): boolean =>
  [tenantId, slug].includes(text.toLowerCase());
