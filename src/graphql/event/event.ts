import type { FeedEvent } from '../../domain/event/feed.ts';
import { EVENT_TYPES, type EventType, eventRuleOf } from '../../domain/event/types.ts';
import { builder } from '../core/builder.ts';

const eventTypes = Object.fromEntries(
  (Object.keys(EVENT_TYPES) as EventType[]).map(type => {
    const { meaning, permission } = eventRuleOf(type);
    return [type.replace('.', '_').toUpperCase(), { value: type, description: `\`${type}\`: ${meaning} Needs \`${permission}\`.` }];
  }),
) as Record<string, { value: EventType }>;

export const EventTypeEnum = builder.enumType('EventType', { description: 'What an event says has happened.', values: eventTypes });

type Payload = { readonly version: number; readonly subject: { readonly id: string }; readonly data: Record<string, unknown> };

/** The parts of an event that are in its JSON alone. */
const payloadOf = ({ payload }: FeedEvent): Payload => JSON.parse(payload);

const HASHED = 'in hexadecimal digits';

/** Makes the resolver of a field that a stub doesn't have. */
const unlessStub =
  <Value>(resolve: (event: FeedEvent) => Value) =>
  (event: FeedEvent): Value | null =>
    event.isStub ? null : resolve(event);

export const Event = builder.objectRef<FeedEvent>('Event').implement({
  description:
    'Something that happened in the tenant. An event that you may not read, or that `types` leaves out, is a stub: its number, its digest and its hash, by which you can check that you missed none.',
  tenantOf: ({ tenantId }: FeedEvent) => tenantId,
  fields: t => ({
    number: t.exposeInt('number', {
      policy: 'event:read',
      nullable: true,
      description: 'The number in the tenant’s sequence. Numbers start at 1 and have no gaps.',
    }),
    eventId: t.string({
      policy: 'event:read',
      nullable: true,
      description: 'Identifies the event wherever it is delivered; the same in a repeat.',
      resolve: unlessStub(({ id }) => id),
    }),
    type: t.field({
      type: EventTypeEnum,
      policy: 'event:read',
      nullable: true,
      resolve: unlessStub(({ type }) => type as EventType),
    }),
    version: t.int({
      policy: 'event:read',
      nullable: true,
      description: 'The version of the data of this type. Additions keep it.',
      resolve: unlessStub(event => payloadOf(event).version),
    }),
    at: t.field({ type: 'DateTime', policy: 'event:read', nullable: true, resolve: unlessStub(({ at }) => at) }),
    subjectType: t.string({
      policy: 'event:read',
      nullable: true,
      description: 'The type of the object that the event is about, such as `Membership`.',
      resolve: unlessStub(({ subjectType }) => subjectType),
    }),
    subjectId: t.string({
      policy: 'event:read',
      nullable: true,
      description: 'The global id of that object, for `Query.node`; for trusted documents, the app and its version.',
      resolve: unlessStub(event => payloadOf(event).subject.id),
    }),
    data: t.field({
      type: 'JSONObject',
      policy: 'event:read',
      nullable: true,
      description: 'What changed, as it was right after the event.',
      resolve: unlessStub(event => payloadOf(event).data),
    }),
    payload: t.string({
      policy: 'event:read',
      nullable: true,
      description: 'The whole event as JSON: the text that is hashed, and that webhooks receive.',
      resolve: unlessStub(({ payload }) => payload),
    }),
    salt: t.string({
      policy: 'event:read',
      nullable: true,
      description: `\`digest\` is the SHA-256 of this salt and the payload, in UTF-8; ${HASHED}.`,
      resolve: unlessStub(({ salt }) => salt.toString('hex')),
    }),
    digest: t.string({
      policy: 'event:read',
      nullable: true,
      description: `The digest of the event, ${HASHED}.`,
      resolve: ({ digest }) => digest.toString('hex'),
    }),
    hash: t.string({
      policy: 'event:read',
      nullable: true,
      description: `The SHA-256 of the number (4 bytes, big-endian), the hash of the event before, and the digest; ${HASHED}.`,
      resolve: ({ hash }) => hash.toString('hex'),
    }),
  }),
});
