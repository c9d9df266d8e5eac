import type { UnitOfWork } from '../../database/index.ts';
import { numberEvents } from '../../database/queries/event.ts';
import { openWebhook, wakeWebhook } from '../../database/queries/webhook.ts';
import { addDeliveries, type DueDelivery, dueDeliveries, nextTryAt } from '../../database/queries/webhook-delivery.ts';
import { recordSent } from './record-sent.ts';
import { type SendDependencies, type Sent, sendDelivery } from './send.ts';

export type RunDependencies = SendDependencies & {
  /** Called with each delivery that was tried or skipped. */
  readonly onSent?: (delivery: DueDelivery, sent: Sent) => void;
};

/**
 * How many deliveries of a webhook are sent at once: of different subjects, so that each is in
 * order.
 */
const AT_ONCE = 8;
/** How many events are looked at in one statement. */
const BATCH = 200;
/** How long a run takes at most before others have their turn, ms. */
const RUN_MS = 30_000;

/**
 * Sends what is due to a webhook of the bound tenant, and queues the next run. Several may run at
 * once: each try of a delivery is begun by one of them, and no event is sent while an earlier one
 * of its subject waits.
 */
export async function runWebhook(unit: UnitOfWork, dependencies: RunDependencies, webhookId: string): Promise<void> {
  const { query } = unit;
  const name = { tenantId: unit.binding.tenantId!, webhookId };
  const end = performance.now() + RUN_MS;
  await numberEvents(query);
  for (;;) {
    const now = dependencies.clock.now();
    const webhook = await openWebhook(query, webhookId);
    if (!webhook) return;
    const isActive = webhook.status === 'active' && !(webhook.pausedUntil && webhook.pausedUntil > now);
    const seen = isActive ? await addDeliveries(query, { webhookId, now, limit: BATCH }) : 0;
    const due = await dueDeliveries(query, { webhookId, now, isActive, limit: AT_ONCE });
    const { url } = webhook;
    const wereHeld = await Promise.all(due.map(delivery => sendAndRecord(unit, dependencies, { webhookId, url }, delivery)));
    const isDone = wereHeld.every(Boolean) && seen < BATCH;
    if (isDone) break;
    if (performance.now() > end) return wakeWebhook(query, name);
  }
  const at = await nextTryAt(query, webhookId);
  if (at) await wakeWebhook(query, name, at);
}

/** @returns whether it stays as it was. */
async function sendAndRecord(
  unit: UnitOfWork,
  dependencies: RunDependencies,
  receiver: { webhookId: string; url: string },
  delivery: DueDelivery,
): Promise<boolean> {
  const sent = await sendDelivery(unit, dependencies, receiver, delivery);
  if (sent.outcome === 'held') return true;
  await recordSent(unit, dependencies.clock, receiver.webhookId, delivery, sent);
  dependencies.onSent?.(delivery, sent);
  return false;
}
