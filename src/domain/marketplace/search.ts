import type { MarketSearch, MarketSort } from '../../database/queries/marketplace.ts';
import { badInput } from '../core/errors.ts';
import { tagOf } from '../listing/tag.ts';

/** How much may be looked for: the query in characters, the tags in number. */
export const SEARCH = { query: 200, tags: 20 } as const;

/** What somebody asks of the marketplace. What is null, or left out, narrows nothing. */
export type Asked = {
  readonly query?: string | null;
  readonly tags?: readonly string[] | null;
  readonly maxPrice?: { readonly amount: string; readonly currency: string } | null;
  readonly currency?: string | null;
  readonly sort?: MarketSort | null;
};

/**
 * A search as the database takes it (SPEC M2). Tags are looked for as listings have them, in
 * whatever case they were typed. Prices are looked at in one currency alone: amounts of two have no
 * order.
 *
 * @throws {GatewayError} BAD_USER_INPUT for a query that is too long, for what is no tag or too
 * many of them, and for two currencies.
 */
export function searchOf({ query, tags, maxPrice, currency }: Asked): MarketSearch {
  const words = query?.trim() || null;
  if (words && words.length > SEARCH.query)
    throw badInput(`A query has at most ${SEARCH.query} characters.`, { limit: SEARCH.query, actual: words.length });
  if (tags && tags.length > SEARCH.tags)
    throw badInput(`A search takes at most ${SEARCH.tags} tags.`, { limit: SEARCH.tags, actual: tags.length });
  if (maxPrice && currency && maxPrice.currency !== currency)
    throw badInput(`\`maxPrice\` is in ${maxPrice.currency} and \`currency\` is ${currency}: a search is in one.`);
  return {
    query: words,
    tags: tags?.length ? tags.map(tagOf) : null,
    maxPrice: maxPrice?.amount ?? null,
    currency: maxPrice?.currency ?? currency ?? null,
  };
}

/**
 * The order of a search: the best first where there is something to be good at, else the newest.
 *
 * @throws {GatewayError} BAD_USER_INPUT for prices of no one currency.
 */
export function sortOf({ query, currency }: MarketSearch, sort: MarketSort | null | undefined): MarketSort {
  if (sort === 'price' && currency === null) throw badInput('Name the `currency` to sort by price: amounts of several have no order.');
  if (sort == null || sort === 'relevance') return query === null ? 'newest' : 'relevance';
  return sort;
}
