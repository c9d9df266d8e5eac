import type { Query } from '../driver/query.ts';

/**
 * The terms of a listing, and the provider's display name. `own`: whether it is the bound tenant's.
 * The price is a decimal as text.
 */
export type Offer = {
  readonly own: boolean;
  readonly title: string;
  readonly provider: string;
  readonly price: string;
  readonly currency: string;
};

/**
 * The terms of a listing, and a lock on its provider until the transaction ends; null if it can't
 * be acquired.
 */
export async function offerOf(query: Query, listingId: string): Promise<Offer | null> {
  const [offer] = await query<Offer>('SELECT own, title, provider, price::text AS price, currency FROM crossing_offer($1::uuid)', [
    listingId,
  ]);
  return offer ?? null;
}

/** Whether the objects of an entitlement can be retrieved (SPEC S2, S6). */
export const AVAILABILITIES = ['available', 'provider_unavailable', 'provider_gone'] as const;
export type Availability = (typeof AVAILABILITIES)[number];

/** The availability of the bound tenant's entitlements, by id. */
export async function availabilityOf(query: Query, ids: readonly string[]): Promise<ReadonlyMap<string, Availability>> {
  const rows = await query<{ id: string; availability: Availability }>(
    'SELECT entitlement_id AS id, availability FROM crossing_availability($1::uuid[])',
    [ids],
  );
  return new Map(rows.map(({ id, availability }) => [id, availability]));
}

/** An object as its buyers see it. The checksum is in hexadecimal digits. */
export type EntitledObject = {
  readonly id: string;
  readonly name: string;
  readonly size: bigint;
  readonly mediaType: string;
  readonly sha256: string;
};

/** A page between two ids, both excluded; from the end if `descending`. */
export type ObjectsPage = {
  readonly above: string | null;
  readonly below: string | null;
  readonly descending: boolean;
  readonly atMost: number;
};

/**
 * A page of the objects of an open entitlement of the bound tenant, by id; empty while the provider
 * is unavailable.
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

/** One of those objects; null if there is no such one. */
export async function entitledObject(query: Query, entitlementId: string, id: string): Promise<EntitledObject | null> {
  const range = { above: idBefore(id), below: null, descending: false, atMost: 1 };
  const [object] = await entitledObjects(query, entitlementId, range);
  return object?.id === id ? object : null;
}

/** The id that sorts right before another; null before the first. */
function idBefore(id: string): string | null {
  const number = BigInt(`0x${id.replaceAll('-', '')}`);
  if (number === 0n) return null;
  return (number - 1n)
    .toString(16)
    .padStart(32, '0')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The number of those objects on all pages. */
export async function countEntitledObjects(query: Query, entitlementId: string): Promise<number> {
  const [row] = await query<{ count: number }>('SELECT crossing_entitled_object_count($1::uuid)::int AS count', [entitlementId]);
  return row!.count;
}
