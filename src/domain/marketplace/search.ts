import type { MarketSearch, MarketSort } from '../../database/crossings/market.ts';
import { badInput } from '../errors.ts';

/** How long what is looked for may be: the query in characters, the tags in number and in characters each. */
export const SEARCH = { query: 200, tags: 20, tag: 120 } as const;

/** What somebody asks of the marketplace. What is null, or left out, narrows nothing. */
export type Asked = {
  readonly query?: string | null;
  readonly tags?: readonly string[] | null;
  readonly maxPrice?: { readonly amount: string; readonly currency: string } | null;
  readonly currency?: string | null;
  readonly sort?: MarketSort | null;
};

/**
 * A search as the database takes it (SPEC M2). Prices are looked at in one currency alone: amounts of two have no order.
 *
 * @throws {GatewayError} BAD_USER_INPUT for a query or tags that are too long, and for two currencies.
 */
export function searchOf({ query, tags, maxPrice, currency }: Asked): MarketSearch {
  const words = query?.trim() || null;
  if (words && words.length > SEARCH.query) throw tooLong('A query', SEARCH.query, words.length);
  if (tags && tags.length > SEARCH.tags)
    throw badInput(`A search takes at most ${SEARCH.tags} tags.`, { limit: SEARCH.tags, actual: tags.length });
  for (const tag of tags ?? []) if (tag.length > SEARCH.tag) throw tooLong('A tag', SEARCH.tag, tag.length);
  if (maxPrice && currency && maxPrice.currency !== currency)
    throw badInput(`\`maxPrice\` is in ${maxPrice.currency} and \`currency\` is ${currency}: a search is in one.`);
  return {
    query: words,
    tags: tags?.length ? tags : null,
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

const tooLong = (what: string, limit: number, actual: number) => badInput(`${what} has at most ${limit} characters.`, { limit, actual });
