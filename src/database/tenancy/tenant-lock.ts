import type { Query } from '../driver/query.ts';

/** The bound tenant's row, which doesn't change until the transaction ends. */
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
 * `exclusive` serializes the writes of a tenant. `shared` allows other shared locks; a waiting
 * exclusive lock, such as a suspension, goes before later shared ones.
 */
export type LockMode = 'exclusive' | 'shared';

const LOCKS: Readonly<Record<LockMode, { readonly advisoryLock: string; readonly rowLock: string }>> = {
  exclusive: { advisoryLock: 'pg_advisory_xact_lock', rowLock: 'NO KEY UPDATE' },
  shared: { advisoryLock: 'pg_advisory_xact_lock_shared', rowLock: 'SHARE' },
};

/**
 * Locks the bound tenant until the transaction ends; null when it is gone. The advisory lock queues
 * the waiters in order. After it, the row is re-read `FOR UPDATE`; the rest of the statement uses
 * the snapshot taken before the wait, which is fine for the plan catalogue alone. Read whatever
 * else may have changed, such as a membership, in a separate statement of the same round trip.
 */
export async function lockTenant(query: Query, lockMode: LockMode = 'exclusive'): Promise<LockedTenant | null> {
  const { advisoryLock, rowLock } = LOCKS[lockMode];
  const [tenant] = await query<LockedTenant>(
    `WITH gate AS MATERIALIZED (SELECT ${advisoryLock}(tenant_gate(app_tenant())))
     SELECT name, status, status_reason AS "statusReason", plan_code AS "planCode", plan_since AS "planSince", next_plan_code AS "nextPlanCode",
       next_plan_due_at AS "nextPlanDueAt", billing_email AS "billingEmail", deletion_due_at AS "deletionDueAt", sells, buys,
       (SELECT features FROM plan WHERE code = plan_code) AS features
     FROM gate, tenant WHERE tenant_id = app_tenant() FOR ${rowLock} OF tenant`,
    [],
  );
  return tenant ?? null;
}

/**
 * Tries to take the advisory lock of a name until the transaction ends, without waiting.
 *
 * @returns whether it was free.
 */
export async function tryHold(query: Query, name: string): Promise<boolean> {
  const [row] = await query<{ held: boolean }>('SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS held', [name]);
  return row!.held;
}
