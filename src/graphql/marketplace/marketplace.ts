import { countMarket, type MarketTag, marketTags, searchMarket } from '../../database/queries/marketplace.ts';
import { filterCurrency } from '../../domain/billing/currency.ts';
import { type SearchInput, searchOf, sortOf } from '../../domain/marketplace/search.ts';
import { builder } from '../core/builder.ts';
import { complexityOf } from '../core/cost.ts';
import { idOfType } from '../core/global-id.ts';
import { filterMoney, MoneyInput } from '../core/money.ts';
import { pageBy } from '../core/page.ts';
import { listSize, PAGE } from '../core/page-size.ts';
import { cursorsBy } from './cursor.ts';
import { listingsOf, MarketplaceListing } from './listing.ts';
import { MarketplaceSort } from './sort.ts';

const read = { policy: 'marketplace:read', nullable: true } as const;

/** The conditions of a search. All given ones must hold. */
const CONDITIONS = builder.args(t => ({
  query: t.string({
    description:
      'Words to find in titles, tags and summaries, in any English inflection: `red apples`, `"red apples"`, `apples or pears`, `apples -red`. At most 200 characters. An empty query finds everything; a query of stop words only, such as `the`, finds nothing.',
  }),
  tags: t.stringList({ description: 'The listing has all of these tags. At most 20; upper and lower case are equal.' }),
  maxPrice: t.field({ type: MoneyInput, description: 'The listing has this price or a lower one, in this currency.' }),
  currency: t.string({ description: 'The listing has a price in this currency.' }),
}));

const searchFor = ({
  maxPrice,
  currency,
  ...conditions
}: { maxPrice?: typeof MoneyInput.$inferInput | null } & Omit<SearchInput, 'maxPrice'>) =>
  searchOf({ ...conditions, maxPrice: maxPrice && filterMoney(maxPrice), currency: currency == null ? null : filterCurrency(currency) });

const MarketplaceTag = builder.objectRef<MarketTag>('MarketplaceTag').implement({
  description: 'A tag and the number of listings that have it.',
  tenantOf: 'crossing',
  fields: t => ({ tag: t.exposeString('tag', read), count: t.exposeInt('listings', read) }),
});

/** The complexity of a search, which looks at every listing that matches. */
const SEARCH_COST = 10;

const Marketplace = builder.node(builder.objectRef<{ readonly viewedBy: string }>('Marketplace'), {
  description: 'The published listings of all providers that currently sell, your own tenant included.',
  tenantOf: 'crossing',
  id: { resolve: ({ viewedBy }) => viewedBy, policy: 'marketplace:read' },
  loadWithoutCache: (tenantId, { work }) => (tenantId === work.binding.tenantId ? { viewedBy: tenantId } : null),
  fields: t => ({
    search: t.connection(
      {
        type: MarketplaceListing,
        ...read,
        description: 'Searches the listings.',
        args: { ...CONDITIONS, sort: t.arg({ type: MarketplaceSort, description: 'Default: `RELEVANCE`.' }) },
        complexity: complexityOf({ weight: SEARCH_COST, listSize: PAGE }),
        resolve(_marketplace, { sort: requestedSort, ...args }, { work: { query } }) {
          const search = searchFor(args);
          const sort = sortOf(search, requestedSort);
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
      description: 'The tags of the listings that a search finds, most frequent first.',
      args: { ...CONDITIONS, first: t.arg.int({ description: 'The number of tags, at most 100. Default: 20.' }) },
      complexity: { field: SEARCH_COST, multiplier: 1 },
      resolve: async (_marketplace, { first, ...args }, { work: { query } }) => [
        ...(await marketTags(query, searchFor(args), listSize({ first }))),
      ],
    }),
    listing: t.field({
      type: MarketplaceListing,
      ...read,
      description: 'A listing by its global id. Null if it does not exist, is not published, or its provider does not currently sell.',
      args: { id: t.arg.globalID({ required: true }) },
      resolve: async (_marketplace, { id }, context) => (await listingsOf(context, [idOfType('MarketplaceListing', id)]))[0],
    }),
  }),
});

builder.queryField('marketplace', t =>
  t.field({
    type: Marketplace,
    ...read,
    description: 'The marketplace as your tenant sees it.',
    resolve: (_root, _args, { grant }) => ({ viewedBy: grant.tenantAccess!.tenantId }),
  }),
);
