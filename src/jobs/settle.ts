import type { Database } from '../database/client.ts';
import { dueTenants } from '../database/crossings.ts';
import { wakeJobs } from '../database/jobs.ts';
import { settleDue } from '../domain/due.ts';
import { type Post, sendInvitations } from '../domain/invitation/send.ts';
import { purgeTenant } from '../domain/tenant/purge.ts';

/** Does all that is due in one tenant. Safe at any time, as often as one likes, and by several at once. */
export async function settleTenant(database: Database, post: Post, tenantId: string): Promise<void> {
  const unit = database.bind({ tenantId, personId: null });
  await settleDue(unit, post.clock);
  await purgeTenant(unit, post.clock);
  await sendInvitations(unit, post);
}

/** Asks for all that is due anywhere to be done, a job for each tenant: one that takes long, or fails, keeps no other waiting. */
export async function sweep({ ask }: Pick<Database, 'ask'>, now: Date): Promise<void> {
  for (const tenantId of await dueTenants(ask, now)) await wakeJobs(ask, tenantId);
}
