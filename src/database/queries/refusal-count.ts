import type { Query } from '../driver/query.ts';
import type { AuditEntry } from './audit.ts';

/** Refusals of one kind, an action and a code, by one actor. */
export type RefusalKind = Pick<AuditEntry, 'actor' | 'action'> & { readonly code: string };

/** The kinds that a tenant counts apart at most. Refusals of further ones have one common actor. */
export const MAX_KINDS = 200;

const OTHERS: AuditEntry['actor'] = { kind: 'system', id: 'others', name: 'Other callers' };

type Row = { readonly kind: AuditEntry['actor']['kind']; readonly id: string; readonly name: string; readonly count: string };

/**
 * Counts refusals of one kind in the bound tenant. It locks the row of that kind and nothing else.
 *
 * @returns the actor if the first of these refusals is the first of its kind, and has to be logged
 * at once; null if all of them wait for the next count, or if the tenant is gone.
 */
export async function countRefusals(
  query: Query,
  { actor, action, code }: RefusalKind,
  refusals: number,
  now: Date,
): Promise<AuditEntry['actor'] | null> {
  const [row] = await query<Row>(
    `INSERT INTO refusal_count AS r (actor_kind, actor_id, actor_name, action, code, since, count)
     SELECT k.kind, k.id, k.name, $4, $5, $6::timestamptz, $7::bigint - 1
     FROM (SELECT EXISTS (SELECT FROM refusal_count o
           WHERE o.tenant_id = app_tenant() AND (o.actor_kind, o.actor_id, o.action, o.code) = ($1, $2, $4, $5))
         OR (SELECT count(*) FROM refusal_count o WHERE o.tenant_id = app_tenant()) < ${MAX_KINDS} AS apart) c
     JOIN (VALUES (true, $1, $2, $3), (false, '${OTHERS.kind}', '${OTHERS.id}', '${OTHERS.name}')) AS k (apart, kind, id, name) USING (apart)
     WHERE EXISTS (SELECT FROM tenant WHERE tenant_id = app_tenant())
     ON CONFLICT (tenant_id, actor_kind, actor_id, action, code) DO UPDATE SET count = r.count + $7::bigint
     RETURNING r.actor_kind AS kind, r.actor_id AS id, r.actor_name AS name, r.count::text AS count`,
    [actor.kind, actor.id, actor.name, action, code, now, refusals],
  );
  return row && Number(row.count) < refusals ? { kind: row.kind, id: row.id, name: row.name } : null;
}

const orderOf = ({ actor, action, code }: RefusalKind) => [action, code, actor.kind].join();

/** The refusals of one kind since `since` that no event tells yet. */
export type CountedRefusals = RefusalKind & { readonly since: Date; readonly count: number };

/**
 * Takes the counts of the bound tenant that are a minute old. A kind that was refused again goes on
 * being counted from now; another one is forgotten, so that its next refusal is its first. Oldest
 * first.
 */
export async function takeRefusalCounts(query: Query, now: Date): Promise<readonly CountedRefusals[]> {
  const taken = await query<Row & Omit<CountedRefusals, 'actor' | 'count'>>(
    `DELETE FROM refusal_count WHERE tenant_id = app_tenant() AND since <= $1::timestamptz - interval '1 minute'
       AND EXISTS (SELECT FROM tenant WHERE tenant_id = app_tenant() AND status <> 'deleted')
     RETURNING actor_kind AS kind, actor_id AS id, actor_name AS name, action, code, since, count::text AS count`,
    [now],
  );
  const counted = taken
    .map(({ kind, id, name, count, ...rest }) => ({ ...rest, actor: { kind, id, name }, count: Number(count) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.since.getTime() - b.since.getTime() || (orderOf(a) < orderOf(b) ? -1 : 1));
  for (const { actor, action, code } of counted)
    await query(
      `INSERT INTO refusal_count (actor_kind, actor_id, actor_name, action, code, since, count) VALUES ($1, $2, $3, $4, $5, $6, 0)
       ON CONFLICT DO NOTHING`,
      [actor.kind, actor.id, actor.name, action, code, now],
    );
  return counted;
}
