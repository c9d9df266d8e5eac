import type { Query } from '../driver/query.ts';

/** The conditions of a search; a listing must meet all that are given. */
export type MarketSearch = {
  /** Words, "phrases", `or`, `-excluded`. */
  readonly query: string | null;
  /** The listing has all of these. */
  readonly tags: readonly string[] | null;
  /** A decimal number, in `currency`. */
  readonly maxPrice: string | null;
  readonly currency: string | null;
};

/** Best first, newest first, or cheapest first. */
export type MarketSort = 'relevance' | 'newest' | 'price';

/**
 * A position in an order: the sort key as PostgreSQL prints it (a rank, a moment, an amount), and
 * the listing's id.
 */
export type MarketPlace = { readonly key: string; readonly id: string };

/** A page of a search. */
export type MarketPage = {
  readonly sort: MarketSort;
  readonly after: MarketPlace | null;
  readonly before: MarketPlace | null;
  /** Whether the page is taken from the end. */
  readonly backwards: boolean;
  readonly limit: number;
};

/**
 * A listing on the marketplace: all that a provider discloses (SPEC M5), and its relation to the
 * bound tenant.
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

/** A listing with its rank in a search by relevance; null in the other orders. */
export type RankedListing = MarketListing & { readonly rank: number | null };

const LISTING = `'id', l.id, 'title', l.title, 'summary', l.summary, 'tags', l.tags, 'price', l.price::text, 'currency', l.currency, 'provider', l.provider,
  'publishedAt', l.published_at, 'own', l.own, 'entitled', l.entitled`;

/** Parses listings that come as one JSON text, which is cheaper than rows of many columns. */
async function parseListings<Listing extends MarketListing>(rows: Promise<readonly { readonly listings: string }[]>): Promise<Listing[]> {
  const [row] = await rows;
  const listings = JSON.parse(row!.listings) as (Listing & { publishedAt: Date | string })[];
  for (const listing of listings) listing.publishedAt = new Date(listing.publishedAt);
  return listings;
}

const conditionOf = ({ query, tags, maxPrice, currency }: MarketSearch) => [query, tags, maxPrice, currency];

/** A page of a search among the listings of active tenants that sell. */
export const searchMarket = (query: Query, search: MarketSearch, page: MarketPage): Promise<readonly RankedListing[]> =>
  parseListings<RankedListing>(
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

/** The number of listings on all pages of a search. */
export async function countMarket(query: Query, search: MarketSearch): Promise<number> {
  const [row] = await query<{ count: number }>(
    'SELECT crossing_market_count($1::text, $2::text[], $3::numeric, $4::text) AS count',
    conditionOf(search),
  );
  return row!.count;
}

/** A tag, and how many of a search's listings have it. */
export type MarketTag = { readonly tag: string; readonly listings: number };

/** The tags of a search's listings, the most frequent first. */
export const marketTags = (query: Query, search: MarketSearch, limit: number): Promise<readonly MarketTag[]> =>
  query<MarketTag>('SELECT tag, listings FROM crossing_market_tags($1::text, $2::text[], $3::numeric, $4::text, $5::int)', [
    ...conditionOf(search),
    limit,
  ]);

/** The listings with these ids that are on the marketplace now, in no order. */
export const marketListings = (query: Query, ids: readonly string[]): Promise<readonly MarketListing[]> =>
  parseListings(
    query(`SELECT coalesce(json_agg(json_build_object(${LISTING})), '[]')::text AS listings FROM crossing_market_listings($1::uuid[]) l`, [
      ids,
    ]),
  );
