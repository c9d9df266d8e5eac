import type { Query } from '../driver/query.ts';

/**
 * Queues the job that does what is due in a tenant; it starts after this transaction commits. At
 * most one job of a tenant waits, and at most one runs. Due dates are in our tables, so a lost job
 * only delays them.
 */
export async function wakeJobs(query: Query, tenantId: string): Promise<void> {
  await query(
    `SELECT graphile_worker.add_job('settle', json_build_object('tenantId', $1::text), queue_name := $1::text, job_key := $1::text)::text`,
    [tenantId],
  );
}

/** The ids of the tenants in which something is due at `moment`. */
export async function dueTenants(query: Query, moment: Date): Promise<readonly string[]> {
  const rows = await query<{ id: string }>(
    'SELECT id FROM crossing_due_tenants($1::timestamptz) AS id UNION SELECT id FROM crossing_erasing_tenants() AS id ORDER BY id',
    [moment],
  );
  return rows.map(({ id }) => id);
}
