import { setTimeout as sleep } from 'node:timers/promises';
import type { Enqueue, Query } from '../driver/query.ts';

/** An event without a number, as the transaction of its change writes it. */
export type OutboxEvent = {
  readonly id: string;
  readonly type: string;
  readonly subjectType: string;
  readonly subjectId: string;
  readonly at: Date;
  readonly payload: string;
};

/** What an event belongs to: an audit event or a usage record. */
export type EventCause = { readonly auditEventId: string } | { readonly usageRecordId: string };

export const OUTBOX_COLUMNS = 'id, type, subject_type, subject_id, at, payload';

/** The values of {@link OUTBOX_COLUMNS}. */
export const outboxValues = ({ id, type, subjectType, subjectId, at, payload }: OutboxEvent): readonly unknown[] => [
  ...[id, type, subjectType, subjectId, at.toISOString(), payload],
];

/** Writes an event of the bound tenant, in the transaction of its change. Nothing waits for it. */
export function writeEvent(enqueue: Enqueue, event: OutboxEvent, cause: EventCause): void {
  const { auditEventId = null, usageRecordId = null } = cause as { auditEventId?: string; usageRecordId?: string };
  enqueue(
    `INSERT INTO event_outbox (${OUTBOX_COLUMNS}, audit_event_id, usage_record_id)
     VALUES ($1::uuid, $2, $3, $4, $5::timestamptz, $6, $7::uuid, $8::uuid)`,
    [...outboxValues(event), auditEventId, usageRecordId],
  );
}

/** Events that get their numbers in one transaction, at most. */
const BATCH = 500;

/**
 * Gives all committed events their numbers, in every tenant.
 *
 * @returns false where another process is doing so: some may have no number yet.
 */
export async function numberEvents(query: Query): Promise<boolean> {
  for (;;) {
    const [row] = await query<{ numbered: number | null }>('SELECT crossing_number_events($1::int) AS numbered', [BATCH]);
    if (row!.numbered === null) return false;
    if (row!.numbered < BATCH) return true;
  }
}

/** How often to ask again whether another process has numbered its part, and after how many ms. */
const NUMBERING = { attempts: 200, pause: 5 };

/**
 * Gives all events that have committed by now their numbers. It waits for another process that does
 * so: what a client just did is in its feed. One that takes over a second is not waited for.
 */
export async function numberCommitted(query: Query): Promise<void> {
  for (let attempt = 0; attempt < NUMBERING.attempts; attempt += 1) {
    if (await numberEvents(query)) return;
    await sleep(NUMBERING.pause);
  }
}

/** Where in the order of all tenants' events a process begins to follow them. */
export async function eventPosition(query: Query): Promise<bigint> {
  const [row] = await query<{ at: bigint }>('SELECT crossing_event_position() AS at', []);
  return row!.at;
}

/** That there is an event in a tenant, and a hash of the person whose membership it is about. */
export type EventSignal = { readonly position: bigint; readonly tenantId: string; readonly personRef: Buffer | null };

/** The events after a position, in all tenants. */
export const eventsAfter = (query: Query, position: bigint): Promise<readonly EventSignal[]> =>
  query(
    `SELECT event_position AS position, tenant_id AS "tenantId", person_ref AS "personRef"
     FROM crossing_events_after($1::bigint, $2::int)`,
    [String(position), BATCH],
  );

/** A numbered event of the bound tenant. */
export type NumberedEvent = {
  readonly number: number;
  readonly id: string;
  readonly type: string;
  readonly subjectType: string;
  readonly subjectId: string;
  readonly at: Date;
  readonly payload: string;
  readonly salt: Buffer;
  readonly digest: Buffer;
  readonly hash: Buffer;
};

/** A part of the bound tenant's sequence, and its last number: 0 before its first event. */
export type EventPart = { readonly events: readonly NumberedEvent[]; readonly last: number };

/**
 * The events of the bound tenant after a number, in order, and the last number in the same
 * snapshot: others number events meanwhile.
 */
export async function tenantEvents(query: Query, after: number, limit: number): Promise<EventPart> {
  const rows = await query<{ last: number; number: number | null }>(
    `SELECT coalesce(h.seq, 0) AS last, e.*
     FROM (VALUES (1)) AS one LEFT JOIN event_head h ON h.tenant_id = app_tenant() LEFT JOIN LATERAL (
       SELECT seq AS number, id, type, subject_type AS "subjectType", subject_id AS "subjectId", at, payload, salt, digest, hash
       FROM event WHERE tenant_id = app_tenant() AND seq > $1::int ORDER BY seq LIMIT $2::int) e ON true
     ORDER BY e.number`,
    [after, limit],
  );
  return { last: rows[0]!.last, events: rows.filter(({ number }) => number !== null) as object[] as NumberedEvent[] };
}

/** The number of the last event of the bound tenant: 0 before its first event. */
export async function lastEvent(query: Query): Promise<number> {
  const [row] = await query<{ seq: number }>('SELECT seq FROM event_head WHERE tenant_id = app_tenant()', []);
  return row?.seq ?? 0;
}

/** The hash of an event of the bound tenant, by its number; null if it isn't kept any more. */
export async function eventHash(query: Query, number: number): Promise<Buffer | null> {
  const [row] = await query<{ hash: Buffer }>('SELECT hash FROM event WHERE tenant_id = app_tenant() AND seq = $1::int', [number]);
  return row?.hash ?? null;
}

/** An event about one of the bound person's memberships: no more than that there was one. */
export type OwnEvent = { readonly id: string; readonly type: string; readonly at: Date };

/** The last events about the bound person's memberships in all tenants, newest first. */
export const ownEvents = (query: Query, limit: number): Promise<readonly OwnEvent[]> =>
  query('SELECT id, type, at FROM crossing_own_events($1::int)', [limit]);

/** The id of the last of them; null if there is none. */
export const lastOwnEvent = async (query: Query): Promise<string | null> => (await ownEvents(query, 1))[0]?.id ?? null;

/** Adds the partitions of the coming days, and drops those older than `keptDays`. */
export async function rotateEvents(query: Query, keptDays: number): Promise<void> {
  await query('SELECT crossing_rotate_events($1::int)', [keptDays]);
}
