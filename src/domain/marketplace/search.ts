import type { MarketSearch, MarketSort } from '../../database/queries/marketplace.ts';
import { badInput } from '../core/errors.ts';
import { searchText } from '../core/text.ts';
import { tagOf } from '../listing/tag.ts';

/** Limits of a search: code points of the query, number of tags. */
export const SEARCH = { query: 200, tags: 20 } as const;

/** Stands for a query of invisible characters, which finds nothing: it isn't an empty query. */
const WORDLESS = '!';

/** A search of the marketplace. A condition that is null or left out is ignored. */
export type SearchInput = {
  readonly query?: string | null;
  readonly tags?: readonly string[] | null;
  readonly maxPrice?: { readonly amount: string; readonly currency: string } | null;
  readonly currency?: string | null;
  readonly sort?: MarketSort | null;
};

/**
 * Validates a search and converts it to its database form (SPEC M2). Tags are normalized like those
 * of listings. Prices are compared within one currency only.
 *
 * @throws {GatewayError} BAD_USER_INPUT for a query that is too long, an invalid tag or too many
 * tags, and two currencies.
 */
export function searchOf({ query, tags, maxPrice, currency }: SearchInput): MarketSearch {
  const words = query?.trim() ? (searchText(query, 'The query', SEARCH.query) ?? WORDLESS) : null;
  if (tags && tags.length > SEARCH.tags)
    throw badInput(`A search takes at most ${SEARCH.tags} tags.`, { limit: SEARCH.tags, actual: tags.length });
  if (maxPrice && currency && maxPrice.currency !== currency)
    throw badInput(`\`maxPrice\` is in ${maxPrice.currency} and \`currency\` is ${currency}. Use one currency.`);
  return {
    query: words,
    tags: tags?.length ? tags.map(tagOf) : null,
    maxPrice: maxPrice?.amount ?? null,
    currency: maxPrice?.currency ?? currency ?? null,
  };
}

/**
 * The order of a search: by relevance if it has a query, else newest first.
 *
 * @throws {GatewayError} BAD_USER_INPUT for a sort by price without a currency.
 */
export function sortOf({ query, currency }: MarketSearch, sort: MarketSort | null | undefined): MarketSort {
  if (sort === 'price' && currency === null) throw badInput('Name a `currency` to sort by price.');
  if (sort == null || sort === 'relevance') return query === null ? 'newest' : 'relevance';
  return sort;
}
