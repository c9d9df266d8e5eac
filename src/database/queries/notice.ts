import { v7 as uuid } from 'uuid';
import type { Enqueue, Query } from '../driver/query.ts';

/** A message to a member that waits to be sent. */
export type Notice<Facts> = { readonly email: string; readonly facts: Facts; readonly createdAt: Date };

/** Adds a notice of the bound tenant, in the transaction of what it tells. */
export const addNotice = <Facts extends object>(enqueue: Enqueue, { email, facts, createdAt }: Notice<Facts>): void =>
  enqueue('INSERT INTO notice (id, email, facts, created_at) VALUES ($1::uuid, $2, $3::jsonb, $4::timestamptz)', [
    ...[uuid(), email, JSON.stringify(facts), createdAt.toISOString()],
  ]);

/** The ids of the bound tenant's notices, unless it is deleted. */
export const noticeIds = async (query: Query): Promise<readonly string[]> =>
  (
    await query<{ id: string }>(
      "SELECT n.id FROM notice n JOIN tenant t USING (tenant_id) WHERE n.tenant_id = app_tenant() AND t.status <> 'deleted' ORDER BY n.id",
      [],
    )
  ).map(({ id }) => id);

/** Removes a notice and returns it; null if another run has sent it. */
export async function takeNotice<Facts>(query: Query, id: string): Promise<Notice<Facts> | null> {
  const [notice] = await query<Notice<Facts>>(
    'DELETE FROM notice WHERE tenant_id = app_tenant() AND id = $1::uuid RETURNING email, facts, created_at AS "createdAt"',
    [id],
  );
  return notice ?? null;
}
