import type { Query } from '../driver/query.ts';

/**
 * What a listing offers: its terms, and the provider's display name. `own` is the bound tenant's
 * own listing. An amount is a decimal as text.
 */
export type Offer = {
  readonly own: boolean;
  readonly title: string;
  readonly provider: string;
  readonly price: string;
  readonly currency: string;
};

/**
 * What a listing offers, its provider being held until the transaction ends; null for one that
 * nobody can acquire.
 */
export async function offerOf(query: Query, listingId: string): Promise<Offer | null> {
  const [offer] = await query<Offer>('SELECT own, title, provider, price::text AS price, currency FROM crossing_offer($1::uuid)', [
    listingId,
  ]);
  return offer ?? null;
}

/** Whether what somebody is entitled to can be had (SPEC S2, S6). */
export const AVAILABILITIES = ['available', 'provider_unavailable', 'provider_gone'] as const;
export type Availability = (typeof AVAILABILITIES)[number];

/** How available the bound tenant's entitlements are, by their ids. */
export async function availabilityOf(query: Query, ids: readonly string[]): Promise<ReadonlyMap<string, Availability>> {
  const rows = await query<{ id: string; availability: Availability }>(
    'SELECT entitlement_id AS id, availability FROM crossing_availability($1::uuid[])',
    [ids],
  );
  return new Map(rows.map(({ id, availability }) => [id, availability]));
}

/** An object as those see it who are entitled to it. The checksum is in hexadecimal digits. */
export type EntitledObject = {
  readonly id: string;
  readonly name: string;
  readonly size: bigint;
  readonly mediaType: string;
  readonly sha256: string;
};

/** Which objects: above and below an id, from the end if `descending`. */
export type ObjectsPage = {
  readonly above: string | null;
  readonly below: string | null;
  readonly descending: boolean;
  readonly atMost: number;
};

/**
 * A page of the objects that an open entitlement of the bound tenant leads to, by id; none while
 * the provider isn't available.
 */
export const entitledObjects = (
  query: Query,
  entitlementId: string,
  { above, below, descending, atMost }: ObjectsPage,
): Promise<readonly EntitledObject[]> =>
  query(
    `SELECT id, name, size, media_type AS "mediaType", encode(sha256, 'hex') AS sha256
     FROM crossing_entitled_objects($1::uuid, $2::uuid, $3::uuid, $4::boolean, $5::int)`,
    [entitlementId, above, below, descending, atMost],
  );

/** How many those are in all. */
export async function countEntitledObjects(query: Query, entitlementId: string): Promise<number> {
  const [row] = await query<{ count: number }>('SELECT crossing_entitled_object_count($1::uuid)::int AS count', [entitlementId]);
  return row!.count;
}
