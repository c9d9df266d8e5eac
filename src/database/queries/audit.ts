import { v7 as uuid } from 'uuid';
import { randomBytes } from '../driver/random.ts';
import type { Enqueue } from './crossings.ts';

/**
 * What is kept of an event (SPEC A1): who, what, on what, before and after, when, from where, by
 * which rule.
 */
export type AuditEntry = {
  readonly at: Date;
  readonly actor: { readonly kind: 'user' | 'api_key' | 'staff' | 'system'; readonly id: string; readonly name: string };
  readonly action: string;
  readonly rule: string;
  /** Why it was refused: a code of the catalogue; null where it was done. */
  readonly code: string | null;
  readonly target: { readonly type: string; readonly id: string } | null;
  readonly before: object | null;
  readonly after: object | null;
  readonly requestId: string;
};

const APPEND = `
  INSERT INTO audit_event (id, at, actor_kind, actor_id, actor_name, action, outcome, rule, code, target_type, target_id, state_before, state_after, request_id)
  VALUES ($1::uuid, $2::timestamptz, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13::jsonb, $14)`;

/**
 * Appends an event to the bound tenant's log, in the transaction that it tells of; a trigger gives
 * it its place in the chain (SPEC A2).
 */
export function appendEvent(enqueue: Enqueue, { at, actor, action, rule, code, target, before, after, requestId }: AuditEntry): void {
  const json = (state: object | null) => state && JSON.stringify(state);
  const { type = null, id = null } = target ?? {};
  const outcome = code === null ? 'done' : 'refused';
  // biome-ignore format: a row is read by its columns
  const values = [
    uuid({ random: randomBytes() }), at.toISOString(), actor.kind, actor.id, actor.name, action, outcome, rule, code, type, id, json(before), json(after), requestId,
  ];
  enqueue(APPEND, values);
}
