import type { UnitOfWork } from '../../database/index.ts';
import { wakeJobs } from '../../database/queries/jobs.ts';
import { inTenant } from '../core/due.ts';
import type { Clock } from '../core/services.ts';
import { notifyAdmins } from '../notice/notify-admins.ts';

/**
 * Disables a webhook whose receiver failed for days, and tells owner and admins by e-mail (SPEC
 * E2).
 */
export const disableWebhook = (unit: UnitOfWork, clock: Clock, webhookId: string): Promise<void> =>
  inTenant(unit, clock, async job => {
    const { db, query, record, enqueueWrite, now, tenant, tenantId } = job;
    const where = { id: webhookId, status: 'active' };
    const webhook = await db.webhook.findFirst({ where, select: { name: true, url: true } });
    if (!webhook) return;
    const { name, url } = webhook;
    enqueueWrite(db.webhook.updateMany({ where, data: { status: 'disabled', updatedAt: now } }));
    const target = { type: 'Webhook', id: webhookId };
    await record({ action: 'webhook.disable', target, before: { name, status: 'active' }, after: { status: 'disabled' } });
    await notifyAdmins(job, { kind: 'webhook disabled', tenant: tenant.name, webhook: name, host: new URL(url).host });
    await wakeJobs(query, tenantId);
  });
