import { DELIVERY_KINDS, DELIVERY_STATUSES } from '../../domain/webhook/status.ts';
import { builder } from '../core/builder.ts';
import { columnOf } from '../core/columns.ts';
import { LATEST_FIRST } from '../core/cursor.ts';
import { enumValues } from '../core/enum-values.ts';
import { rowId, rowOf } from '../core/global-id.ts';
import type { PageArgs } from '../core/page.ts';
import { pageCost } from '../core/page-size.ts';
import { relatedPage } from '../core/related-page.ts';
import { Webhook } from './webhook.ts';

const DeliveryStatus = builder.enumType('WebhookDeliveryStatus', {
  description: 'What became of a delivery.',
  values: enumValues(DELIVERY_STATUSES, {
    waiting: 'It is yet to be tried, or is tried again at `nextTryAt`.',
    delivered: 'The receiver accepted it: the response had a status from 200 to 299.',
    skipped: "It was not sent, because the webhook's member may not read it, or its type is no longer one of the webhook's.",
    failed: 'A test, or an event that was sent again, failed. It is not tried again.',
  }),
});

const DeliveryKind = builder.enumType('WebhookDeliveryKind', {
  description: 'Why something is sent to a webhook.',
  values: enumValues(DELIVERY_KINDS, {
    event: 'It is an event of one of the types of the webhook.',
    redelivery: 'A member had the event sent again.',
    test: 'A member had a test sent.',
  }),
});

const read = { policy: 'webhook:read', nullable: true } as const;

export const WebhookDelivery = builder.prismaNode('WebhookDelivery', {
  description: 'What is sent, or was, to a webhook. It is kept for 30 days after its end.',
  tenantOf: (row: { tenantId: string }) => row.tenantId,
  nullable: true,
  id: { resolve: rowId, policy: 'webhook:read' },
  findUnique: id => ({ tenantId_id: rowOf(id) }),
  select: { tenantId: true, id: true },
  fields: t => ({
    kind: t.field({ type: DeliveryKind, ...read, ...columnOf('kind') }),
    eventId: t.exposeString('eventId', { ...read, description: 'The id of the event, as in the header `webhook-id`.' }),
    type: t.exposeString('type', { ...read, description: 'The type of the event, such as `tenant.suspended`.' }),
    status: t.field({ type: DeliveryStatus, ...read, ...columnOf('status') }),
    tries: t.exposeInt('tries', { ...read, description: 'How often it was tried.' }),
    statusCode: t.exposeInt('statusCode', { ...read, description: 'The HTTP status of the last response. Null: there was none.' }),
    failure: t.exposeString('failure', {
      ...read,
      description: 'Why the last try failed, or why nothing was sent; docs/webhooks.md explains the codes. Null: it did not.',
    }),
    durationMs: t.exposeInt('durationMs', { ...read, description: 'How long the last try took, in milliseconds.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', ...read }),
    lastTryAt: t.expose('lastTryAt', { type: 'DateTime', ...read, description: 'Null: it was not tried yet.' }),
    nextTryAt: t.expose('nextTryAt', { type: 'DateTime', ...read, description: 'When it is tried next. Null: it is not.' }),
    endedAt: t.expose('endedAt', { type: 'DateTime', ...read, description: 'Null: it waits.' }),
  }),
});

const WebhookDeliveryFilter = builder.inputType('WebhookDeliveryFilter', {
  description: 'Selects the deliveries to list. All given conditions must hold.',
  fields: t => ({ status: t.field({ type: DeliveryStatus }), kind: t.field({ type: DeliveryKind }) }),
});

type Filter = typeof WebhookDeliveryFilter.$inferInput;

const whereOf = ({ status, kind }: Filter) => ({ ...(status && { status }), ...(kind && { kind }) });

builder.prismaObjectField(Webhook, 'deliveries', t =>
  t.connection(
    {
      type: WebhookDelivery,
      policy: 'webhook:read',
      nullable: true,
      description: 'What was sent to the webhook, and what waits; the latest first.',
      args: { filter: t.arg({ type: WebhookDeliveryFilter }) },
      complexity: pageCost,
      ...relatedPage({
        relation: 'deliveries',
        type: 'WebhookDelivery',
        order: LATEST_FIRST,
        where: ({ filter }: PageArgs & { filter?: Filter | null }) => whereOf(filter ?? {}),
      }),
    },
    { name: 'WebhookDeliveriesConnection' },
    { name: 'WebhookDeliveriesEdge' },
  ),
);
