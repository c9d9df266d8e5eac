import type { Query } from '../driver/query.ts';

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
  readonly sells: boolean;
  readonly buys: boolean;
  readonly features: string[];
};

/**
 * How a tenant is held: `exclusive`, so that writes in it go one after the other; or `shared` with
 * others who share it, while whoever wants it alone, to suspend it for one, waits and then isn't
 * overtaken.
 */
export type LockMode = 'exclusive' | 'shared';

const LOCKS: Readonly<Record<LockMode, { readonly gate: string; readonly row: string }>> = {
  exclusive: { gate: 'pg_advisory_xact_lock', row: 'NO KEY UPDATE' },
  shared: { gate: 'pg_advisory_xact_lock_shared', row: 'SHARE' },
};

/**
 * Holds the bound tenant until the transaction ends; null when it is gone. The gate is passed
 * first, where those who wait are let through in turn; the row is what says how the tenant is now,
 * and keeps out who didn't come by the gate. All else in this statement is as it was before the
 * wait: of the plan that is the catalogue, which stays. What may have changed meanwhile, such as a
 * membership, is for another statement, which may go out in the same round trip.
 */
export async function lockTenant(query: Query, lockMode: LockMode = 'exclusive'): Promise<LockedTenant | null> {
  const { gate, row } = LOCKS[lockMode];
  const [tenant] = await query<LockedTenant>(
    `WITH gate AS MATERIALIZED (SELECT ${gate}(tenant_gate(app_tenant())))
     SELECT name, status, status_reason AS "statusReason", plan_code AS "planCode", plan_since AS "planSince", next_plan_code AS "nextPlanCode",
       next_plan_due_at AS "nextPlanDueAt", billing_email AS "billingEmail", deletion_due_at AS "deletionDueAt", sells, buys,
       (SELECT features FROM plan WHERE code = plan_code) AS features
     FROM gate, tenant WHERE tenant_id = app_tenant() FOR ${row} OF tenant`,
    [],
  );
  return tenant ?? null;
}

/**
 * Holds a name until the transaction ends, unless somebody else does: whether it is held. It keeps
 * nobody waiting and locks no row.
 */
export async function tryHold(query: Query, name: string): Promise<boolean> {
  const [row] = await query<{ held: boolean }>('SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS held', [name]);
  return row!.held;
}
