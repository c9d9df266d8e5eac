import { z } from 'zod';
import { EVENT_DATA, EVENT_TYPES, EVENT_VERSION, type EventType, eventRuleOf, KEPT_DAYS } from '../../src/domain/event/types.ts';

const types = Object.keys(EVENT_TYPES) as EventType[];

const rows = types
  .map(type => {
    const { subject, permission, data, meaning } = eventRuleOf(type);
    return `| \`${type}\` | \`${subject}\` | \`${permission}\` | ${data.map(name => `\`${name}\``).join(' ')} | ${meaning} |`;
  })
  .join('\n');

/** docs/events.md. */
export const printEvents = (): string => `<!-- Printed from src/domain/event/types.ts by \`npm run print\`. -->

# Events

What happens in a tenant is one sequence of events, numbered from 1 without a gap and kept for
${KEPT_DAYS} days (SPEC E1). You can follow it in three ways:

- **Subscriptions**, for dashboards: \`subscription { tenantChanged { tenant { status } event { type } cursor } }\`
  over \`POST /graphql\` with \`Accept: text/event-stream\` (the GraphQL over SSE protocol, distinct
  connections mode). Resume with \`after\`, or with the header \`Last-Event-ID\`.
- **The feed**, for programs: \`tenant { events(after:, types:, first:, wait:) }\`, also with an API key
  that has the scope \`event:read\`. \`wait\` holds the request until there is an event.
- **Webhooks**, for servers.

Each event needs the permission in the table as well, and it is checked whenever the event is sent.
In the feed, an event that you may not read is a stub: number, digest and hash. A cursor whose
events are no longer kept is refused with \`RESYNC\`: read the current state, then go on without
\`after\`.

Opening a subscription costs what its operation does, and so does each event that it is sent, from
the tenant's budget of cost points a minute. Without enough points an event waits until the minute
is over, and later events behind it: nothing is lost. A comment tells, such as
\`: RATE_LIMITED until 2026-11-30T09:31:00.000Z\`. Select little, and other subscriptions and requests
have points left.

| type | subject | permission | data | what happened |
|---|---|---|---|---|
${rows}

## The JSON of an event

\`payload\` is the event as it is hashed, and as webhooks send it; [events.schema.json](events.schema.json)
describes it for every type. \`version\` is ${EVENT_VERSION}; an addition to the data keeps it.

<!-- not run: an example; a test compares real events with the schema -->
\`\`\`json
{
  "id": "019aa2f0-6c1e-7c1e-b6c1-5d0c5b7a2f11",
  "type": "tenant.renamed",
  "version": 1,
  "at": "2026-11-30T09:30:00.000Z",
  "tenant": "VGVuYW50Oi4uLg",
  "subject": { "type": "Tenant", "id": "VGVuYW50Oi4uLg" },
  "data": { "name": "Acme" }
}
\`\`\`

\`tenant\` and \`subject.id\` are global ids, for \`Query.node\`. An event is delivered at least once; a
repeat has the same \`id\`.

## That none is missing

\`\`\`
digest = SHA-256(salt, payload)
hash   = SHA-256(number as 4 bytes, big-endian; hash of the event before; digest)
\`\`\`

The hash before event 1 is 32 zero bytes; \`EventFeed.previousHash\` gives the one before a part. A
stub has its digest and its hash, so the chain can be checked under every filter:
[examples/events/verify.mjs](../examples/events/verify.mjs).
`;

/** docs/events.schema.json: the JSON of every type of event. */
export function printEventSchema(): string {
  const ofType = (type: EventType) => {
    const { subject, data } = eventRuleOf(type);
    const fields = Object.fromEntries(data.map(name => [name, EVENT_DATA[name].optional()]));
    return z
      .object({
        id: z.uuid(),
        type: z.literal(type),
        version: z.literal(EVENT_VERSION),
        at: z.iso.datetime(),
        tenant: z.string(),
        subject: z.object({ type: z.literal(subject), id: z.string() }),
        data: z.object(fields),
      })
      .describe(eventRuleOf(type).meaning);
  };
  const [first, ...others] = types.map(ofType);
  return `${JSON.stringify(z.toJSONSchema(z.union([first!, ...others]), { io: 'input' }), null, 1)}\n`;
}
