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

/** Jobs and messages that wait. A moment is null where nothing waits. */
export type Backlog = {
  readonly jobs: number;
  readonly oldestJobAt: Date | null;
  /** Jobs that failed so often that they are not tried again. */
  readonly deadJobs: number;
  readonly mails: number;
  readonly oldestMailAt: Date | null;
};

type BacklogRow = Omit<Backlog, 'jobs' | 'deadJobs' | 'mails'> & {
  readonly jobs: string;
  readonly deadJobs: string;
  readonly mails: string;
};

/** How far the jobs are behind at `moment`, in all tenants together. */
export async function backlog(query: Query, moment: Date): Promise<Backlog> {
  const [row] = await query<BacklogRow>(
    `SELECT j.*, m.waiting::text AS mails, m.oldest_at AS "oldestMailAt"
     FROM crossing_mail_backlog($1::timestamptz) m,
       (SELECT count(*) FILTER (WHERE is_live)::text AS jobs, min(run_at) FILTER (WHERE is_live) AS "oldestJobAt",
          count(*) FILTER (WHERE attempts >= max_attempts)::text AS "deadJobs"
        FROM (SELECT *, attempts < max_attempts AND locked_at IS NULL AND run_at <= clock_timestamp() AS is_live FROM graphile_worker.jobs) w) j`,
    [moment],
  );
  const { jobs, deadJobs, mails, ...oldest } = row!;
  return { ...oldest, jobs: Number(jobs), deadJobs: Number(deadJobs), mails: Number(mails) };
}

/** The ids of the tenants in which something is due at `moment`. */
export async function dueTenants(query: Query, moment: Date): Promise<readonly string[]> {
  const rows = await query<{ id: string }>(
    'SELECT id FROM crossing_due_tenants($1::timestamptz) AS id UNION SELECT id FROM crossing_erasing_tenants() AS id ORDER BY id',
    [moment],
  );
  return rows.map(({ id }) => id);
}
