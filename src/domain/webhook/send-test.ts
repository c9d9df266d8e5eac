import { uuidv7 as uuid } from 'uuidv7';
import { wakeWebhook } from '../../database/queries/webhook.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import { encodeGlobalId, rowId } from '../core/global-id.ts';
import type { RowRef } from '../core/row-ref.ts';
import { EVENT_VERSION } from '../event/types.ts';
import { namedWebhook } from './named.ts';
import type { AddedDelivery } from './redeliver.ts';
import { TEST_TYPE } from './types.ts';

/**
 * Sends a test to a webhook, whatever its status (SPEC E2). It is tried once.
 *
 * @throws {GatewayError} NOT_FOUND.
 */
export const testWebhook = (context: CommandContext, input: { webhook: RowRef }): Promise<AddedDelivery> =>
  runCommand(context, async command => {
    const { id: webhookId } = await namedWebhook(command, input.webhook);
    const { db, query, now, record, enqueueWrite, tenantId } = command;
    const [id, eventId] = [uuid(), uuid()];
    const payload = JSON.stringify({
      id: eventId,
      type: TEST_TYPE,
      version: EVENT_VERSION,
      at: now,
      tenant: encodeGlobalId('Tenant', tenantId),
      subject: { type: 'Webhook', id: encodeGlobalId('Webhook', rowId({ tenantId, id: webhookId })) },
      data: {},
    });
    const about = { eventId, type: TEST_TYPE, subjectType: 'Webhook', subjectId: webhookId };
    enqueueWrite(db.webhookDelivery.create({ data: { id, webhookId, kind: 'test', ...about, payload, createdAt: now, nextTryAt: now } }));
    await record({ target: { type: 'Webhook', id: webhookId }, after: { delivery: id } });
    await wakeWebhook(query, { tenantId, webhookId });
    return { tenantId, deliveryId: id };
  });
