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

/**
 * Releases the jobs that killed workers have locked, which otherwise stay locked for four hours,
 * and with them all jobs of their tenants. A worker that lives holds an advisory lock on its id.
 */
export async function releaseDeadWorkers(query: Query): Promise<void> {
  await query(
    `SELECT graphile_worker.force_unlock_workers(array_agg(w.id))::text
     FROM (SELECT locked_by AS id FROM graphile_worker._private_jobs UNION SELECT locked_by FROM graphile_worker._private_job_queues) w
     WHERE w.id IS NOT NULL AND NOT EXISTS (
       SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended(w.id, 0))`,
    [],
  );
}

/** Jobs, messages, events and deliveries that wait. A moment is null where nothing waits. */
export type Backlog = {
  readonly jobs: number;
  readonly oldestJobAt: Date | null;
  /** Jobs that failed so often that they are not tried again. */
  readonly deadJobs: number;
  readonly mails: number;
  readonly oldestMailAt: Date | null;
  /** Committed events without a number. */
  readonly unnumbered: number;
  readonly oldestUnnumberedAt: Date | null;
  /** Deliveries to active webhooks, also those whose receiver failed. */
  readonly undelivered: number;
  readonly oldestUndeliveredAt: Date | null;
  /** Since when the first of those is due that nothing but the worker keeps back. */
  readonly oldestDueAt: Date | null;
};

/** How far the worker is behind at `moment`, in all tenants together. */
export async function backlog(query: Query, moment: Date): Promise<Backlog> {
  const [row] = await query<Backlog>(
    `SELECT j.*, m.waiting::int AS mails, m.oldest_at AS "oldestMailAt", e.unnumbered::int, e.oldest_unnumbered_at AS "oldestUnnumberedAt",
       e.undelivered::int, e.oldest_undelivered_at AS "oldestUndeliveredAt", e.oldest_due_at AS "oldestDueAt"
     FROM crossing_mail_backlog($1::timestamptz) m, crossing_event_backlog($1::timestamptz) e,
       (SELECT count(*) FILTER (WHERE is_live)::int AS jobs, min(run_at) FILTER (WHERE is_live) AS "oldestJobAt",
          count(*) FILTER (WHERE attempts >= max_attempts)::int AS "deadJobs"
        FROM (SELECT *, attempts < max_attempts AND locked_at IS NULL AND run_at <= clock_timestamp() AS is_live FROM graphile_worker.jobs) w) j`,
    [moment],
  );
  return row!;
}

/** The ids of the tenants in which something is due at `moment`. */
export async function dueTenants(query: Query, moment: Date): Promise<readonly string[]> {
  const rows = await query<{ id: string }>(
    'SELECT id FROM crossing_due_tenants($1::timestamptz) AS id UNION SELECT id FROM crossing_erasing_tenants() AS id ORDER BY id',
    [moment],
  );
  return rows.map(({ id }) => id);
}
