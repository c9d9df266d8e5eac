import { type Grant, type Obstacle, obstacle, statusesFor } from './grant.ts';
import { type Permission, plansFor, type Rule, ruleOf } from './policy.ts';
import type { PlanCode, PrincipalKind, Role, TenantStatus } from './vocabulary.ts';

/** The error code of each obstacle (docs/errors.md). */
export const CODE_OF = {
  SIGN_IN: 'UNAUTHENTICATED',
  NO_TENANT: 'TENANT_REQUIRED',
  ROLE: 'FORBIDDEN',
  KEY_SCOPE: 'FORBIDDEN',
  TENANT_STATUS: 'TENANT_STATUS',
  PLAN: 'PLAN_REQUIRED',
} as const satisfies Record<Obstacle, string>;

/**
 * Why a field was refused, as data (SPEC G2). It says what the field requires and nothing about the
 * refused data.
 */
export type Refusal = {
  readonly code: (typeof CODE_OF)[Obstacle];
  readonly permission: Permission;
  readonly because: Obstacle;
  readonly requires: {
    readonly principals: readonly PrincipalKind[];
    readonly roles: readonly Role[];
    readonly statuses: readonly TenantStatus[];
    readonly plans: readonly PlanCode[] | null;
  };
  readonly tenantStatus: TenantStatus | null;
};

/** Joins items as in "a, b or c". */
const alternatives = (items: readonly string[]) =>
  items.length > 1 ? `${items.slice(0, -1).join(', ')} or ${items.at(-1)}` : items.join();

const SENTENCE: Record<Obstacle, (refusal: Refusal) => string> = {
  SIGN_IN: ({ permission }) => `Sign in: ${permission} is not for anonymous requests.`,
  NO_TENANT: ({ permission }) => `Send X-Tenant-Id: ${permission} needs a tenant.`,
  ROLE: ({ permission, requires: { roles, principals } }) =>
    `${permission} needs ${roles.length ? `the role ${alternatives(roles)}` : principals.includes('staff') ? 'platform staff' : `a ${alternatives(principals)}`}.`,
  KEY_SCOPE: ({ permission }) => `This API key does not carry ${permission}.`,
  TENANT_STATUS: ({ permission, requires, tenantStatus }) =>
    `${permission} works while the tenant is ${alternatives(requires.statuses)}; it is ${tenantStatus}.`,
  PLAN: ({ permission, requires }) => `${permission} needs the plan ${alternatives(requires.plans ?? [])}.`,
};

/** Why a grant lacks a permission, or null if it has it. */
export function refusalOf(permission: Permission, grant: Pick<Grant, 'principal' | 'tenantAccess'>): Refusal | null {
  return refusalBy(permission, ruleOf(permission), grant);
}

/** {@link refusalOf} for a rule that isn't in the table. */
export function refusalBy(
  permission: Permission,
  rule: Rule,
  { principal, tenantAccess }: Pick<Grant, 'principal' | 'tenantAccess'>,
): Refusal | null {
  const because = obstacle(permission, rule, principal, tenantAccess);
  if (!because) return null;
  const { principals, roles } = rule;
  return {
    code: CODE_OF[because],
    permission,
    because,
    requires: { principals, roles, statuses: statusesFor(principal.kind, rule), plans: plansFor(rule) },
    tenantStatus: tenantAccess?.status ?? null,
  };
}

/** A refusal as one sentence: the error's message. */
export const sentenceOf = (refusal: Refusal): string => SENTENCE[refusal.because](refusal);
