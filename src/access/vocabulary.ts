/** The six roles of a membership (SPEC R3), in the order in which tables list them. */
export const ROLES = ['owner', 'admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** The four statuses of a tenant (SPEC S). `deleted` is terminal. */
export const STATUSES = ['active', 'suspended', 'pending_deletion', 'deleted'] as const;
export type TenantStatus = (typeof STATUSES)[number];

/** The four tiers of the plan catalogue (SPEC P1), lowest first. */
export const PLAN_CODES = ['FREE', 'STARTER', 'PROFESSIONAL', 'ENTERPRISE'] as const;
export type PlanCode = (typeof PLAN_CODES)[number];

/** The features that a plan can include beside its limits (SPEC P1). */
export const PLAN_FEATURES = ['advanced_analytics'] as const;
export type PlanFeature = (typeof PLAN_FEATURES)[number];

/** The kinds of principal (SPEC, Words). A token with the staff claim acts as staff only. */
export const PRINCIPAL_KINDS = ['nobody', 'user', 'api_key', 'staff'] as const;
export type PrincipalKind = (typeof PRINCIPAL_KINDS)[number];

/**
 * The tiers that include a feature, as listed in a `PLAN` refusal (SPEC P5). A test compares it
 * with the catalogue in the database.
 */
export const TIERS_WITH: Readonly<Record<PlanFeature, readonly PlanCode[]>> = {
  advanced_analytics: ['PROFESSIONAL', 'ENTERPRISE'],
};
