import type { UnitOfWork } from '../../database/index.ts';
import { noteFailure, noteSuccess, pauseUntil } from '../../database/queries/webhook.ts';
import { type DueDelivery, endTry } from '../../database/queries/webhook-delivery.ts';
import type { Clock } from '../core/services.ts';
import { disableWebhook } from './disable.ts';
import { pausedUntil, retryAt } from './schedule.ts';
import type { Sent } from './send.ts';

/**
 * Stores what became of a delivery. An event that failed is tried again, and after its last try the
 * webhook is disabled (SPEC E2); it waits then, for the webhook to be active again. A test or an
 * event that was sent again isn't repeated.
 */
export async function recordSent(unit: UnitOfWork, clock: Clock, webhookId: string, delivery: DueDelivery, sent: Sent): Promise<void> {
  const { query } = unit;
  const now = clock.now();
  const thisTry = { id: delivery.id, number: delivery.tries + 1 };
  if (sent.outcome === 'delivered') {
    const { statusCode, durationMs } = sent;
    await endTry(query, thisTry, now, { status: 'delivered', statusCode, failure: null, durationMs, nextTryAt: null });
    await noteSuccess(query, webhookId);
  }
  if (sent.outcome !== 'failed') return;
  const { error, durationMs } = sent;
  const result = { statusCode: error.status, failure: error.failure, durationMs };
  if (delivery.kind !== 'event') return endTry(query, thisTry, now, { ...result, status: 'failed', nextTryAt: null });
  const again = retryAt(thisTry.number, now);
  await endTry(query, thisTry, now, { ...result, status: 'waiting', nextTryAt: again ?? now });
  const until = pausedUntil(await noteFailure(query, webhookId), now);
  if (until) await pauseUntil(query, webhookId, until);
  if (!again) await disableWebhook(unit, clock, webhookId);
}
