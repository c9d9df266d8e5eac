import { v7 as uuid } from 'uuid';
import type { Tell } from './crossings.ts';

/** What is kept of an event (SPEC A1): who, what, on what, before and after, when, from where, by which rule. */
export type AuditEntry = {
  readonly at: Date;
  readonly actor: { readonly kind: 'user' | 'api_key' | 'staff' | 'system'; readonly id: string; readonly name: string };
  readonly action: string;
  readonly rule: string;
  /** Why it was refused: a code of the catalogue; null where it was done. */
  readonly code: string | null;
  readonly target: { readonly type: string; readonly id: string } | null;
  readonly before: object | AsItIs | null;
  readonly after: object | null;
  readonly requestId: string;
};

/** The state of the bound tenant's row before a change that the event goes ahead of, for who hasn't looked: these of its columns. */
export class AsItIs {
  constructor(readonly columns: readonly ('name' | 'sells' | 'buys')[]) {}

  get sql(): string {
    const columns = this.columns.map(column => `'${column}', ${column}`).join(', ');
    return `(SELECT jsonb_build_object(${columns}) FROM tenant WHERE tenant_id = app_tenant())`;
  }
}

/** Appends an event to the bound tenant's log, in the transaction that it tells of; a trigger gives it its place in the chain (SPEC A2). */
export function appendEvent(tell: Tell, { at, actor, action, rule, code, target, before, after, requestId }: AuditEntry): void {
  const json = (state: object | null) => state && JSON.stringify(state);
  const [stateBefore, kept] = before instanceof AsItIs ? [before.sql, []] : ['$14::jsonb', [json(before)]];
  tell(
    `INSERT INTO audit_event (id, at, actor_kind, actor_id, actor_name, action, outcome, rule, code, target_type, target_id, state_before, state_after, request_id)
     VALUES ($1::uuid, $2::timestamptz, $3, $4, $5, $6, $7, $8, $9, $10, $11, ${stateBefore}, $12::jsonb, $13)`,
    [
      ...[uuid(), at, actor.kind, actor.id, actor.name, action, code === null ? 'done' : 'refused', rule, code],
      ...[target?.type ?? null, target?.id ?? null, json(after), requestId, ...kept],
    ],
  );
}
