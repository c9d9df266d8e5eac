import { type CommandContext, runCommand } from '../core/command.ts';
import type { RowRef } from '../core/row-ref.ts';
import type { ChangedWebhook } from './create.ts';
import { namedWebhook } from './named.ts';

/**
 * Deletes a webhook with its deliveries (SPEC E2). Nothing is sent to it any more.
 *
 * @throws {GatewayError} NOT_FOUND.
 */
export const deleteWebhook = (context: CommandContext, input: { webhook: RowRef }): Promise<ChangedWebhook> =>
  runCommand(context, async command => {
    const { db, record, enqueueWrite, tenantId } = command;
    const { id, name, url, types } = await namedWebhook(command, input.webhook);
    enqueueWrite(db.webhook.deleteMany({ where: { id } }));
    await record({ target: { type: 'Webhook', id }, before: { name, url, types } });
    return { tenantId, webhookId: id };
  });
