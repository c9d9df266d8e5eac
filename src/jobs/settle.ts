import type { Database, UnitOfWork } from '../database/index.ts';
import { finishErasures } from '../database/queries/erasure.ts';
import { numberEvents, rotateEvents } from '../database/queries/event.ts';
import { dueTenants, releaseDeadWorkers, wakeJobs } from '../database/queries/jobs.ts';
import { logRefusalCounts } from '../domain/audit/refusal-counts.ts';
import { DUE_STEPS, inTenant } from '../domain/core/due.ts';
import { KEPT_DAYS } from '../domain/event/types.ts';
import { type MailSettings, sendInvitations } from '../domain/invitation/send.ts';
import { sendNotices } from '../domain/notice/send.ts';
import { removeStale } from '../domain/object/remove-stale.ts';
import { erasePeople } from '../domain/person/erase-in-tenant.ts';
import { type PurgeDependencies, purgeTenant } from '../domain/tenant/purge.ts';

/** What jobs need: the time, mail, and the object store. */
export type JobDependencies = MailSettings & PurgeDependencies;

type Step = (unit: UnitOfWork, dependencies: JobDependencies) => Promise<void>;

/** Everything that may be due in a tenant. A step that fails stops no other. */
const STEPS: Readonly<Record<string, Step>> = {
  ...Object.fromEntries(
    Object.entries(DUE_STEPS).map(([name, step]): [string, Step] => [name, (unit, { clock }) => inTenant(unit, clock, step)]),
  ),
  'log the counts of refusals': logRefusalCounts,
  'erase people': erasePeople,
  'purge the tenant': purgeTenant,
  'remove objects': removeStale,
  'send invitations': sendInvitations,
  'send notices': sendNotices,
};

/** Called with each step that failed. */
export type ReportFailure = (step: string, error: unknown) => void;

/**
 * Runs every step in one tenant. Idempotent, and safe to run concurrently.
 *
 * @throws the error of the one step that failed, or an AggregateError of several, after all ran.
 */
export async function settleTenant(
  database: Database,
  dependencies: JobDependencies,
  tenantId: string,
  report: ReportFailure = () => {},
): Promise<void> {
  const unit = database.bind({ tenantId, personId: null });
  const failures: unknown[] = [];
  for (const [name, step] of Object.entries(STEPS))
    await step(unit, dependencies).catch(error => {
      report(name, error);
      failures.push(error);
    });
  if (failures.length === 1) throw failures[0];
  if (failures.length) throw new AggregateError(failures, `${failures.length} steps failed`);
}

/**
 * Adds a job for each tenant in which something is due. A slow or failing tenant delays no other.
 * Releases the jobs of killed workers and numbers the events that nobody follows, too.
 */
export async function sweep({ query }: Pick<Database, 'query'>, now: Date): Promise<void> {
  await releaseDeadWorkers(query);
  await finishErasures(query, now);
  await numberEvents(query);
  await rotateEvents(query, KEPT_DAYS);
  for (const tenantId of await dueTenants(query, now)) await wakeJobs(query, tenantId);
}
