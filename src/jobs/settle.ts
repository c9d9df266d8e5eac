import type { Database } from '../database/index.ts';
import { dueTenants, wakeJobs } from '../database/queries/jobs.ts';
import { settleDue } from '../domain/core/due.ts';
import { type MailSettings, sendInvitations } from '../domain/invitation/send.ts';
import { removeStale } from '../domain/object/remove-stale.ts';
import { type PurgeDependencies, purgeTenant } from '../domain/tenant/purge.ts';

/** What jobs need: the time, mail, and the object store. */
export type JobDependencies = MailSettings & PurgeDependencies;

/**
 * Runs everything that is due in one tenant. Idempotent, and safe to run concurrently.
 */
export async function settleTenant(database: Database, dependencies: JobDependencies, tenantId: string): Promise<void> {
  const unit = database.bind({ tenantId, personId: null });
  await settleDue(unit, dependencies.clock);
  await purgeTenant(unit, dependencies);
  await removeStale(unit, dependencies);
  await sendInvitations(unit, dependencies);
}

/**
 * Adds a job for each tenant in which something is due. A slow or failing tenant delays no other.
 */
export async function sweep({ query }: Pick<Database, 'query'>, now: Date): Promise<void> {
  for (const tenantId of await dueTenants(query, now)) await wakeJobs(query, tenantId);
}
