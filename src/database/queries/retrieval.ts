import type { Query } from '../driver/query.ts';
import { IN_PERIOD, type Period } from './period.ts';

/** A retrieval to write. `apiKeyId` is null if a person retrieves. */
export type NewRetrieval = {
  readonly retrievalId: string;
  readonly entitlementId: string;
  readonly objectId: string;
  readonly apiKeyId: string | null;
  readonly at: Date;
};

/** The retrieved object and its price. Sizes and amounts are numbers as text. */
export type Retrieved = {
  readonly objectKey: string;
  readonly name: string;
  readonly mediaType: string;
  readonly size: string;
  /** In hexadecimal digits. */
  readonly sha256: string;
  readonly amount: string;
  readonly currency: string;
};

/** Why an object can't be retrieved. */
export type NotRetrieved = { readonly refused: 'NOT_FOUND' | 'PROVIDER_UNAVAILABLE' | 'PROVIDER_GONE' };

/**
 * Writes a retrieval: the usage record and charge of the bound tenant and the earning of the
 * provider, or none of them (SPEC M3).
 */
export async function writeRetrieval(
  query: Query,
  { retrievalId, entitlementId, objectId, apiKeyId, at }: NewRetrieval,
): Promise<Retrieved | NotRetrieved> {
  const [row] = await query<Retrieved & { refused: NotRetrieved['refused'] | null }>(
    `SELECT refused, object_key AS "objectKey", name, media_type AS "mediaType", size::text AS size, sha256, price::text AS amount, currency
     FROM crossing_retrieve($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::timestamptz)`,
    [retrievalId, entitlementId, objectId, apiKeyId, at],
  );
  const { refused, ...retrieved } = row!;
  return refused ? { refused } : retrieved;
}

/** The object of a retrieval of the bound tenant; null if there is no such retrieval. */
export async function retrievedObject(
  query: Query,
  retrievalId: string,
): Promise<
  (Pick<Retrieved, 'objectKey' | 'name' | 'mediaType'> & { readonly at: Date; readonly refused: NotRetrieved['refused'] | null }) | null
> {
  const [row] = await query<NonNullable<Awaited<ReturnType<typeof retrievedObject>>>>(
    'SELECT refused, object_key AS "objectKey", name, media_type AS "mediaType", at FROM crossing_retrieved($1::uuid)',
    [retrievalId],
  );
  return row ?? null;
}

/**
 * Counts one retrieval of the bound tenant in a billing cycle, of at most `limit` (null: no limit).
 *
 * @returns null if there was one left, otherwise how many are used.
 */
export async function takeRetrieval(query: Query, cycle: Date, limit: number | null): Promise<number | null> {
  const [row] = await query<{ used: number | null }>('SELECT take_retrieval($1::timestamptz, $2::int)::int AS used', [cycle, limit]);
  return row!.used;
}

/** The retrievals on a UTC day, such as `2026-11-24`. */
export type DayUse = { readonly day: string; readonly count: number; readonly bytes: bigint };

/** The retrievals with an API key, or by people (`apiKeyId` is null). */
export type KeyUse = { readonly apiKeyId: string | null; readonly name: string | null; readonly count: number };

/** The bound tenant's retrievals by day; days without retrievals are left out. */
export async function useByDay(query: Query, { from, until }: Period): Promise<readonly DayUse[]> {
  const rows = await query<Omit<DayUse, 'bytes'> & { bytes: string }>(
    `SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*)::int AS count, sum(size)::text AS bytes
     FROM usage_record WHERE ${IN_PERIOD} GROUP BY 1 ORDER BY 1`,
    [from, until],
  );
  return rows.map(row => ({ ...row, bytes: BigInt(row.bytes) }));
}

/** The bound tenant's retrievals by API key, the busiest first. */
export const useByKey = (query: Query, { from, until }: Period, limit: number): Promise<readonly KeyUse[]> =>
  query(
    `SELECT u.api_key_id AS "apiKeyId", k.name, u.count
     FROM (SELECT api_key_id, count(*)::int AS count FROM usage_record WHERE ${IN_PERIOD} GROUP BY 1) u
     LEFT JOIN api_key k ON k.tenant_id = app_tenant() AND k.id = u.api_key_id
     ORDER BY u.count DESC, u.api_key_id NULLS FIRST LIMIT $3`,
    [from, until, limit],
  );
