import type { Query } from '../driver/query.ts';
import { IN_PERIOD, type Period } from './period.ts';

/** What somebody retrieves, by whose key if it is a program, and when. */
export type Wanted = {
  readonly retrievalId: string;
  readonly entitlementId: string;
  readonly objectId: string;
  readonly apiKeyId: string | null;
  readonly at: Date;
};

/**
 * What was retrieved: where its bytes lie, and the price. Sizes and amounts are numbers as text.
 */
export type Retrieved = {
  readonly objectKey: string;
  readonly name: string;
  readonly mediaType: string;
  readonly size: string;
  readonly amount: string;
  readonly currency: string;
};

/** Why nothing was. */
export type NotRetrieved = { readonly refused: 'NOT_FOUND' | 'PROVIDER_UNAVAILABLE' | 'PROVIDER_GONE' };

/**
 * Writes a retrieval of the bound tenant's: its usage record and charge, and the provider's
 * earning; or nothing, and the code of why not (SPEC M3).
 */
export async function writeRetrieval(
  query: Query,
  { retrievalId, entitlementId, objectId, apiKeyId, at }: Wanted,
): Promise<Retrieved | NotRetrieved> {
  const [row] = await query<Retrieved & { refused: NotRetrieved['refused'] | null }>(
    `SELECT refused, object_key AS "objectKey", name, media_type AS "mediaType", size::text AS size, price::text AS amount, currency
     FROM crossing_retrieve($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::timestamptz)`,
    [retrievalId, entitlementId, objectId, apiKeyId, at],
  );
  const { refused, ...retrieved } = row!;
  return refused ? { refused } : retrieved;
}

/**
 * Takes one of the bound tenant's retrievals of a billing cycle, of which there are `limit`, or any
 * number where that is null: null once it is taken, else how many are used.
 */
export async function takeRetrieval(query: Query, cycle: Date, limit: number | null): Promise<number | null> {
  const [row] = await query<{ used: number | null }>('SELECT take_retrieval($1::timestamptz, $2::int)::int AS used', [cycle, limit]);
  return row!.used;
}

/** What was retrieved on a day in UTC, such as `2026-11-24`. */
export type DayUse = { readonly day: string; readonly count: number; readonly bytes: bigint };

/** What was retrieved with an API key; by people where `apiKeyId` is null. */
export type KeyUse = { readonly apiKeyId: string | null; readonly name: string | null; readonly count: number };

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
