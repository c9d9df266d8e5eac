import type { Query } from '../driver/query.ts';

/** A caller in a tenant: a membership or an API key, by its id. */
export type TenantCaller = { readonly membershipId: string } | { readonly apiKeyId: string };

/** How often a caller used a deprecated part of the schema, and when last. */
export type DeprecatedUse = { readonly part: string; readonly count: number; readonly lastAt: Date };

/** How long a use is kept after the last one, days. */
export const KEPT_DAYS = 90;

const EXPIRED = `last_at < $1::timestamptz - interval '${KEPT_DAYS} days'`;

/**
 * Adds to the uses of the bound tenant. Callers who are gone are left out, as is a deleted tenant.
 * The order is the same for all writers, so that they don't wait for each other in a circle.
 */
export async function addDeprecatedUses(query: Query, uses: readonly (TenantCaller & DeprecatedUse)[]): Promise<void> {
  await query(
    `INSERT INTO deprecated_use AS d (membership_id, api_key_id, part, count, last_at)
     SELECT u."membershipId", u."apiKeyId", u.part, u.count, u."lastAt"
     FROM jsonb_to_recordset($1::jsonb) AS u ("membershipId" uuid, "apiKeyId" uuid, part text, count integer, "lastAt" timestamptz)
     WHERE EXISTS (SELECT FROM tenant t WHERE t.tenant_id = app_tenant() AND t.status <> 'deleted')
       AND (EXISTS (SELECT FROM membership m WHERE m.tenant_id = app_tenant() AND m.id = u."membershipId")
         OR EXISTS (SELECT FROM api_key k WHERE k.tenant_id = app_tenant() AND k.id = u."apiKeyId"))
     ORDER BY 1, 2, 3
     ON CONFLICT ON CONSTRAINT deprecated_use_key DO UPDATE SET
       count = least(d.count::bigint + excluded.count, 2147483647)::integer, last_at = greatest(d.last_at, excluded.last_at)`,
    [JSON.stringify(uses)],
  );
}

/** Removes the uses of the bound tenant whose last one is too long ago. */
export async function removeExpiredUses(query: Query, now: Date): Promise<void> {
  await query(`DELETE FROM deprecated_use WHERE tenant_id = app_tenant() AND ${EXPIRED}`, [now]);
}

/** The uses by one caller in the bound tenant, in the order of their names. */
export const deprecatedUsesOf = (query: Query, caller: TenantCaller, now: Date): Promise<readonly DeprecatedUse[]> =>
  query<DeprecatedUse>(
    `SELECT part, count, last_at AS "lastAt" FROM deprecated_use
     WHERE tenant_id = app_tenant() AND (membership_id = $2::uuid OR api_key_id = $3::uuid) AND NOT ${EXPIRED} ORDER BY part COLLATE "C"`,
    'membershipId' in caller ? [now, caller.membershipId, null] : [now, null, caller.apiKeyId],
  );
