import { LRUCache } from 'lru-cache';
import { PERMISSIONS, type Permission, type Rule, ruleOf } from './policy.ts';
import type { PlanFeature, PrincipalKind, Role, TenantStatus } from './vocabulary.ts';

/** The principal of a request: nobody, a person, platform staff, or an API key with scopes. */
export type Principal =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'user' }
  | { readonly kind: 'staff' }
  | { readonly kind: 'api_key'; readonly keyId: string; readonly scopes: ReadonlySet<Permission> };

/** A tenant's current state and the principal's roles in it (a key has none). */
export type TenantAccess = {
  readonly tenantId: string;
  readonly status: TenantStatus;
  readonly features: readonly PlanFeature[];
  readonly roles: readonly Role[];
  /** Whether the input named the tenant, as for platform staff, instead of the tenant context. */
  readonly named?: boolean;
};

/** Why a permission is missing (SPEC G2), in the order of the checks: the first is reported. */
export const OBSTACLES = ['SIGN_IN', 'ROLE', 'NO_TENANT', 'KEY_SCOPE', 'TENANT_STATUS', 'PLAN'] as const;
export type Obstacle = (typeof OBSTACLES)[number];

/** A principal's permissions in a tenant context, computed once per request. */
export type Grant = {
  readonly principal: Principal;
  readonly tenantAccess: TenantAccess | null;
  readonly permissions: ReadonlySet<Permission>;
};

/** The first obstacle between a principal and a permission, or null (SPEC R1, S2, K1, P5). */
export function obstacle(permission: Permission, rule: Rule, principal: Principal, tenantAccess: TenantAccess | null): Obstacle | null {
  if (!rule.principals.includes(principal.kind))
    return principal.kind === 'nobody' ? 'SIGN_IN' : principal.kind === 'api_key' ? 'KEY_SCOPE' : 'ROLE';
  if (rule.context === 'none') return null;
  if (rule.context === 'named' && !tenantAccess?.named) return null;
  if (!tenantAccess) return 'NO_TENANT';
  if (principal.kind === 'api_key') {
    if (!principal.scopes.has(permission)) return 'KEY_SCOPE';
  } else if (rule.context === 'tenant' && !tenantAccess.roles.some(role => rule.roles.includes(role))) return 'ROLE';
  if (!statusesFor(principal.kind, rule).includes(tenantAccess.status)) return 'TENANT_STATUS';
  if (rule.feature && !tenantAccess.features.includes(rule.feature)) return 'PLAN';
  return null;
}

/** The statuses in which an API key works at all (SPEC K2). */
export const KEY_STATUSES: readonly TenantStatus[] = ['active'];

/** The statuses in which a rule's permission works for a kind of principal. */
export const statusesFor = (kind: PrincipalKind, { statuses }: Rule): readonly TenantStatus[] =>
  kind === 'api_key' ? statuses.filter(status => KEY_STATUSES.includes(status)) : statuses;

/**
 * Computes the grant of a principal in a tenant context, or without one (SPEC T2). Its tenant
 * access must be current (SPEC R7, S5).
 */
export function grantOf(principal: Principal, tenantAccess: TenantAccess | null): Grant {
  return { principal, tenantAccess, permissions: permissionsOf(principal, tenantAccess) };
}

/**
 * Permission sets, by principal kind, scopes, status, features and roles: a few hundred for people,
 * more for keys with their scopes. Other caches use a set as key, so a set is never changed.
 */
const permissionSets = new LRUCache<string, ReadonlySet<Permission>>({ max: 5_000 });

function permissionsOf(principal: Principal, tenantAccess: TenantAccess | null): ReadonlySet<Permission> {
  const { status, features, roles, named } = tenantAccess ?? {};
  const scopes = principal.kind === 'api_key' ? [...principal.scopes].sort() : null;
  const key = JSON.stringify([principal.kind, scopes, status, features, roles, named]);
  const cached = permissionSets.get(key);
  if (cached) return cached;
  const permissions = computePermissions(principal, tenantAccess);
  permissionSets.set(key, permissions);
  return permissions;
}

const computePermissions = (principal: Principal, tenantAccess: TenantAccess | null): ReadonlySet<Permission> =>
  new Set(PERMISSIONS.filter(permission => obstacle(permission, ruleOf(permission), principal, tenantAccess) === null));

/**
 * Whether an API key can carry a permission (SPEC K1). Administration of members, plan, ownership,
 * deletion, audit and keys is excluded.
 */
export const isScope = (permission: Permission): boolean => ruleOf(permission).principals.includes('api_key');

/**
 * The permissions in `wanted` that a member with `own` roles may not give to an API key: those that
 * no key can carry and those that the member lacks (SPEC K1).
 */
export const unscopable = (wanted: readonly Permission[], own: readonly Role[]): readonly Permission[] =>
  wanted.filter(permission => !isScope(permission) || !ruleOf(permission).roles.some(role => own.includes(role)));

/**
 * The roles in `wanted` that a member with `own` roles may not grant: those with a permission that
 * the member lacks, in any status (SPEC R4). Nobody can grant `owner`: ownership is transferred.
 */
export const ungrantable = (wanted: readonly Role[], own: readonly Role[]): readonly Role[] =>
  wanted.filter(
    role =>
      role === 'owner' ||
      PERMISSIONS.map(ruleOf).some(({ roles }) => roles.includes(role) && !roles.some(carrier => own.includes(carrier))),
  );
