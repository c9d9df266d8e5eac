import { type ChangedWebhook, createWebhook, type WebhookWithSecret } from '../../domain/webhook/create.ts';
import { deleteWebhook } from '../../domain/webhook/delete.ts';
import { type AddedDelivery, redeliverWebhookEvent } from '../../domain/webhook/redeliver.ts';
import { OVERLAP, rotateWebhookSecret } from '../../domain/webhook/rotate-secret.ts';
import { testWebhook } from '../../domain/webhook/send-test.ts';
import { updateWebhook } from '../../domain/webhook/update.ts';
import { builder } from '../core/builder.ts';
import { encodeGlobalId, rowId, rowRef } from '../core/global-id.ts';
import { mutation } from '../core/mutation.ts';
import { EventTypeEnum } from '../event/event.ts';
import { WebhookDelivery } from './delivery.ts';
import { Webhook, WebhookStatus } from './webhook.ts';

const UpdateWebhookPayload = builder.objectRef<ChangedWebhook>('UpdateWebhookPayload').implement({
  tenantOf: ({ tenantId }: ChangedWebhook) => tenantId,
  fields: t => ({
    webhook: t.prismaField({
      type: Webhook,
      policy: 'webhook:read',
      nullable: true,
      resolve: (query, { tenantId, webhookId: id }, _args, { work }) =>
        work.db.webhook.findUnique({ ...query, where: { tenantId_id: { tenantId, id } } }),
    }),
  }),
});

/** A payload with the webhook and its secret. */
const secretPayload = (name: string) =>
  builder.objectRef<WebhookWithSecret>(name).implement({
    tenantOf: ({ tenantId }: WebhookWithSecret) => tenantId,
    fields: t => ({
      secret: t.exposeString('secret', {
        policy: 'webhook:write',
        nullable: true,
        description:
          'The secret to verify signatures with, for a library of Standard Webhooks. It is shown only once and cannot be read again.',
      }),
      webhook: t.prismaField({
        type: Webhook,
        policy: 'webhook:read',
        nullable: true,
        resolve: (query, { tenantId, webhookId: id }, _args, { work }) =>
          work.db.webhook.findUnique({ ...query, where: { tenantId_id: { tenantId, id } } }),
      }),
    }),
  });

/** A payload with the delivery that was added. */
const deliveryPayload = (name: string) =>
  builder.objectRef<AddedDelivery>(name).implement({
    tenantOf: ({ tenantId }: AddedDelivery) => tenantId,
    fields: t => ({
      delivery: t.prismaField({
        type: WebhookDelivery,
        policy: 'webhook:read',
        nullable: true,
        resolve: (query, { tenantId, deliveryId: id }, _args, { work }) =>
          work.db.webhookDelivery.findUnique({ ...query, where: { tenantId_id: { tenantId, id } } }),
      }),
    }),
  });

const NAME = '1 to 120 characters. Names need not be unique.';
const URL_OF = 'A complete https:// URL, without a user or a fragment, whose host has public addresses alone.';
const TYPES = 'The types of events to send: at least one, and only those that';
const ID = 'The global id of a `Webhook`.';
const webhook = ({ webhookId }: { webhookId: { typename: string; id: string } }) => ({ webhook: rowRef('Webhook', webhookId) });

mutation('createWebhook', {
  policy: 'webhook:write',
  action: 'webhook.create',
  description:
    'Creates a webhook, which is sent events from now on, with your permissions. The secret is shown only in this response. The plan limits the number of webhooks.',
  input: t => ({
    name: t.string({ required: true, description: NAME }),
    url: t.string({ required: true, description: URL_OF }),
    types: t.field({ type: [EventTypeEnum], required: true, description: `${TYPES} you may read.` }),
  }),
  payload: secretPayload('CreateWebhookPayload'),
  run: (command, input) => createWebhook(command, input),
});

mutation('updateWebhook', {
  policy: 'webhook:write',
  action: 'webhook.update',
  description:
    'Changes a webhook. A field that is left out stays as it is. After a change of the URL or to `ACTIVE`, what waits is tried at once.',
  input: t => ({
    webhookId: t.globalID({ required: true, description: ID }),
    name: t.string({ description: `${NAME} Null or omitted: unchanged.` }),
    url: t.string({ description: `${URL_OF} Null or omitted: unchanged.` }),
    types: t.field({ type: [EventTypeEnum], description: `${TYPES} the member of the webhook may read. Null or omitted: unchanged.` }),
    status: t.field({ type: WebhookStatus, description: '`ACTIVE` or `PAUSED`. Null or omitted: unchanged.' }),
    takeOver: t.boolean({
      description: 'True: events are sent with your permissions from now on. Null or omitted: with those of the same member.',
    }),
  }),
  payload: UpdateWebhookPayload,
  run: (command, { webhookId, ...input }) => updateWebhook(command, { ...input, ...webhook({ webhookId }) }),
});

mutation('rotateWebhookSecret', {
  policy: 'webhook:write',
  action: 'webhook.rotate_secret',
  description: 'Gives a webhook a new secret. For a while requests carry the signatures of both.',
  input: t => ({
    webhookId: t.globalID({ required: true, description: ID }),
    overlapMinutes: t.int({
      description: `How long the earlier secret signs as well: 0 to ${OVERLAP.max} minutes. Null or omitted: ${OVERLAP.default} (one day).`,
    }),
  }),
  payload: secretPayload('RotateWebhookSecretPayload'),
  run: (command, { webhookId, overlapMinutes }) => rotateWebhookSecret(command, { overlapMinutes, ...webhook({ webhookId }) }),
});

mutation('testWebhook', {
  policy: 'webhook:write',
  action: 'webhook.test',
  description: 'Sends a test of the type `webhook.test` to a webhook, whatever its status. It is tried once.',
  input: t => ({ webhookId: t.globalID({ required: true, description: ID }) }),
  payload: deliveryPayload('TestWebhookPayload'),
  run: (command, input) => testWebhook(command, webhook(input)),
});

mutation('redeliverWebhookEvent', {
  policy: 'webhook:write',
  action: 'webhook.redeliver',
  description: 'Sends an event to a webhook again, with the same id, whatever its type and the status of the webhook. It is tried once.',
  input: t => ({
    webhookId: t.globalID({ required: true, description: ID }),
    eventId: t.string({ required: true, description: 'The id of an event that is still kept, as in the header `webhook-id`.' }),
  }),
  payload: deliveryPayload('RedeliverWebhookEventPayload'),
  run: (command, { eventId, webhookId }) => redeliverWebhookEvent(command, { eventId, ...webhook({ webhookId }) }),
});

const DeleteWebhookPayload = builder.objectRef<ChangedWebhook>('DeleteWebhookPayload').implement({
  fields: t => ({
    deletedWebhookId: t.id({
      policy: 'public',
      description: ID,
      resolve: ({ tenantId, webhookId: id }) => encodeGlobalId('Webhook', rowId({ tenantId, id })),
    }),
  }),
});

mutation('deleteWebhook', {
  policy: 'webhook:write',
  action: 'webhook.delete',
  description: 'Permanently deletes a webhook with its deliveries. Nothing is sent to it any more.',
  input: t => ({ webhookId: t.globalID({ required: true, description: ID }) }),
  payload: DeleteWebhookPayload,
  run: (command, input) => deleteWebhook(command, webhook(input)),
});
