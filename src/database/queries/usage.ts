import type { Query } from './crossings.ts';

/** From a moment on, until just before another. */
export type Period = { readonly from: Date; readonly until: Date };

/** What was retrieved on a day in UTC, such as `2026-11-24`. */
export type DayUse = { readonly day: string; readonly count: number; readonly bytes: bigint };

/** What was retrieved with an API key; by people where `apiKeyId` is null. */
export type KeyUse = { readonly apiKeyId: string | null; readonly name: string | null; readonly count: number };

const IN_PERIOD = 'tenant_id = app_tenant() AND at >= $1::timestamptz AND at < $2::timestamptz';

/** What the bound tenant retrieved in a period, day by day; days without are left out. */
export async function useByDay(query: Query, { from, until }: Period): Promise<readonly DayUse[]> {
  const rows = await query<Omit<DayUse, 'bytes'> & { bytes: string }>(
    `SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*)::int AS count, sum(size)::text AS bytes
     FROM usage_record WHERE ${IN_PERIOD} GROUP BY 1 ORDER BY 1`,
    [from, until],
  );
  return rows.map(row => ({ ...row, bytes: BigInt(row.bytes) }));
}

/**
 * What the bound tenant retrieved in a period with which API keys, the busiest first, at most so
 * many.
 */
export const useByKey = (query: Query, { from, until }: Period, atMost: number): Promise<readonly KeyUse[]> =>
  query(
    `SELECT u.api_key_id AS "apiKeyId", k.name, u.count
     FROM (SELECT api_key_id, count(*)::int AS count FROM usage_record WHERE ${IN_PERIOD} GROUP BY 1) u
     LEFT JOIN api_key k ON k.tenant_id = app_tenant() AND k.id = u.api_key_id
     ORDER BY u.count DESC, u.api_key_id NULLS FIRST LIMIT $3`,
    [from, until, atMost],
  );
