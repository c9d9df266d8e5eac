import type { MarketPlace, MarketSort, RankedListing } from '../../database/queries/marketplace.ts';
import { badCursor, type Cursors } from '../core/page.ts';
import { printDecimal } from '../core/scalars.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * How a listing's key in an order is written, and which texts are such. Exact: what is read back is
 * what was written.
 */
const KEYS: Readonly<Record<MarketSort, { of(listing: RankedListing): string; test(key: string): boolean }>> = {
  relevance: { of: ({ rank }) => String(rank), test: key => String(Number(key)) === key && isRank(Number(key)) },
  newest: { of: ({ publishedAt }) => publishedAt.toISOString(), test: key => /^[1-9]\d{3}-/.test(key) && isMoment(key) },
  price: { of: ({ price }) => printDecimal(price), test: key => /^\d{1,14}(\.\d{1,6})?$/.test(key) },
};

/** What fits a `real`. */
const isRank = (rank: number) => rank === 0 || (rank >= 1e-37 && rank <= 1e37);

function isMoment(key: string): boolean {
  const moment = new Date(key);
  return !Number.isNaN(moment.getTime()) && moment.toISOString() === key;
}

const cursorOf = (...place: readonly [MarketSort, string, string]) => Buffer.from(JSON.stringify(place)).toString('base64url');

/**
 * The cursors of one order: a place in it, not a listing. No listing is looked up by one, so that
 * nothing can be learnt from it (SPEC T4).
 */
export const cursorsBy = (sort: MarketSort): Cursors<RankedListing, MarketPlace> => ({
  toCursor: listing => cursorOf(sort, KEYS[sort].of(listing), listing.id),
  toPlace(cursor) {
    const [, key, id] = listed(Buffer.from(cursor, 'base64url').toString());
    if (!key || !id || !UUID.test(id) || !KEYS[sort].test(key) || cursorOf(sort, key, id) !== cursor) throw badCursor();
    return { key, id };
  },
});

/** The texts of a JSON list; none where it is anything else. */
function listed(json: string): readonly string[] {
  try {
    const items: unknown = JSON.parse(json);
    return Array.isArray(items) && items.every(item => typeof item === 'string') ? items : [];
  } catch {
    return [];
  }
}
