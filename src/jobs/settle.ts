import type { Database } from '../database/index.ts';
import { dueTenants, wakeJobs } from '../database/queries/jobs.ts';
import { settleDue } from '../domain/core/due.ts';
import { type MailSettings, sendInvitations } from '../domain/invitation/send.ts';
import { removeStale } from '../domain/object/remove-stale.ts';
import { type PurgeMeans, purgeTenant } from '../domain/tenant/purge.ts';

/** What the jobs work with: the time, the post, and the objects that they remove. */
export type JobDependencies = MailSettings & PurgeMeans;

/**
 * Does all that is due in one tenant. Safe at any time, as often as one likes, and by several at
 * once.
 */
export async function settleTenant(database: Database, dependencies: JobDependencies, tenantId: string): Promise<void> {
  const unit = database.bind({ tenantId, personId: null });
  await settleDue(unit, dependencies.clock);
  await purgeTenant(unit, dependencies);
  await removeStale(unit, dependencies);
  await sendInvitations(unit, dependencies);
}

/**
 * Asks for all that is due anywhere to be done, a job for each tenant: one that takes long, or
 * fails, keeps no other waiting.
 */
export async function sweep({ query }: Pick<Database, 'query'>, now: Date): Promise<void> {
  for (const tenantId of await dueTenants(query, now)) await wakeJobs(query, tenantId);
}
