import type { EventType } from '../../domain/event/types.ts';
import { builder } from '../core/builder.ts';
import { cursorsOf, OLDEST_FIRST } from '../core/cursor.ts';
import { Viewer } from '../viewer/viewer.ts';
import { EventTypeEnum } from './event.ts';
import type { SentOwnEvent } from './subject-field.ts';

/** The cursors of the events about a person's memberships, by their ids. */
export const OWN_EVENT_CURSORS = cursorsOf(OLDEST_FIRST);

const OwnEventType = builder.objectRef<SentOwnEvent['event']>('OwnEvent').implement({
  description: 'What happened to one of your memberships.',
  fields: t => ({
    type: t.field({ type: EventTypeEnum, policy: 'public', resolve: ({ type }) => type as EventType }),
    at: t.expose('at', { type: 'DateTime', policy: 'public' }),
  }),
});

const ViewerChanged = builder.objectRef<SentOwnEvent>('ViewerChanged').implement({
  description: 'An event for `Subscription.viewerChanged`.',
  fields: t => ({
    viewer: t.field({
      type: Viewer,
      policy: 'public',
      description: 'The caller, as they are now.',
      resolve: (_event, _args, context) => context,
    }),
    event: t.field({ type: OwnEventType, policy: 'public', description: 'What happened.', resolve: ({ event }) => event }),
    cursor: t.string({
      policy: 'public',
      description: 'The cursor to resume `after`; also the `id` of the server-sent event.',
      resolve: ({ event }) => OWN_EVENT_CURSORS.encode(event),
    }),
  }),
});

builder.subscriptionField('viewerChanged', t =>
  t.field({
    type: ViewerChanged,
    policy: 'viewer:follow',
    nullable: true,
    description: 'Changes of your own memberships and roles, in all of your tenants.',
    args: {
      after: t.arg.string({
        description: 'Events after this cursor first, then new ones. Without, new ones only. `RESYNC` if some are no longer kept.',
      }),
    },
    extensions: { followed: { subject: null } },
    subscribe: () => {
      throw new Error('subscriptions are streamed by http/live');
    },
    resolve: root => root as SentOwnEvent,
  }),
);
