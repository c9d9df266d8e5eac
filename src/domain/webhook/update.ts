import { wakeWebhook } from '../../database/queries/webhook.ts';
import { changesIn } from '../core/changes.ts';
import { type Command, type CommandContext, runCommand } from '../core/command.ts';
import { badInput, GatewayError } from '../core/errors.ts';
import type { RowRef } from '../core/row-ref.ts';
import type { EventType } from '../event/types.ts';
import type { ChangedWebhook } from './create.ts';
import { namedWebhook } from './named.ts';
import type { WebhookStatus } from './status.ts';
import { webhookName, webhookUrl } from './text.ts';
import { memberGrant, webhookTypes } from './types.ts';

export type UpdateWebhookInput = {
  readonly webhook: RowRef;
  readonly name?: string | null | undefined;
  readonly url?: string | null | undefined;
  readonly types?: readonly EventType[] | null | undefined;
  readonly status?: WebhookStatus | null | undefined;
  /** Whether the caller becomes the member with whose permissions events are sent. */
  readonly takeOver?: boolean | null | undefined;
};

/**
 * Changes a webhook; a value that is left out or null stays (SPEC E2). What waits is tried at once
 * after a change of the URL or the status.
 *
 * @throws {GatewayError} BAD_USER_INPUT, NOT_FOUND, EVENT_NOT_READABLE; CONFLICT for types of a
 * webhook whose member has left.
 */
export const updateWebhook = (context: CommandContext, input: UpdateWebhookInput): Promise<ChangedWebhook> => {
  if (input.status === 'disabled') throw badInput('A webhook is disabled only after its receiver failed for days. Set `status` to PAUSED.');
  const given = {
    ...(input.name != null && { name: webhookName(input.name) }),
    ...(input.url != null && { url: webhookUrl(input.url, context.services.webhooks.allowLoopback) }),
    ...(input.status != null && { status: input.status }),
  };
  return runCommand(context, async command => {
    const { db, query, me, now, record, enqueueWrite, tenantId } = command;
    const { id, secret: _, ...before } = await namedWebhook(command, input.webhook);
    const membershipId = input.takeOver ? me!.id : before.membershipId;
    const types = input.types && { types: await typesFor(command, membershipId, input.types) };
    const changes = changesIn(before, { ...given, membershipId, ...types });
    if (!changes) return { tenantId, webhookId: id };
    const isRetried = 'url' in changes || changes.status === 'active';
    enqueueWrite(db.webhook.updateMany({ where: { id }, data: { ...changes, updatedAt: now, ...(isRetried && RETRIED) } }));
    if (isRetried)
      enqueueWrite(db.webhookDelivery.updateMany({ where: { webhookId: id, status: 'waiting' }, data: { tries: 0, nextTryAt: now } }));
    await record({ target: { type: 'Webhook', id }, before, after: { ...before, ...changes } });
    await wakeWebhook(query, { tenantId, webhookId: id });
    return { tenantId, webhookId: id };
  });
};

const RETRIED = { failures: 0, pausedUntil: null };

/** The types, if the webhook's member may read them. */
async function typesFor({ db, tenant, tenantId }: Command, membershipId: string, types: readonly EventType[]): Promise<EventType[]> {
  const member = await db.membership.findFirst({ where: { id: membershipId }, select: { roles: true } });
  if (!member)
    throw new GatewayError('CONFLICT', 'The member with whose permissions events are sent has left. Set `takeOver` to send with yours.');
  return webhookTypes(types, memberGrant(tenantId, tenant, member.roles));
}
