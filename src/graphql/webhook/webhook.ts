import { WEBHOOK_STATUSES } from '../../domain/webhook/status.ts';
import { isMember } from '../api-key/holders.ts';
import { builder } from '../core/builder.ts';
import { columnOf } from '../core/columns.ts';
import { enumValues } from '../core/enum-values.ts';
import { encodeGlobalId, rowId, rowOf } from '../core/global-id.ts';
import { EventTypeEnum } from '../event/event.ts';

export const WebhookStatus = builder.enumType('WebhookStatus', {
  description: 'Whether a webhook is sent events. What is not sent waits, for as long as the events are kept.',
  values: enumValues(WEBHOOK_STATUSES, {
    active: 'It is sent events while the tenant is not suspended.',
    paused: 'A member paused it.',
    disabled: 'Its receiver failed for 72 hours. Set it to `ACTIVE` to go on with what waits.',
  }),
});

const read = { policy: 'webhook:read', nullable: true } as const;

export const Webhook = builder.prismaNode('Webhook', {
  description: 'An address that the events of the tenant are sent to as signed requests (Standard Webhooks).',
  tenantOf: (row: { tenantId: string }) => row.tenantId,
  nullable: true,
  id: { resolve: rowId, policy: 'webhook:read' },
  findUnique: id => ({ tenantId_id: rowOf(id) }),
  select: { tenantId: true, id: true },
  fields: t => ({
    name: t.exposeString('name', read),
    url: t.exposeString('url', read),
    types: t.field({ type: [EventTypeEnum], ...read, description: 'The types of events that are sent to it.', ...columnOf('types') }),
    status: t.field({ type: WebhookStatus, ...read, ...columnOf('status') }),
    membershipId: t.id({
      ...read,
      description: 'The global id of the `Membership` with whose permissions events are sent: of its creator, or of who took it over.',
      select: { membershipId: true },
      resolve: ({ tenantId, membershipId: id }) => encodeGlobalId('Membership', rowId({ tenantId, id })),
    }),
    memberLeft: t.boolean({
      ...read,
      description: 'Whether that member has left the tenant. Nothing is sent then: take the webhook over.',
      select: { membershipId: true },
      resolve: async ({ membershipId }, _args, { work }) => !(await isMember(work, membershipId)),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', ...read }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', ...read }),
    rotatedAt: t.expose('rotatedAt', { type: 'DateTime', ...read, description: 'When the secret was last replaced. Null: never.' }),
    earlierSecretUntil: t.field({
      type: 'DateTime',
      ...read,
      description: 'Until when the secret from before the last rotation signs as well. Null: it no longer does.',
      select: { earlierUntil: true },
      resolve: ({ earlierUntil }, _args, { services }) => (earlierUntil && earlierUntil > services.clock.now() ? earlierUntil : null),
    }),
  }),
});
