import { countMarket, type MarketTag, marketTags, searchMarket } from '../../database/queries/marketplace.ts';
import { type SearchInput, searchOf, sortOf } from '../../domain/marketplace/search.ts';
import { builder } from '../core/builder.ts';
import { MarketplaceSort } from '../core/enums.ts';
import { idNamed } from '../core/global-id.ts';
import { currencyOf, MoneyInput, moneyOf } from '../core/money.ts';
import { pageBy, pageCost, sizeOf } from '../core/page.ts';
import { cursorsBy } from './cursor.ts';
import { listingsOf, MarketplaceListing } from './listing.ts';

const read = { policy: 'marketplace:read', nullable: true } as const;

/** What narrows a search: everything given must hold. */
const NARROWING = builder.args(t => ({
  query: t.string({
    description:
      'Words to find in titles, tags and summaries, in any form that English gives them: `red apples`, `"red apples"`, `apples or pears`, `apples -red`; at most 200 characters. Where it has no word to look for, nothing is found; where it is empty, everything.',
  }),
  tags: t.stringList({ description: 'Carrying all of these tags, of which there are at most 20; upper and lower case are the same.' }),
  maxPrice: t.field({ type: MoneyInput, description: 'At this price or below, in its currency.' }),
  currency: t.string({ description: 'Priced in this currency.' }),
}));

const searched = ({ maxPrice, currency, ...asked }: { maxPrice?: typeof MoneyInput.$inferInput | null } & Omit<SearchInput, 'maxPrice'>) =>
  searchOf({ ...asked, maxPrice: maxPrice && moneyOf(maxPrice), currency: currency == null ? null : currencyOf(currency) });

const MarketplaceTag = builder.objectRef<MarketTag>('MarketplaceTag').implement({
  description: 'A tag, and how many listings carry it.',
  tenantOf: 'crossing',
  fields: t => ({ tag: t.exposeString('tag', read), count: t.exposeInt('listings', read) }),
});

/** What it costs to look at every listing that a search has, beside one. */
const LOOKING = 10;

const Marketplace = builder.objectRef<object>('Marketplace').implement({
  description: 'What is for sale: the published listings of providers that sell just now, your own too.',
  tenantOf: 'crossing',
  fields: t => ({
    search: t.connection(
      {
        type: MarketplaceListing,
        ...read,
        description: 'Listings, in an order, a page at a time.',
        args: { ...NARROWING, sort: t.arg({ type: MarketplaceSort, description: 'The best first, when left out.' }) },
        complexity: args => ({ ...pageCost(args), field: LOOKING }),
        resolve(_marketplace, { sort: asked, ...args }, { work: { query } }) {
          const search = searched(args);
          const sort = sortOf(search, asked);
          return pageBy(
            args,
            cursorsBy(sort),
            page => searchMarket(query, search, { sort, ...page }),
            () => countMarket(query, search),
          );
        },
      },
      { name: 'MarketplaceSearchConnection' },
      { name: 'MarketplaceSearchEdge' },
    ),
    tags: t.field({
      type: [MarketplaceTag],
      ...read,
      description: 'The tags of the listings that a search has, the most frequent first: 20, unless you say.',
      args: { ...NARROWING, first: t.arg.int() },
      complexity: { field: LOOKING, multiplier: 1 },
      resolve: async (_marketplace, { first, ...args }, { work: { query } }) => [
        ...(await marketTags(query, searched(args), sizeOf({ first }))),
      ],
    }),
    listing: t.field({
      type: MarketplaceListing,
      ...read,
      description: 'A listing by its global id. Absent, not published, and of a provider that does not sell just now, are the same: null.',
      args: { id: t.arg.globalID({ required: true }) },
      resolve: async (_marketplace, { id }, context) => (await listingsOf(context, [idNamed('MarketplaceListing', id)]))[0],
    }),
  }),
});

builder.queryField('marketplace', t =>
  t.field({ type: Marketplace, ...read, description: 'The marketplace, as your tenant sees it.', resolve: () => ({}) }),
);
