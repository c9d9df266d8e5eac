import type { Permission } from '../../access/policy.ts';
import { builder } from '../core/builder.ts';
import { Invitation } from '../invitation/invitation.ts';
import { Listing } from '../listing/listing.ts';
import { Membership } from '../membership/membership.ts';
import { UsageRecord } from '../retrieval/usage-record.ts';
import { Tenant } from '../tenant/tenant.ts';
import { EVENT_CURSORS } from './cursor.ts';
import { Event } from './event.ts';
import type { SentEvent } from './subject-field.ts';

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never;
type Fields = PothosSchemaTypes.ObjectFieldBuilder<Types, SentEvent>;

type SubscriptionOptions = {
  /** The type of the objects whose events it follows. */
  readonly subject: string;
  readonly policy: Permission;
  readonly description: string;
  /** The field of the payload with the object as it is now. */
  // biome-ignore lint/suspicious/noExplicitAny: each object has a type of its own
  readonly object: (t: Fields) => Record<string, any>;
};

builder.subscriptionType({
  description:
    'What happens, as it happens: server-sent events over `POST /graphql` with `Accept: text/event-stream`. Each event is authorized when it is sent. Resume after a cursor with `after`, or with the header `Last-Event-ID`.',
});

/** A subscription to the events about one type of objects of the tenant. */
function subscription(name: string, { subject, policy, description, object }: SubscriptionOptions): void {
  const typename = `${name[0]!.toUpperCase()}${name.slice(1)}`;
  const payload = builder.objectRef<SentEvent>(typename).implement({
    description: `An event for \`Subscription.${name}\`.`,
    tenantOf: ({ tenantId }: SentEvent) => tenantId,
    fields: t => ({
      ...object(t as Fields),
      event: t.field({
        type: Event,
        policy: 'event:read',
        nullable: true,
        description: 'What happened.',
        resolve: ({ tenantId, event }) => ({ ...event, tenantId, isStub: false }),
      }),
      cursor: t.string({
        policy,
        nullable: true,
        description: 'The cursor to resume `after`; also the `id` of the server-sent event.',
        resolve: ({ event }) => EVENT_CURSORS.encode(event),
      }),
    }),
  });
  builder.subscriptionField(name, t =>
    t.field({
      type: payload,
      policy,
      nullable: true,
      description,
      args: {
        after: t.arg.string({
          description: 'Events after this cursor first, then new ones. Without, new ones only. `RESYNC` if some are no longer kept.',
        }),
      },
      extensions: { followed: { subject } },
      subscribe: streamedElsewhere,
      resolve: root => root as SentEvent,
    }),
  );
}

/** Streams are opened by the server, which executes the operation for each event. */
function streamedElsewhere(): never {
  throw new Error('subscriptions are streamed by http/live');
}

const NOW = 'as it is now; null when it is gone';

subscription('tenantChanged', {
  subject: 'Tenant',
  policy: 'tenant:read',
  description: 'Changes of the tenant: its status, plan, sides and name.',
  object: t => ({
    tenant: t.prismaField({
      type: Tenant,
      policy: 'tenant:read',
      nullable: true,
      description: 'The tenant as it is now.',
      resolve: (query, _event, _args, { work }) => work.db.tenant.findFirst({ ...query }),
    }),
  }),
});

subscription('membershipChanged', {
  subject: 'Membership',
  policy: 'member:list',
  description: 'Members who join or leave, changes of their roles, and transfers of ownership.',
  object: t => ({
    membership: t.prismaField({
      type: Membership,
      policy: 'member:list',
      nullable: true,
      description: `The membership ${NOW}.`,
      resolve: (query, { event }, _args, { work }) => work.db.membership.findFirst({ ...query, where: { id: event.subjectId } }),
    }),
  }),
});

subscription('invitationChanged', {
  subject: 'Invitation',
  policy: 'invitation:list',
  description: 'Invitations that are made, accepted, declined, or end.',
  object: t => ({
    invitation: t.prismaField({
      type: Invitation,
      policy: 'invitation:list',
      nullable: true,
      description: `The invitation ${NOW}.`,
      resolve: (query, { event }, _args, { work }) => work.db.invitation.findFirst({ ...query, where: { id: event.subjectId } }),
    }),
  }),
});

subscription('usageRecorded', {
  subject: 'UsageRecord',
  policy: 'usage:read',
  description: 'Retrievals by the tenant.',
  object: t => ({
    usageRecord: t.prismaField({
      type: UsageRecord,
      policy: 'usage:read',
      nullable: true,
      description: 'The record of the retrieval.',
      resolve: (query, { event }, _args, { work }) => work.db.usageRecord.findFirst({ ...query, where: { id: event.subjectId } }),
    }),
  }),
});

subscription('listingChanged', {
  subject: 'Listing',
  policy: 'dataset:read',
  description: 'Listings that are drafted, changed, published, withdrawn or deleted.',
  object: t => ({
    listing: t.prismaField({
      type: Listing,
      policy: 'dataset:read',
      nullable: true,
      description: `The listing ${NOW}.`,
      resolve: (query, { event }, _args, { work }) => work.db.listing.findFirst({ ...query, where: { id: event.subjectId } }),
    }),
  }),
});
