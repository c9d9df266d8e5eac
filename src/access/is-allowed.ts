import type { Grant } from './grant.ts';
import type { Permission } from './policy.ts';

/** What one field needs. Computed once, when the schema is built. */
export type FieldAccess = {
  /** Null for a field that needs none: a public one, or a wrapper such as `edges`. */
  readonly permission: Permission | null;
  /** Whether its row must be the tenant context's: not at the root, nor over a named tenant. */
  readonly isOfTenant: boolean;
  /** The tenant of a row; null where the row doesn't say, and the database vouches for it. */
  readonly tenantOf: ((row: never) => string) | null;
};

export const PUBLIC_ACCESS: FieldAccess = { permission: null, isOfTenant: false, tenantOf: null };

/**
 * Stands for a row that is yet to be read. The statement that reads it is bound to the grant's
 * tenant: the client's scope and row-level security find no row of another one.
 */
export const UNREAD_ROW = Symbol('unread row');

/** Whether a grant has a permission, in its tenant or outside of any. */
export const holds = ({ permissions }: Pick<Grant, 'permissions'>, permission: Permission): boolean => permissions.has(permission);

/**
 * THE check: whether a grant may see a field of a row. Nothing else looks up a permission or
 * compares tenants. Pure, without allocation: it runs for every field of every row.
 */
export function isAllowed(field: FieldAccess, grant: Grant, row: unknown): boolean {
  const { permission, tenantOf } = field;
  if (permission === null) return true;
  if (!holds(grant, permission)) return false;
  if (!field.isOfTenant) return true;
  const { tenantAccess } = grant;
  if (tenantAccess === null) return false;
  return tenantOf === null || row === UNREAD_ROW || tenantOf(row as never) === tenantAccess.tenantId;
}
