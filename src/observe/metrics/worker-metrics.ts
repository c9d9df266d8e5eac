import type { Registry } from 'prom-client';
import type { Database } from '../../database/index.ts';
import { type Backlog, backlog } from '../../database/queries/jobs.ts';
import type { Clock } from '../../domain/core/services.ts';
import type { JobCounts } from '../../jobs/job-counts.ts';
import { within } from '../within.ts';
import { gauge, histogram, labelCounters } from './metric.ts';

export type WorkerCounts = { readonly jobs: JobCounts; readonly database: Pick<Database, 'query'>; readonly clock: Clock };

/** How long a scrape waits for the database, ms. */
const WAIT_MS = 3_000;

/**
 * The metrics of jobs, mail and webhooks. Those of what waits are the same in every worker: take
 * one.
 */
export function addWorkerMetrics(registry: Registry, { jobs, database, clock }: WorkerCounts): void {
  labelCounters(registry, ['task', 'outcome'], { name: 'ipto_jobs_total', help: 'Jobs that ran, by task and outcome.' }, jobs.jobs);
  histogram(registry, { name: 'ipto_job_duration_seconds', help: 'How long jobs ran.' }, jobs.durations);
  histogram(registry, { name: 'ipto_job_lag_seconds', help: 'How long after their time jobs began.' }, jobs.lags);
  labelCounters(registry, ['outcome'], { name: 'ipto_mails_total', help: 'Messages that were tried, by outcome.' }, jobs.mails);
  const deliveries = { name: 'ipto_webhook_deliveries_total', help: 'Deliveries to webhooks that were tried or skipped, by outcome.' };
  labelCounters(registry, ['outcome', 'failure'], deliveries, jobs.deliveries);
  histogram(registry, { name: 'ipto_webhook_duration_seconds', help: 'How long tries of deliveries took.' }, jobs.deliveryDurations);
  const read = sharedRead(async () => await within(WAIT_MS, backlog(database.query, clock.now())).catch(() => null));
  const queued = (name: string, help: string, value: (of: Backlog, now: Date) => number) =>
    gauge(registry, { name, help }, async () => {
      const found = await read();
      return found && value(found, clock.now());
    });
  queued('ipto_jobs_waiting', 'Jobs whose time has come and that nobody works on.', ({ jobs: waiting }) => waiting);
  queued('ipto_jobs_dead', 'Jobs that failed so often that they are not tried again.', ({ deadJobs }) => deadJobs);
  queued('ipto_oldest_job_age_seconds', 'How long the oldest of the waiting jobs waits.', ({ oldestJobAt }, now) => age(oldestJobAt, now));
  queued('ipto_mails_waiting', 'Messages that are neither sent nor given up.', ({ mails }) => mails);
  queued('ipto_oldest_undelivered_mail_age_seconds', 'The age of the oldest of them.', ({ oldestMailAt }, now) => age(oldestMailAt, now));
  queued('ipto_events_unnumbered', 'Events that have no number yet, so that nobody is sent them.', ({ unnumbered }) => unnumbered);
  queued('ipto_oldest_unnumbered_event_age_seconds', 'The age of the oldest of them.', (found, now) => age(found.oldestUnnumberedAt, now));
  queued(
    'ipto_webhook_deliveries_waiting',
    'Deliveries to active webhooks that their receivers have not accepted yet.',
    ({ undelivered }) => undelivered,
  );
  queued('ipto_oldest_undelivered_webhook_age_seconds', 'The age of the oldest of them.', (found, now) =>
    age(found.oldestUndeliveredAt, now),
  );
  queued('ipto_oldest_due_webhook_age_seconds', 'How long the first delivery is due that only the worker keeps back.', (found, now) =>
    age(found.oldestDueAt, now),
  );
}

const age = (since: Date | null, now: Date): number => (since ? Math.max(0, (now.getTime() - since.getTime()) / 1_000) : 0);

/** Reads once for all who ask before the read has ended: the gauges of one scrape. */
function sharedRead<Result>(read: () => Promise<Result>): () => Promise<Result> {
  let underWay: Promise<Result> | null = null;
  return () => {
    underWay ??= read().finally(() => {
      underWay = null;
    });
    return underWay;
  };
}
