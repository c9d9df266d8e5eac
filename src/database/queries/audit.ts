import { uuidv7 as uuid } from 'uuidv7';
import type { Enqueue, Query } from '../driver/query.ts';
import { OUTBOX_COLUMNS, type OutboxEvent, outboxValues, writeEvent } from './event.ts';

/** An event of the audit log (SPEC A1). */
export type AuditEntry = {
  readonly at: Date;
  readonly actor: { readonly kind: 'user' | 'api_key' | 'staff' | 'system'; readonly id: string; readonly name: string };
  readonly action: string;
  readonly rule: string;
  /** The error code of a refusal; null if the action was done. */
  readonly code: string | null;
  readonly target: { readonly type: string; readonly id: string } | null;
  readonly before: object | null;
  readonly after: object | null;
  readonly requestId: string;
};

const APPEND = `
  INSERT INTO audit_event (id, at, actor_kind, actor_id, actor_name, action, outcome, rule, code, target_type, target_id, state_before, state_after, request_id)
  VALUES ($1::uuid, $2::timestamptz, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13::jsonb, $14)`;

/** The same with the event that subscribers get, in one statement. */
const APPEND_AND_EMIT = `
  WITH logged AS (${APPEND})
  INSERT INTO event_outbox (${OUTBOX_COLUMNS}, audit_event_id) VALUES ($15::uuid, $16, $17, $18, $19::timestamptz, $20, $1::uuid)`;

/**
 * Appends an event to the bound tenant's log, in the transaction that it describes, with the events
 * that subscribers get of it. A trigger links it to the chain (SPEC A2).
 */
export function appendEvent(enqueue: Enqueue, entry: AuditEntry, [emitted, ...others]: readonly OutboxEvent[]): void {
  const { at, actor, action, rule, code, target, before, after, requestId } = entry;
  const json = (state: object | null) => state && JSON.stringify(state);
  const { type = null, id = null } = target ?? {};
  const outcome = code === null ? 'done' : 'refused';
  const auditEventId = uuid();
  // biome-ignore format: a row is read by its columns
  const values = [
    auditEventId, at.toISOString(), actor.kind, actor.id, actor.name, action, outcome, rule, code, type, id, json(before), json(after), requestId,
  ];
  if (emitted) enqueue(APPEND_AND_EMIT, [...values, ...outboxValues(emitted)]);
  else enqueue(APPEND, values);
  for (const other of others) writeEvent(enqueue, other, { auditEventId });
}

/**
 * The first broken link of a tenant's audit chain: `missing`, `changed`, `relinked`, or `cut` at
 * its end, or `unfounded` if it has no event at all (SPEC A2).
 */
export type AuditBreak = { readonly tenantId: string; readonly seq: number; readonly fault: string };

/** The first broken link of every broken chain, and how many chains and links were checked. */
export async function auditBreaks(query: Query): Promise<{ breaks: readonly AuditBreak[]; tenants: number; events: number }> {
  const breaks = await query<AuditBreak>('SELECT tenant_id AS "tenantId", seq, fault FROM crossing_audit_breaks() ORDER BY 1', []);
  const unfounded = await query<AuditBreak>(
    `SELECT tenant_id AS "tenantId", 1 AS seq, 'unfounded' AS fault FROM crossing_audit_unfounded() ORDER BY 1`,
    [],
  );
  const [size] = await query<{ tenants: number; events: number }>(
    'SELECT tenants::int AS tenants, events::int AS events FROM crossing_audit_size()',
    [],
  );
  const isBroken = new Set(breaks.map(({ tenantId }) => tenantId));
  return { breaks: [...breaks, ...unfounded.filter(({ tenantId }) => !isBroken.has(tenantId))], ...size! };
}

/** A link of a tenant's chain: its number, and its hash in hexadecimal digits. */
export type AuditAnchor = { readonly tenantId: string; readonly seq: number; readonly hash: string };

/** The last link of every chain. */
export const auditHeads = (query: Query): Promise<readonly AuditAnchor[]> =>
  query<AuditAnchor>(`SELECT tenant_id AS "tenantId", seq, encode(hash, 'hex') AS hash FROM crossing_audit_heads() ORDER BY 1`, []);

/**
 * The earlier heads that are no longer in their chain although the tenant wasn't deleted: the chain
 * was rewritten.
 */
export const lostAnchors = (query: Query, anchors: readonly AuditAnchor[]): Promise<readonly { tenantId: string; seq: number }[]> =>
  query(
    `SELECT tenant_id AS "tenantId", seq
     FROM crossing_audit_lost($1::uuid[], $2::int[], ARRAY(SELECT decode(h, 'hex') FROM unnest($3::text[]) WITH ORDINALITY AS t (h, n) ORDER BY n)) ORDER BY 1`,
    [anchors.map(({ tenantId }) => tenantId), anchors.map(({ seq }) => seq), anchors.map(({ hash }) => hash)],
  );
