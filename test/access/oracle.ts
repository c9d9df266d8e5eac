import {
  expected,
  PERMISSION_NAMES,
  type PermissionName,
  PLANS_WITH,
  type Plan,
  type PrincipalKind,
  type Role,
  type Status,
} from './expectation.ts';

/**
 * Who asks, as the expectation sees them. `status` is the tenant context's, or null outside of any.
 */
export type Asker = {
  readonly kind: PrincipalKind;
  readonly roles: readonly Role[];
  readonly status: Status | null;
  /** The plan of the tenant context; one that has every feature where nothing is said. */
  readonly plan?: Plan;
  /**
   * The status of the tenant that the input leads to, where that is at hand: inside of an
   * operation, not at its field.
   */
  readonly named?: Status;
  /** An API key's scopes. */
  readonly scopes?: readonly PermissionName[];
};

const CODES = {
  SIGN_IN: 'UNAUTHENTICATED',
  ROLE: 'FORBIDDEN',
  NO_TENANT: 'TENANT_REQUIRED',
  KEY_SCOPE: 'FORBIDDEN',
  TENANT_STATUS: 'TENANT_STATUS',
  PLAN: 'PLAN_REQUIRED',
} as const;

type Because = keyof typeof CODES;

const upper = (names: readonly string[]) => names.map(name => name.toUpperCase());

/**
 * Where the table's permissions are open to API keys, they are so in an active tenant alone (SPEC
 * K2).
 */
const statusesOf = (permission: PermissionName, kind: PrincipalKind): readonly Status[] => {
  const { statuses } = expected(permission);
  return kind === 'api_key' ? statuses.filter(status => status === 'active') : statuses;
};

/** The plans that a permission works on, or null where it works on any (SPEC P5). */
const plansOf = (permission: PermissionName): readonly Plan[] | null => {
  const { feature } = expected(permission);
  return feature && PLANS_WITH[feature];
};

/** What stands in an asker's way first, or null. */
export function because(
  permission: PermissionName,
  { kind, roles, status, plan = 'PROFESSIONAL', named, scopes = [] }: Asker,
): Because | null {
  const row = expected(permission);
  if (!row.principals.includes(kind)) {
    if (kind === 'nobody') return 'SIGN_IN';
    return kind === 'api_key' ? 'KEY_SCOPE' : 'ROLE';
  }
  if (row.context === 'none') return null;
  if (row.context === 'named') return named === undefined || statusesOf(permission, kind).includes(named) ? null : 'TENANT_STATUS';
  if (status === null) return 'NO_TENANT';
  if (kind === 'api_key' && !scopes.includes(permission)) return 'KEY_SCOPE';
  if (kind === 'user' && row.roles.every(role => !roles.includes(role))) return 'ROLE';
  if (!statusesOf(permission, kind).includes(status)) return 'TENANT_STATUS';
  return plansOf(permission)?.includes(plan) === false ? 'PLAN' : null;
}

/**
 * The extensions of the error of a refused field, but for the request's id; null where the field is
 * not refused.
 */
export function refusal(permission: PermissionName, asker: Asker) {
  const obstacle = because(permission, asker);
  if (!obstacle) return null;
  const { principals, roles } = expected(permission);
  return {
    code: CODES[obstacle],
    permission,
    because: obstacle,
    requires: {
      principals: upper(principals),
      roles: upper(roles),
      statuses: upper(statusesOf(permission, asker.kind)),
      plans: plansOf(permission),
    },
    tenantStatus: (asker.named ?? asker.status)?.toUpperCase() ?? null,
  };
}

/** All that an asker may do. */
export const held = (asker: Asker): readonly PermissionName[] => PERMISSION_NAMES.filter(name => because(name, asker) === null);
