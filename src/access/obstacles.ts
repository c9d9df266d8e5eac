import type { Principal, TenantAccess } from './grant.ts';
import { PERMISSIONS, type Permission } from './policy.ts';
import { type Refusal, refusalOf } from './refusal.ts';
import { PLAN_FEATURES, type PrincipalKind } from './vocabulary.ts';

/** A caller in a tenant: what a permission depends on. */
export type Caller = { readonly principal: Principal; readonly tenantAccess: TenantAccess };

const KEY: Principal = { kind: 'api_key', keyId: '', scopes: new Set(PERMISSIONS) };

/** A principal of a kind; a key has every scope. */
export const principalOf = (kind: PrincipalKind): Principal => (kind === 'api_key' ? KEY : { kind });

/**
 * Everything that stands between a caller and a permission, in the order of the checks; empty if
 * the caller has it. A refused field reports the first alone.
 */
export function obstaclesOf(permission: Permission, caller: Caller): readonly Refusal[] {
  const refusal = refusalOf(permission, caller);
  return refusal ? [refusal, ...obstaclesOf(permission, satisfied(caller, refusal))] : [];
}

/** The caller without the obstacle that a refusal reports. */
function satisfied({ principal, tenantAccess }: Caller, { because, requires }: Refusal): Caller {
  const { principals, roles, statuses } = requires;
  if (because === 'TENANT_STATUS') return { principal, tenantAccess: { ...tenantAccess, status: statuses[0]! } };
  if (because === 'PLAN') return { principal, tenantAccess: { ...tenantAccess, features: PLAN_FEATURES } };
  return { principal: principalOf(principals[0]!), tenantAccess: { ...tenantAccess, roles: roles.slice(0, 1) } };
}
