import { uuidv7 as uuid } from 'uuidv7';
import type { Query } from '../driver/query.ts';
import type { NumberedEvent } from './event.ts';

/** An event of the bound tenant by its id; undefined if none is kept. */
export async function eventById(query: Query, id: string): Promise<Omit<NumberedEvent, 'salt' | 'digest' | 'hash'> | undefined> {
  const [event] = await query<Omit<NumberedEvent, 'salt' | 'digest' | 'hash'>>(
    `SELECT seq AS number, id, type, subject_type AS "subjectType", subject_id AS "subjectId", at, payload
     FROM event WHERE tenant_id = app_tenant() AND id = $1::uuid`,
    [id],
  );
  return event;
}

/** A delivery of the bound tenant that is to be tried. */
export type DueDelivery = {
  readonly id: string;
  readonly kind: string;
  readonly eventId: string;
  readonly type: string;
  readonly payload: string | null;
  readonly tries: number;
};

/** Whether delivery `d` is of an event, and an earlier one of its subject waits. */
const IS_BEHIND = `d.kind = 'event' AND EXISTS (
         SELECT FROM webhook_delivery b WHERE b.tenant_id = app_tenant() AND b.webhook_id = d.webhook_id AND b.kind = 'event' AND b.status = 'waiting'
           AND b.subject_type = d.subject_type AND b.subject_id = d.subject_id AND b.number < d.number)`;

/**
 * The deliveries of a webhook that are to be tried at a moment, at most `limit`: of each subject's
 * events the first that waits alone, so that they are sent in order. A test or a redelivery doesn't
 * wait for others.
 *
 * @param isActive false for a webhook that is sent no events, but tests and redeliveries.
 */
export const dueDeliveries = (
  query: Query,
  { webhookId, now, isActive, limit }: { webhookId: string; now: Date; isActive: boolean; limit: number },
): Promise<readonly DueDelivery[]> =>
  query(
    `SELECT d.id, d.kind, d.event_id AS "eventId", d.type, d.tries,
       coalesce(d.payload, (SELECT e.payload FROM event e WHERE e.tenant_id = app_tenant() AND e.id = d.event_id)) AS payload
     FROM webhook_delivery d
     WHERE d.tenant_id = app_tenant() AND d.webhook_id = $1::uuid AND d.status = 'waiting' AND d.next_try_at <= $2::timestamptz
       AND (d.kind <> 'event' OR $3::boolean) AND NOT (${IS_BEHIND})
     ORDER BY d.number NULLS FIRST, d.id LIMIT $4::int`,
    [webhookId, now.toISOString(), isActive, limit],
  );

/** When the next delivery of a webhook is to be tried; null if none is. */
export async function nextTryAt(query: Query, webhookId: string): Promise<Date | null> {
  const [row] = await query<{ at: Date | null }>(
    `SELECT min(CASE WHEN d.kind = 'event' THEN greatest(d.next_try_at, w.paused_until) ELSE d.next_try_at END) AS at
     FROM webhook w JOIN webhook_delivery d ON d.tenant_id = w.tenant_id AND d.webhook_id = w.id AND d.status = 'waiting'
     WHERE w.tenant_id = app_tenant() AND w.id = $1::uuid AND (d.kind <> 'event' OR w.status = 'active') AND NOT (${IS_BEHIND})`,
    [webhookId],
  );
  return row!.at;
}

/**
 * Adds deliveries of the events after the last that was looked at, of a webhook's types. Locks the
 * webhook meanwhile.
 *
 * @returns how many events were looked at, at most `limit`.
 */
export async function addDeliveries(
  query: Query,
  { webhookId, now, limit }: { webhookId: string; now: Date; limit: number },
): Promise<number> {
  const [row] = await query<{ seen: number }>(
    `WITH w AS MATERIALIZED (
       SELECT id, types, last_number FROM webhook WHERE tenant_id = app_tenant() AND id = $1::uuid AND status = 'active' FOR NO KEY UPDATE),
     new AS MATERIALIZED (
       SELECT e.id, e.seq, e.type, e.subject_type, e.subject_id FROM event e, w
       WHERE e.tenant_id = app_tenant() AND e.seq > w.last_number ORDER BY e.seq LIMIT $3::int),
     added AS (
       INSERT INTO webhook_delivery (id, webhook_id, kind, event_id, number, type, subject_type, subject_id, created_at, next_try_at)
       SELECT ($4::uuid[])[row_number() OVER (ORDER BY n.seq)], w.id, 'event', n.id, n.seq, n.type, n.subject_type, n.subject_id, $2::timestamptz, $2::timestamptz
       FROM new n, w WHERE n.type = ANY (w.types)),
     moved AS (
       UPDATE webhook SET last_number = (SELECT max(seq) FROM new) WHERE tenant_id = app_tenant() AND id = (SELECT id FROM w)
         AND EXISTS (SELECT FROM new))
     SELECT count(*)::int AS seen FROM new`,
    [webhookId, now.toISOString(), limit, Array.from({ length: limit }, () => uuid())],
  );
  return row!.seen;
}

/** A try of a delivery: the first is 1. */
export type Try = { readonly id: string; readonly number: number };

/**
 * Stores that a try begins, unless another process has begun it.
 *
 * @returns whether it may.
 */
export async function beginTry(query: Query, { id, number }: Try, now: Date, nextTryAt: Date): Promise<boolean> {
  const rows = await query(
    `UPDATE webhook_delivery SET tries = $2::int, last_try_at = $3::timestamptz, next_try_at = $4::timestamptz
     WHERE tenant_id = app_tenant() AND id = $1::uuid AND status = 'waiting' AND tries = $2::int - 1 RETURNING 1`,
    [id, number, now.toISOString(), nextTryAt.toISOString()],
  );
  return rows.length === 1;
}

/** How a try ended, or that a delivery isn't sent at all. */
export type TryResult = {
  readonly status: 'waiting' | 'delivered' | 'skipped' | 'failed';
  readonly statusCode: number | null;
  readonly failure: string | null;
  readonly durationMs: number | null;
  /** When it is tried again, if it waits. */
  readonly nextTryAt: Date | null;
};

/** Stores how a try ended; if another began meanwhile, only a success counts. */
export async function endTry(query: Query, { id, number }: Try, now: Date, result: TryResult): Promise<void> {
  const { status, statusCode, failure, durationMs, nextTryAt } = result;
  await query(
    `UPDATE webhook_delivery SET status = $3, status_code = $4::int, failure = $5, duration_ms = $6::int, next_try_at = $7::timestamptz,
       ended_at = CASE WHEN $3 <> 'waiting' THEN $8::timestamptz END
     WHERE tenant_id = app_tenant() AND id = $1::uuid AND status = 'waiting' AND (tries = $2::int OR $3 = 'delivered')`,
    [id, number, status, statusCode, failure, durationMs, nextTryAt?.toISOString() ?? null, now.toISOString()],
  );
}
