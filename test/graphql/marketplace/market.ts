import type { Role } from '../../../src/access/vocabulary.ts';
import type { Tenant } from '../../support/database.ts';
import { marketFixtures } from '../../support/market.ts';
import { type Actor, type Home, startLife } from '../../support/tenant-life.ts';

/** Every field of a listing. */
export const LISTING = 'id title summary tags price { amount currency } provider publishedAt own entitled';

/** A search with all that there is to ask of it. */
export const SEARCH = `query ($query: String, $tags: [String!], $maxPrice: MoneyInput, $currency: String, $sort: MarketplaceSort,
    $first: Int, $after: String, $last: Int, $before: String) {
  marketplace {
    search(query: $query, tags: $tags, maxPrice: $maxPrice, currency: $currency, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
      totalCount pageInfo { startCursor endCursor hasNextPage hasPreviousPage } edges { cursor node { ${LISTING} } } }
    tags(query: $query, tags: $tags, maxPrice: $maxPrice, currency: $currency) { tag count } } }`;

/** The global id of a listing, as the marketplace tells it. */
export const listingId = (id: string): string => Buffer.from(`MarketplaceListing:${id}`).toString('base64url');

/** A marketplace of a test file's own: one who buys, and as many as sell as there are wanted. */
export async function startMarket() {
  const life = await startLife();
  const rows = marketFixtures(life.database);
  const buyer = await life.home();
  const make = (home: Home) => home.tenant satisfies Tenant;

  /** A tenant that sells. */
  const provider = async (): Promise<Home> => {
    const home = await life.home();
    await rows.setSides(make(home), { sells: true });
    return home;
  };

  const search = (variables: object = {}, who: Actor = buyer.owner) => life.gateway.ask(SEARCH, { ...who, variables });

  return {
    ...life,
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

    /** Why a search is refused: the code and the message. */
    async refusal(variables: object): Promise<{ code: unknown; message: string } | null> {
      const { errors } = await search(variables);
      const [error] = errors;
      return error ? { code: error.extensions.code, message: error.message } : null;
    },

    /** Somebody with these roles in the buyer's tenant. */
    member: (roles: readonly Role[]) => life.join(buyer, roles),
  };
}

export type Market = Awaited<ReturnType<typeof startMarket>>;
