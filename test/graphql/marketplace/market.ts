import type { Role } from '../../../src/access/vocabulary.ts';
import { marketFixtures } from '../../support/market.ts';
import { useResource } from '../../support/resource.ts';
import { type Actor, type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';

/** Every field of a listing. */
export const LISTING = 'id title summary tags price { amount currency } provider publishedAt own entitled';

/** A search with every argument. */
export const SEARCH = `query ($query: String, $tags: [String!], $maxPrice: MoneyInput, $currency: String, $sort: MarketplaceSort,
    $first: Int, $after: String, $last: Int, $before: String) {
  marketplace {
    search(query: $query, tags: $tags, maxPrice: $maxPrice, currency: $currency, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
      totalCount pageInfo { startCursor endCursor hasNextPage hasPreviousPage } edges { cursor node { ${LISTING} } } }
    tags(query: $query, tags: $tags, maxPrice: $maxPrice, currency: $currency) { tag count } } }`;

/** The global id of a listing on the marketplace. */
export const listingId = (id: string): string => Buffer.from(`MarketplaceListing:${id}`).toString('base64url');

/** A marketplace for a test file: one buyer, and as many providers as its tests create. */
export function useMarket() {
  const fixtures = useTenantActors();
  const rows = marketFixtures(fixtures.database);
  const buyer = useResource(() => fixtures.home());

  /** A tenant that sells. */
  const provider = async (): Promise<TenantWithMembers> => {
    const home = await fixtures.home();
    await rows.setSides(home.tenant, { sells: true });
    return home;
  };

  const search = (variables: object = {}, who: Actor = buyer.owner) => fixtures.gateway.ask(SEARCH, { ...who, variables });

  return {
    ...fixtures,
    ...rows,
    buyer,
    provider,
    search,

    /** The titles that a search finds, in their order. */
    async titles(variables: object = {}, who: Actor = buyer.owner): Promise<readonly string[]> {
      const { data, errors } = await search({ first: 100, ...variables }, who);
      if (errors.length) throw new Error(JSON.stringify(errors));
      return data.marketplace.search.edges.map(({ node }: { node: { title: string } }) => node.title);
    },

    /** The code and message of a search's first error. */
    async refusal(variables: object): Promise<{ code: unknown; message: string } | null> {
      const { errors } = await search(variables);
      const [error] = errors;
      return error ? { code: error.extensions.code, message: error.message } : null;
    },

    /** A new member of the buyer's tenant. */
    member: (roles: readonly Role[]) => fixtures.join(buyer, roles),
  };
}

export type Market = ReturnType<typeof useMarket>;
