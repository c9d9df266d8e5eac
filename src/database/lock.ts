import type { Ask } from './crossings.ts';

/** The bound tenant as it is now, and stays until the transaction ends. */
export type LockedTenant = {
  readonly name: string;
  readonly status: string;
  readonly statusReason: string | null;
  readonly planCode: string;
  readonly planSince: Date;
  readonly nextPlanCode: string | null;
  readonly nextPlanDueAt: Date | null;
  readonly billingEmail: string | null;
  readonly deletionDueAt: Date | null;
  readonly features: string[];
};

/** Takes the bound tenant's row until the transaction ends, so that writes in one tenant go one after the other; null when it is gone. */
export async function lockTenant(ask: Ask): Promise<LockedTenant | null> {
  const [tenant] = await ask<Omit<LockedTenant, 'features'>>(
    `SELECT name, status, status_reason AS "statusReason", plan_code AS "planCode", plan_since AS "planSince", next_plan_code AS "nextPlanCode",
       next_plan_due_at AS "nextPlanDueAt", billing_email AS "billingEmail", deletion_due_at AS "deletionDueAt"
     FROM tenant WHERE tenant_id = app_tenant() FOR NO KEY UPDATE`,
    [],
  );
  if (!tenant) return null;
  const [plan] = await ask<{ features: string[] }>('SELECT features FROM plan WHERE code = $1', [tenant.planCode]);
  return { ...tenant, features: plan!.features };
}

/** Holds a name until the transaction ends, unless somebody else does: whether it is held. It keeps nobody waiting and locks no row. */
export async function tryHold(ask: Ask, name: string): Promise<boolean> {
  const [row] = await ask<{ held: boolean }>('SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS held', [name]);
  return row!.held;
}
