import type { Grant, Principal } from '../../access/grant.ts';
import { holds } from '../../access/is-allowed.ts';
import type { Query, UnitOfWork } from '../../database/index.ts';
import { type EventPart, eventHash, type NumberedEvent, numberCommitted, tenantEvents } from '../../database/queries/event.ts';
import { GatewayError } from '../core/errors.ts';
import { grantNow, readCurrentAccess, recheck } from '../core/recheck.ts';
import type { Clock } from '../core/services.ts';
import { withTenantLock } from '../core/tenant-lock.ts';
import { type EventType, eventRuleOf, isEventType } from './types.ts';

/** Which events to read. Without `after`, from the oldest that is kept. */
export type FeedRequest = {
  readonly after: number | null;
  readonly types: readonly EventType[] | null;
  readonly first: number;
};

/** An event in the feed. What the caller may not read, or filtered out, is a stub. */
export type FeedEvent = NumberedEvent & { readonly tenantId: string; readonly isStub: boolean };

export type Feed = {
  readonly tenantId: string;
  readonly events: readonly FeedEvent[];
  /** The hash of the event before the first; null if that is no longer kept. */
  readonly previousHash: Buffer | null;
  /** The number to go on after. */
  readonly last: number;
  readonly hasMore: boolean;
};

export type FeedCaller = { readonly work: UnitOfWork; readonly grant: Grant & { readonly principal: Principal }; readonly clock: Clock };

/** Whether a grant may read the events of a type now. A type that this build doesn't know: no. */
export const mayReadEvent = (grant: Pick<Grant, 'permissions'>, type: string): boolean =>
  isEventType(type) && holds(grant, eventRuleOf(type).permission);

/** Where the sequence of a tenant begins. */
const BEGINNING = Buffer.alloc(32);

/**
 * Reads a page of the bound tenant's events (SPEC E3). The caller's permissions are read in the
 * same transaction, which holds the tenant's lock in shared mode: no event is read with a right
 * that was already lost.
 *
 * @throws {RefusedError}; {GatewayError} RESYNC when events after the cursor are no longer kept.
 */
export const readFeed = ({ work, grant, clock }: FeedCaller, request: FeedRequest): Promise<Feed> =>
  withTenantLock(
    work,
    { clock, lockMode: 'shared', reads: ({ db }) => readCurrentAccess(db, 'event:read', grant, work.binding) },
    async (locked, access) => {
      recheck(locked, access, 'event:read', grant, clock);
      return await pageOf(locked.query, locked.tenantId, request, grantNow(locked, access, grant, clock));
    },
  );

/** Whether there is an event after a number. Numbers what has committed first. */
export async function hasEventsAfter({ query }: Pick<UnitOfWork, 'query'>, after: number): Promise<boolean> {
  await numberCommitted(query);
  return (await tenantEvents(query, after, 1)).last > after;
}

async function pageOf(query: Query, tenantId: string, { after, types, first }: FeedRequest, grant: Grant): Promise<Feed> {
  const found = await tenantEvents(query, after ?? 0, first + 1);
  if (after !== null) checkGap(after, found);
  const events = found.events.slice(0, first).map(event => ({
    ...event,
    tenantId,
    isStub: !mayReadEvent(grant, event.type) || (types !== null && !types.includes(event.type as EventType)),
  }));
  const last = events.at(-1)?.number ?? after ?? 0;
  const before = (events[0]?.number ?? last + 1) - 1;
  return {
    tenantId,
    events,
    last,
    previousHash: before === 0 ? BEGINNING : await eventHash(query, before),
    hasMore: found.events.length > first,
  };
}

/**
 * Checks that no event between a number and a part is missing.
 *
 * @throws {GatewayError} RESYNC.
 */
export function checkGap(after: number, { events: [next], last }: EventPart): void {
  if (next ? next.number === after + 1 : after === last) return;
  throw new GatewayError('RESYNC', 'The events after this cursor are no longer kept. Read the current state, then go on without `after`.');
}
