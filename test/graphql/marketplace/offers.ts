import { useResource } from '../../support/resource.ts';
import { useMarket } from './market.ts';

/** How many listings `reset` creates. */
export const COUNT = 24;

/** Arguments that find all listings in each sort order. */
export const ORDERS = {
  RELEVANCE: { query: 'cheese', sort: 'RELEVANCE' },
  NEWEST: { sort: 'NEWEST' },
  PRICE: { sort: 'PRICE', currency: 'EUR' },
} as const;

/** A page of search results. */
export type Page = {
  readonly titles: readonly string[];
  readonly cursors: readonly string[];
  readonly totalCount: number;
  readonly start: string | null;
  readonly end: string | null;
  readonly behind: boolean;
  readonly before: boolean;
};

/**
 * A marketplace of three providers. In each sort order many of their listings are equal but for
 * the id.
 */
export function useOffers() {
  const market = useMarket();
  const providers = [1, 2, 3].map(() => useResource(market.provider));

  const add = (title: string, number: number) =>
    market.listing(providers[number % 3]!.tenant, {
      title,
      summary: 'cheese '.repeat(1 + (number % 4)),
      price: `${number % 3}.5`,
      publishedAt: new Date(Date.UTC(2026, 0, 1 + (number % 5))),
    });

  return {
    ...market,
    add,

    /** Restores the first listings. */
    async reset() {
      await market.database.sql('DELETE FROM listing');
      for (let number = 0; number < COUNT; number++) await add(`Offer ${number}`, number);
    },

    withdraw: (title: string) =>
      market.database.sql(
        `WITH bound AS (SELECT set_config('app.tenant_id', tenant_id::text, true) FROM listing WHERE title = $1)
         UPDATE listing SET status = 'withdrawn' FROM bound WHERE title = $1`,
        [title],
      ),

    async pageOf(variables: object): Promise<Page> {
      const { data, errors } = await market.search(variables);
      if (errors.length) throw new Error(JSON.stringify(errors));
      const { edges, pageInfo, totalCount } = data.marketplace.search;
      return {
        titles: edges.map(({ node }: { node: { title: string } }) => node.title),
        cursors: edges.map(({ cursor }: { cursor: string }) => cursor),
        totalCount,
        ...{ start: pageInfo.startCursor, end: pageInfo.endCursor, behind: pageInfo.hasNextPage, before: pageInfo.hasPreviousPage },
      };
    },
  };
}
