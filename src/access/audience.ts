import { type Grant, grantOf } from './grant.ts';
import { holds } from './is-allowed.ts';
import type { Permission } from './policy.ts';
import {
  PLAN_CODES,
  PLAN_FEATURES,
  type PlanCode,
  type PlanFeature,
  ROLES,
  type Role,
  STATUSES,
  type TenantStatus,
  TIERS_WITH,
} from './vocabulary.ts';

/**
 * Who has all of some permissions. A member has them with one of `roles`, in one of `statuses`, on
 * one of `plans`: any combination, because each permission depends on the three independently.
 */
export type Audience = {
  readonly roles: readonly Role[];
  readonly statuses: readonly TenantStatus[];
  readonly plans: readonly PlanCode[];
  /** Whether an API key with these permissions as scopes has them. */
  readonly isForKeys: boolean;
};

/** The statuses of a tenant that a member can act in. */
const LIVE = STATUSES.filter(status => status !== 'deleted');
/** Compared with the grants: ids don't matter. */
const TENANT = '00000000-0000-0000-0000-000000000000';

export const featuresOf = (plan: PlanCode): readonly PlanFeature[] => PLAN_FEATURES.filter(feature => TIERS_WITH[feature].includes(plan));

/** Computes the audience of permissions from the grant of each role, status and plan. */
export function audienceOf(permissions: ReadonlySet<Permission>): Audience {
  const hasAll = (grant: Grant) => [...permissions].every(permission => holds(grant, permission));
  const combinations = ROLES.flatMap(role => LIVE.flatMap(status => PLAN_CODES.map(plan => ({ role, status, plan })))).filter(
    ({ role, status, plan }) => hasAll(grantOf({ kind: 'user' }, { tenantId: TENANT, status, features: featuresOf(plan), roles: [role] })),
  );
  const key = grantOf(
    { kind: 'api_key', keyId: TENANT, scopes: permissions },
    { tenantId: TENANT, status: 'active', features: PLAN_FEATURES, roles: [] },
  );
  return {
    roles: ROLES.filter(role => combinations.some(combination => combination.role === role)),
    statuses: LIVE.filter(status => combinations.some(combination => combination.status === status)),
    plans: PLAN_CODES.filter(plan => combinations.some(combination => combination.plan === plan)),
    isForKeys: hasAll(key),
  };
}
