import type { Query } from '../driver/query.ts';

/** What to look for on the marketplace: everything given must hold. */
export type MarketSearch = {
  /** As people type it: words, "phrases", `or`, `-without`. */
  readonly query: string | null;
  /** The listing carries all of these. */
  readonly tags: readonly string[] | null;
  /** A decimal number, in `currency`. */
  readonly maxPrice: string | null;
  readonly currency: string | null;
};

/** Best first, newest first, or cheapest first. */
export type MarketSort = 'relevance' | 'newest' | 'price';

/**
 * A place in an order: its key as PostgreSQL writes it (a rank, a moment, an amount), and the
 * listing's id.
 */
export type MarketPlace = { readonly key: string; readonly id: string };

/** Which listings of a search to answer. */
export type MarketPage = {
  readonly sort: MarketSort;
  readonly after: MarketPlace | null;
  readonly before: MarketPlace | null;
  /** From the end. */
  readonly backwards: boolean;
  readonly limit: number;
};

/**
 * A listing as the marketplace tells it: all that leaves a provider (SPEC M5), and what the bound
 * tenant is to it.
 */
export type MarketListing = {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly price: { toString(): string };
  readonly currency: string;
  /** The provider's display name. */
  readonly provider: string;
  readonly publishedAt: Date;
  /** Whether it is the bound tenant's own. */
  readonly own: boolean;
  /** Whether the bound tenant holds an open entitlement to it. */
  readonly entitled: boolean;
};

/** A listing with its rank, by which a search by relevance is ordered; null in the other orders. */
export type RankedListing = MarketListing & { readonly rank: number | null };

const LISTING = `'id', l.id, 'title', l.title, 'summary', l.summary, 'tags', l.tags, 'price', l.price::text, 'currency', l.currency, 'provider', l.provider,
  'publishedAt', l.published_at, 'own', l.own, 'entitled', l.entitled`;

/**
 * Listings that a statement answers as one text of JSON: cheaper to read than rows are, which pg
 * takes apart column by column.
 */
async function listingsIn<Listing extends MarketListing>(rows: Promise<readonly { readonly listings: string }[]>): Promise<Listing[]> {
  const [row] = await rows;
  const listings = JSON.parse(row!.listings) as (Listing & { publishedAt: Date | string })[];
  for (const listing of listings) listing.publishedAt = new Date(listing.publishedAt);
  return listings;
}

const conditionOf = ({ query, tags, maxPrice, currency }: MarketSearch) => [query, tags, maxPrice, currency];

/** A page of a search: what is published by a tenant that is active and sells, at this moment. */
export const searchMarket = (query: Query, search: MarketSearch, page: MarketPage): Promise<readonly RankedListing[]> =>
  listingsIn<RankedListing>(
    query(
      `WITH page AS MATERIALIZED (
       SELECT * FROM crossing_market_search($1::text, $2::text[], $3::numeric, $4::text, $5::text, $6::text, $7::uuid, $8::text, $9::uuid, $10::boolean, $11::int)
         WITH ORDINALITY AS p (id, rank, place))
     SELECT coalesce(json_agg(json_build_object(${LISTING}, 'rank', p.rank) ORDER BY p.place), '[]')::text AS listings
     FROM page p JOIN crossing_market_listings(ARRAY(SELECT id FROM page)) l USING (id)`,
      [
        ...conditionOf(search),
        ...[page.sort, page.after?.key ?? null, page.after?.id ?? null, page.before?.key ?? null, page.before?.id ?? null],
        ...[page.backwards, page.limit],
      ],
    ),
  );

/** How many listings a search has on all pages. */
export async function countMarket(query: Query, search: MarketSearch): Promise<number> {
  const [row] = await query<{ count: number }>(
    'SELECT crossing_market_count($1::text, $2::text[], $3::numeric, $4::text) AS count',
    conditionOf(search),
  );
  return row!.count;
}

/** A tag, and how many of a search's listings carry it. */
export type MarketTag = { readonly tag: string; readonly listings: number };

/** The tags of a search's listings, the most frequent first. */
export const marketTags = (query: Query, search: MarketSearch, atMost: number): Promise<readonly MarketTag[]> =>
  query<MarketTag>('SELECT tag, listings FROM crossing_market_tags($1::text, $2::text[], $3::numeric, $4::text, $5::int)', [
    ...conditionOf(search),
    atMost,
  ]);

/** The listings of these ids, those that are on the marketplace at this moment, in no order. */
export const marketListings = (query: Query, ids: readonly string[]): Promise<readonly MarketListing[]> =>
  listingsIn(
    query(`SELECT coalesce(json_agg(json_build_object(${LISTING})), '[]')::text AS listings FROM crossing_market_listings($1::uuid[]) l`, [
      ids,
    ]),
  );
