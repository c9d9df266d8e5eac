import type { MarketPlace, MarketSort, RankedListing } from '../../database/queries/marketplace.ts';
import { type CursorCodec, invalidCursor } from '../core/cursor.ts';
import { printDecimal } from '../core/scalars.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** How each order writes a listing's sort key, exactly, and which texts are valid keys. */
const KEYS: Readonly<Record<MarketSort, { of(listing: RankedListing): string; test(key: string): boolean }>> = {
  relevance: { of: ({ rank }) => String(rank), test: key => String(Number(key)) === key && isRank(Number(key)) },
  newest: { of: ({ publishedAt }) => publishedAt.toISOString(), test: key => /^[1-9]\d{3}-/.test(key) && isDateTime(key) },
  price: { of: ({ price }) => printDecimal(price), test: key => /^\d{1,14}(\.\d{1,6})?$/.test(key) },
};

/** Whether a number fits PostgreSQL's type `real`. */
const isRank = (rank: number) => rank === 0 || (rank >= 1e-37 && rank <= 1e37);

function isDateTime(key: string): boolean {
  const date = new Date(key);
  return !Number.isNaN(date.getTime()) && date.toISOString() === key;
}

const encode = (...position: readonly [MarketSort, string, string]) => Buffer.from(JSON.stringify(position)).toString('base64url');

/**
 * The cursors of one order. A cursor holds a sort key and an id as a position; no listing is looked
 * up by it, so it can't reveal whether a listing exists (SPEC T4).
 */
export const cursorsBy = (sort: MarketSort): CursorCodec<RankedListing, MarketPlace> => ({
  encode: listing => encode(sort, KEYS[sort].of(listing), listing.id),
  decode(cursor) {
    const [, key, id] = textsIn(Buffer.from(cursor, 'base64url').toString());
    if (!key || !id || !UUID.test(id) || !KEYS[sort].test(key) || encode(sort, key, id) !== cursor) throw invalidCursor();
    return { key, id };
  },
});

/** The items of a JSON array of strings; empty if `json` is anything else. */
function textsIn(json: string): readonly string[] {
  try {
    const items: unknown = JSON.parse(json);
    return Array.isArray(items) && items.every(item => typeof item === 'string') ? items : [];
  } catch {
    return [];
  }
}
