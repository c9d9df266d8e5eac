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
 * A caller as the expectation sees it. `status` is the tenant context's, or null without one.
 */
export type Caller = {
  readonly kind: PrincipalKind;
  readonly roles: readonly Role[];
  readonly status: Status | null;
  /** The plan of the tenant context; by default one with every feature. */
  readonly plan?: Plan;
  /**
   * The status of the tenant that the input names, if it is known: inside of a command, not at its
   * field.
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

/** API keys have permissions in an active tenant only (SPEC K2). */
const statusesOf = (permission: PermissionName, kind: PrincipalKind): readonly Status[] => {
  const { statuses } = expected(permission);
  return kind === 'api_key' ? statuses.filter(status => status === 'active') : statuses;
};

/** The plans that a permission works on, or null for all plans (SPEC P5). */
const plansOf = (permission: PermissionName): readonly Plan[] | null => {
  const { feature } = expected(permission);
  return feature && PLANS_WITH[feature];
};

/** The first obstacle of a caller, or null. */
export function because(
  permission: PermissionName,
  { kind, roles, status, plan = 'PROFESSIONAL', named, scopes = [] }: Caller,
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
 * The extensions of a refused field's error, without the request id; null if the field isn't
 * refused.
 */
export function refusal(permission: PermissionName, caller: Caller) {
  const obstacle = because(permission, caller);
  if (!obstacle) return null;
  const { principals, roles } = expected(permission);
  return {
    code: CODES[obstacle],
    permission,
    because: obstacle,
    requires: {
      principals: upper(principals),
      roles: upper(roles),
      statuses: upper(statusesOf(permission, caller.kind)),
      plans: plansOf(permission),
    },
    tenantStatus: (caller.named ?? caller.status)?.toUpperCase() ?? null,
  };
}

/** The permissions of a caller. */
export const held = (caller: Caller): readonly PermissionName[] => PERMISSION_NAMES.filter(name => because(name, caller) === null);
