import type { Query } from '../driver/query.ts';

/**
 * Has what is due in a tenant looked at: as soon as the transaction commits that asks. There is at
 * most one job that waits for a tenant, and one of a tenant at a time. Due dates live in our
 * tables: a lost job is only a late one.
 */
export async function wakeJobs(query: Query, tenantId: string): Promise<void> {
  await query(
    `SELECT graphile_worker.add_job('settle', json_build_object('tenantId', $1::text), queue_name := $1::text, job_key := $1::text)::text`,
    [tenantId],
  );
}

/** The tenants in which something is due at a moment. */
export async function dueTenants(query: Query, moment: Date): Promise<readonly string[]> {
  const rows = await query<{ id: string }>('SELECT id FROM crossing_due_tenants($1::timestamptz) AS id ORDER BY id', [moment]);
  return rows.map(({ id }) => id);
}
