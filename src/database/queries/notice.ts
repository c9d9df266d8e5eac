import { uuidv7 as uuid } from 'uuidv7';
import type { Enqueue, Query } from '../driver/query.ts';

/** A message to a member that waits to be sent. */
export type Notice<Facts> = { readonly email: string; readonly facts: Facts; readonly createdAt: Date };

/** A notice that is being tried, and how its delivery fares. */
export type DueNotice<Facts> = Notice<Facts> & { readonly id: string; readonly tries: number; readonly refusals: number };

/** Adds a notice of the bound tenant, in the transaction of what it tells. */
export const addNotice = <Facts extends object>(enqueue: Enqueue, { email, facts, createdAt }: Notice<Facts>): void =>
  enqueue('INSERT INTO notice (id, email, facts, created_at) VALUES ($1::uuid, $2, $3::jsonb, $4::timestamptz)', [
    ...[uuid(), email, JSON.stringify(facts), createdAt.toISOString()],
  ]);

/**
 * The next notice of the bound tenant that is to be tried, after an id; undefined if there is none
 * or the tenant is deleted. It is locked: one that another run begins to try meanwhile isn't due.
 */
export async function dueNotice<Facts>(query: Query, after: string | null, now: Date): Promise<DueNotice<Facts> | undefined> {
  const [notice] = await query<DueNotice<Facts>>(
    `SELECT id, email, facts, created_at AS "createdAt", tries, refusals FROM notice
     WHERE tenant_id = app_tenant() AND ($1::uuid IS NULL OR id > $1) AND coalesce(next_try_at <= $2::timestamptz, true)
       AND EXISTS (SELECT FROM tenant WHERE tenant_id = app_tenant() AND status <> 'deleted')
     ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [after, now],
  );
  return notice;
}

/** Stores that a try of a notice begins. */
export async function noteTry(query: Query, id: string, { tries, nextTryAt }: { tries: number; nextTryAt: Date }): Promise<void> {
  await query('UPDATE notice SET tries = $2, next_try_at = $3::timestamptz WHERE tenant_id = app_tenant() AND id = $1::uuid', [
    ...[id, tries, nextTryAt],
  ]);
}

/** Stores how often a notice was refused for good. */
export async function noteRefusals(query: Query, id: string, refusals: number): Promise<void> {
  await query('UPDATE notice SET refusals = $2 WHERE tenant_id = app_tenant() AND id = $1::uuid', [id, refusals]);
}

/** Removes a notice that was sent or is given up. */
export async function removeNotice(query: Query, id: string): Promise<void> {
  await query('DELETE FROM notice WHERE tenant_id = app_tenant() AND id = $1::uuid', [id]);
}
