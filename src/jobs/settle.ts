import { dueTenants } from '../database/queries/crossings.ts';
import { wakeJobs } from '../database/queries/jobs.ts';
import type { Database } from '../database/unit-of-work.ts';
import { settleDue } from '../domain/core/due.ts';
import { type Post, sendInvitations } from '../domain/invitation/send.ts';
import { removeStale } from '../domain/object/remove-stale.ts';
import { type PurgeMeans, purgeTenant } from '../domain/tenant/purge.ts';

/** What the jobs work with: the time, the post, and the objects that they remove. */
export type Means = Post & PurgeMeans;

/** Does all that is due in one tenant. Safe at any time, as often as one likes, and by several at once. */
export async function settleTenant(database: Database, means: Means, tenantId: string): Promise<void> {
  const unit = database.bind({ tenantId, personId: null });
  await settleDue(unit, means.clock);
  await purgeTenant(unit, means);
  await removeStale(unit, means);
  await sendInvitations(unit, means);
}

/** Asks for all that is due anywhere to be done, a job for each tenant: one that takes long, or fails, keeps no other waiting. */
export async function sweep({ ask }: Pick<Database, 'ask'>, now: Date): Promise<void> {
  for (const tenantId of await dueTenants(ask, now)) await wakeJobs(ask, tenantId);
}
