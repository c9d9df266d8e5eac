import { badInput } from '../../domain/core/errors.ts';
import { type Feed, hasEventsAfter, readFeed } from '../../domain/event/feed.ts';
import { KEPT_DAYS } from '../../domain/event/types.ts';
import { builder } from '../core/builder.ts';
import { complexityOf } from '../core/cost.ts';
import { listSize, PAGE_SIZE } from '../core/page-size.ts';
import { Tenant } from '../tenant/tenant.ts';
import { EVENT_CURSORS, numberAfter } from './cursor.ts';
import { Event, EventTypeEnum } from './event.ts';

/** How long a request may wait for an event, seconds. */
const MAX_WAIT = 20;

const FeedType = builder.objectRef<Feed>('EventFeed').implement({
  description: 'A part of the sequence of events of the tenant.',
  tenantOf: ({ tenantId }: Feed) => tenantId,
  fields: t => ({
    events: t.field({
      type: [Event],
      policy: 'event:read',
      nullable: true,
      description: 'The events in order, without a gap.',
      complexity: { field: 1, multiplier: 1 },
      resolve: ({ events }) => [...events],
    }),
    previousHash: t.string({
      policy: 'event:read',
      nullable: true,
      description: 'The hash of the event before the first one here, to check the chain. Zeros before event 1. Null: it is no longer kept.',
      resolve: ({ previousHash }) => previousHash?.toString('hex') ?? null,
    }),
    next: t.string({
      policy: 'event:read',
      nullable: true,
      description: 'The cursor to go on `after`.',
      resolve: ({ last }) => EVENT_CURSORS.encode({ number: last }),
    }),
    hasMore: t.exposeBoolean('hasMore', {
      policy: 'event:read',
      nullable: true,
      description: 'Whether there are further events already.',
    }),
  }),
});

builder.prismaObjectField(Tenant, 'events', t =>
  t.field({
    type: FeedType,
    policy: 'event:read',
    nullable: true,
    description: `What happened in the tenant, oldest first, kept for ${KEPT_DAYS} days. Each event needs its own permission as well; without it, it is a stub. A cursor whose events are no longer kept is refused with \`RESYNC\`.`,
    args: {
      after: t.arg.string({ description: 'Only events after this cursor, the `next` of the part before. Without, from the oldest.' }),
      types: t.arg({ type: [EventTypeEnum], description: 'Only these types; others are stubs.' }),
      first: t.arg.int({ description: `How many, at most ${PAGE_SIZE.max}. Default: ${PAGE_SIZE.default}.` }),
      wait: t.arg.int({
        description: `How many seconds to wait for an event if there is none after the cursor, at most ${MAX_WAIT}. Default: 0.`,
      }),
    },
    complexity: complexityOf({
      listSize: { assumedSize: PAGE_SIZE.default, slicingArguments: ['first'], maxSize: PAGE_SIZE.max },
    }),
    resolve: async (_tenant, { after, types, first, wait }, { work, grant, services, live }) => {
      const request = { after: numberAfter(after), types: types ?? null, first: listSize({ first }) };
      if (wait != null && (wait < 0 || wait > MAX_WAIT)) throw badInput(`\`wait\` is a number of seconds from 0 to ${MAX_WAIT}.`);
      const hasNew = () => hasEventsAfter(work, request.after ?? 0);
      if (wait) await live.nextEvent(work.binding.tenantId!, wait, hasNew);
      else await hasNew();
      return await readFeed({ work, grant, clock: services.clock }, request);
    },
  }),
);
