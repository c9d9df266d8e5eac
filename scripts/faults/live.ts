import { type Fault, newestMigration } from './fault.ts';

const STREAMS = 'src/http/live/tenant-streams.ts';
const SENDING = ['test/http/live/sending'];
const STREAM = 'src/http/live/stream.ts';
const PAID = ['test/http/live/budget'];
const SUBSCRIPTIONS = ['test/http/live/subscriptions'];
const FEED = ['test/graphql/event'];
const NUMBERS = ['test/database/queries/event-numbers'];
const EVENTS = newestMigration('CREATE FUNCTION crossing_number_events');

/** Faults in events: their numbers, who reads them, and when they are sent. */
export const LIVE_FAULTS: readonly Fault[] = [
  // A right could be lost between its check and the event.
  {
    file: STREAMS,
    find: "      await lockTenant(transaction.query, 'shared');\n",
    plant: '      void lockTenant;\n',
    tests: SENDING,
    short: true,
  },
  {
    file: STREAMS,
    find: ' && mayReadEvent(grant, event.type)',
    plant: ' && Boolean(mayReadEvent && grant)',
    tests: [...SUBSCRIPTIONS, 'test/http/live/narrowed'],
  },
  { file: STREAMS, find: 'followedBy(stream.field).subject === event.subjectType && ', plant: '', tests: SUBSCRIPTIONS },
  { file: STREAMS, find: '        followed.after = event.number;\n', plant: '', tests: SUBSCRIPTIONS },
  { file: STREAMS, find: '      checkGap(followed.after, part);\n', plant: '', tests: SUBSCRIPTIONS },
  { file: STREAM, find: '      if (refusal) throw refusal;\n', plant: '', tests: SUBSCRIPTIONS, short: true },
  // A token that has expired, or a key that was revoked, would stay.
  {
    file: 'src/http/graphql/handler.ts',
    find: '        const again = await credentialsOf(request, served.requestId, options, budget);',
    plant: '        const again = credentials;',
    tests: SUBSCRIPTIONS,
  },
  {
    file: 'src/http/live/streams.ts',
    find: '      if (personRef) this.#people.wakeOf(personRef);\n',
    plant: '',
    tests: ['test/http/live/prompt'],
  },
  {
    file: 'src/http/live/person-streams.ts',
    find: 'followed.personRef === ref',
    plant: 'followed.personRef !== ref',
    tests: ['test/http/live/prompt'],
  },
  { file: 'src/http/live/event-stream.ts', find: '    this.response.destroy();\n', plant: '', tests: SENDING },
  // An event that the budget has no points for would be lost, be free, or wait for a heartbeat.
  {
    file: STREAMS,
    find: 'context, EVENT_CURSORS.encode(event)))) return;',
    plant: 'context, EVENT_CURSORS.encode(event)))) {}',
    tests: PAID,
  },
  { file: STREAM, find: 'payment.settle(text, payment.tally && tallyOf(result))', plant: 'payment.settle(text)', tests: PAID },
  {
    file: STREAM,
    find: 'await budget.take(context, price);',
    plant: 'await budget.take({ ...context, costLimit: null }, price);',
    tests: PAID,
  },
  { file: STREAM, find: '    onDelay(resetAt', plant: '    void (resetAt', tests: PAID },
  { file: 'src/http/live/streams.ts', find: '    for (const { connection } of all) connection.interrupt();\n', plant: '', tests: SENDING },
  // Nobody would wait for another process that numbers.
  {
    file: 'src/database/queries/event.ts',
    find: '    if (await numberEvents(query)) return;\n',
    plant: '    if ((await numberEvents(query)) || attempt === 0) return;\n',
    tests: ['test/http/live/begins'],
  },
  {
    file: 'src/domain/event/feed.ts',
    find: "      recheck(locked, access, 'event:read', grant, clock);\n",
    plant: '',
    tests: FEED,
    short: true,
  },
  { file: 'src/domain/event/feed.ts', find: '!mayReadEvent(grant, event.type) || ', plant: '', tests: FEED, short: true },
  { file: 'src/domain/event/feed.ts', find: '  if (after !== null) checkGap(after, found);\n', plant: '', tests: FEED },
  { file: 'src/graphql/event/event.ts', find: '    event.isStub ? null : resolve(event);', plant: '    resolve(event);', tests: FEED },
  {
    file: 'src/domain/audit/record.ts',
    find: 'code === null ? eventsOf',
    plant: 'code !== undefined ? eventsOf',
    tests: ['test/domain/audit/refusals'],
  },
  { file: 'src/domain/event/of-action.ts', find: 'return listing ?', plant: 'return !listing ?', tests: ['test/domain/dataset/datasets'] },
  // Two transactions would number at the same time.
  {
    file: EVENTS,
    find: "  IF NOT pg_try_advisory_xact_lock(hashtextextended('number events', 0)) THEN\n    RETURN NULL;",
    plant: '  IF false THEN\n    RETURN NULL;',
    tests: NUMBERS,
  },
  {
    file: EVENTS,
    find: 'ORDER BY o.place LIMIT at_most FOR UPDATE SKIP LOCKED',
    plant: 'ORDER BY o.place DESC LIMIT at_most FOR UPDATE SKIP LOCKED',
    tests: FEED,
  },
  {
    file: EVENTS,
    find: 'sha256(int4send(h.seq + 1) || h.hash || digest)',
    plant: 'sha256(int4send(h.seq) || h.hash || digest)',
    tests: [...NUMBERS, ...FEED],
    short: true,
  },
  {
    file: EVENTS,
    find: 'c.relname < public.event_day_name(today - kept_days)',
    plant: 'c.relname <= public.event_day_name(today - kept_days)',
    tests: NUMBERS,
  },
  {
    file: EVENTS,
    find: 'WHERE e.person_ref = sha256(uuid_send(public.app_person())) ORDER BY',
    plant: 'WHERE e.person_ref IS NOT NULL ORDER BY',
    tests: SUBSCRIPTIONS,
  },
];
