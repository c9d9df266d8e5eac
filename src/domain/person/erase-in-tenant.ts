import type { UnitOfWork } from '../../database/index.ts';
import { type Erasure, eraseInEvents, erasuresHere, finishErasures, forgetErased } from '../../database/queries/erasure.ts';
import { inTenant, type Job } from '../core/due.ts';
import type { Clock } from '../core/services.ts';
import { endInvitations } from '../invitation/end.ts';
import { voidTransfer } from '../ownership/void.ts';

/** Audit events that one transaction changes. */
export const BATCH = 1_000;

/** `onBatch` is called after each page of the audit log. */
export type ErasureOptions = { readonly batch?: number; readonly onBatch?: () => void };

/**
 * Does what is left to do in the bound tenant for people who erased themselves (SPEC R10): ends
 * memberships and invitations with events, then puts pseudonyms into the audit log page by page,
 * and removes the salts last, so that the log verifies at every moment. After a crash, calling it
 * again resumes.
 */
export async function erasePeople(
  unit: UnitOfWork,
  { clock }: { readonly clock: Clock },
  { batch = BATCH, onBatch = () => {} }: ErasureOptions = {},
): Promise<void> {
  if (!(await erasuresHere(unit.query)).length) return;
  await inTenant(unit, clock, async job => {
    for (const erasure of await erasuresHere(job.query)) await endTraces(job, erasure);
  });
  let last = 0;
  for (;;) {
    const next = await unit.transaction(({ query }) => eraseInEvents(query, last, batch));
    if (next === null) break;
    last = next;
    onBatch();
  }
  await unit.transaction(({ query }) => forgetErased(query, last));
  await unit.transaction(({ query }) => finishErasures(query, clock.now()));
}

/** Ends and renames whatever but the audit log names the person. */
async function endTraces(job: Job, erasure: Erasure): Promise<void> {
  const { db } = job;
  await endMembership(job, erasure);
  for (const id of erasure.memberships) await endInvitations(job, id, []);
  await db.apiKey.updateMany({ where: { holderId: { in: [...erasure.memberships] } }, data: { holderName: erasure.name } });
  if (erasure.address !== null) await endAddress(job, erasure, erasure.address);
}

async function endMembership(job: Job, { personId, name }: Erasure): Promise<void> {
  const { db, record } = job;
  const membership = await db.membership.findFirst({ where: { userId: personId }, select: { id: true, roles: true } });
  if (!membership) return;
  const { id, roles } = membership;
  await voidTransfer(job, 'member left', id);
  await db.membership.deleteMany({ where: { id } });
  await record({
    action: 'member.erase',
    actor: { kind: 'user', id: personId, name },
    target: { type: 'Membership', id },
    before: { roles },
  });
}

/** Ends the invitation of the address; bills aren't sent to it any more. */
async function endAddress({ db, record, tenant, tenantId }: Job, { alias }: Erasure, email: string): Promise<void> {
  const invitation = await db.invitation.findFirst({ where: { email }, select: { id: true, roles: true } });
  if (invitation) {
    const { id, roles } = invitation;
    await db.invitation.deleteMany({ where: { id } });
    await record({ action: 'invitation.end', target: { type: 'Invitation', id }, before: { email: alias, roles } });
  }
  if (tenant.billingEmail !== email) return;
  await db.tenant.updateMany({ data: { billingEmail: null } });
  const target = { type: 'Tenant', id: tenantId };
  await record({ action: 'tenant.set_billing_email', target, before: { billingEmail: alias }, after: { billingEmail: null } });
}
