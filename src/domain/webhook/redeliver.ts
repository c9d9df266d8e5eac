import { uuidv7 as uuid } from 'uuidv7';
import { wakeWebhook } from '../../database/queries/webhook.ts';
import { eventById } from '../../database/queries/webhook-delivery.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import { badInput, GatewayError } from '../core/errors.ts';
import type { RowRef } from '../core/row-ref.ts';
import { namedWebhook } from './named.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A delivery that was added. */
export type AddedDelivery = { readonly tenantId: string; readonly deliveryId: string };

/**
 * Sends an event to a webhook again, whatever its types and its status (SPEC E2). It is tried once,
 * and carries the same id. While such a delivery waits, no other is added.
 *
 * @throws {GatewayError} BAD_USER_INPUT; NOT_FOUND for the webhook, and for an event that isn't
 * kept.
 */
export const redeliverWebhookEvent = (context: CommandContext, input: { webhook: RowRef; eventId: string }): Promise<AddedDelivery> => {
  if (!UUID.test(input.eventId)) throw badInput('`eventId` is not the id of an event.');
  return runCommand(context, async command => {
    const { id: webhookId } = await namedWebhook(command, input.webhook);
    const { db, query, now, record, enqueueWrite, tenantId } = command;
    const event = await eventById(query, input.eventId);
    if (!event) throw new GatewayError('NOT_FOUND', 'No event with this id is kept.');
    const { id: eventId, number, type, subjectType, subjectId } = event;
    const waiting = await db.webhookDelivery.findFirst({
      where: { webhookId, eventId, kind: 'redelivery', status: 'waiting' },
      select: { id: true },
    });
    if (waiting) return { tenantId, deliveryId: waiting.id };
    const id = uuid();
    const about = { eventId, number, type, subjectType, subjectId };
    enqueueWrite(db.webhookDelivery.create({ data: { id, webhookId, kind: 'redelivery', ...about, createdAt: now, nextTryAt: now } }));
    await record({ target: { type: 'Webhook', id: webhookId }, after: { event: eventId, delivery: id } });
    await wakeWebhook(query, { tenantId, webhookId });
    return { tenantId, deliveryId: id };
  });
};
