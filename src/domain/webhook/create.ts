import { uuidv7 as uuid } from 'uuidv7';
import { tenantEvents } from '../../database/queries/event.ts';
import { type Command, type CommandContext, runCommand } from '../core/command.ts';
import type { EventType } from '../event/types.ts';
import { applyDueChange } from '../plan/apply.ts';
import { capReached, limitsOn } from '../plan/limits.ts';
import { newSecret, secretText } from './secret.ts';
import { secretKeysOf } from './secret-keys.ts';
import { webhookName, webhookUrl } from './text.ts';
import { memberGrant, webhookTypes } from './types.ts';

/** A webhook that was created, changed or deleted. */
export type ChangedWebhook = { readonly tenantId: string; readonly webhookId: string };

/** A webhook and its secret, which is shown only here. */
export type WebhookWithSecret = ChangedWebhook & { readonly secret: string };

/**
 * Creates a webhook (SPEC E2). It is sent the events of its types that happen from now on, with the
 * caller's permissions at the moment of each. Only the answer contains the secret.
 *
 * @throws {GatewayError} BAD_USER_INPUT, EVENT_NOT_READABLE, NOT_CONFIGURED; LIMIT_REACHED (SPEC
 * P3).
 */
export const createWebhook = (
  context: CommandContext,
  input: { name: string; url: string; types: readonly EventType[] },
): Promise<WebhookWithSecret> => {
  const { webhooks } = context.services;
  const name = webhookName(input.name);
  const url = webhookUrl(input.url, webhooks.allowLoopback);
  const keys = secretKeysOf(webhooks);
  return runCommand(context, async command => {
    const { db, query, me, now, record, enqueueWrite, tenant, tenantId } = command;
    const types = webhookTypes(input.types, memberGrant(tenantId, tenant, me!.roles));
    await checkPlaces(command);
    const id = uuid();
    const secret = newSecret();
    const data = {
      id,
      name,
      url,
      types,
      membershipId: me!.id,
      secret: keys.seal(secret, { tenantId, id }),
      createdAt: now,
      updatedAt: now,
    };
    enqueueWrite(db.webhook.create({ data: { ...data, lastNumber: (await tenantEvents(query, 0, 0)).last } }));
    await record({ target: { type: 'Webhook', id }, after: { name, url, types } });
    return { tenantId, webhookId: id, secret: secretText(secret) };
  });
};

async function checkPlaces(command: Command) {
  const { planCode } = await applyDueChange(command);
  const full = capReached('webhooks', (await limitsOn(command.db, planCode)).webhookLimit, await command.db.webhook.count());
  if (full) throw full;
}
