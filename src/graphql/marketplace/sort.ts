import { builder } from '../core/builder.ts';
import { enumValues } from '../core/enum-values.ts';

export const MarketplaceSort = builder.enumType('MarketplaceSort', {
  description: 'The order of a search.',
  values: enumValues(['relevance', 'newest', 'price'], {
    relevance:
      'Best match first: words in the title count most, then words in the tags. Without `query`, the most recently published first.',
    newest: 'Most recently published first.',
    price: 'Cheapest first. Needs `currency` or `maxPrice`.',
  }),
});
