import type { Query } from '../../src/database/index.ts';
import { countMarket, type MarketPage, type MarketSearch, marketTags, searchMarket } from '../../src/database/queries/marketplace.ts';
import { TAG, WORDS } from './fill.ts';

/** A typical search and the index that it must use; null if it reads most listings anyway. */
export type Typical = { readonly name: string; readonly index: string | null; run(ask: Query): Promise<unknown> };

const EVERYTHING: MarketSearch = { query: null, tags: null, maxPrice: null, currency: null };
const FIRST: MarketPage = { sort: 'newest', after: null, before: null, backwards: false, limit: 21 };

const [DOCUMENT, TAGS, NEWEST, PRICE] = ['document', 'tags', 'published_at', 'currency_price'].map(
  columns => `market_index_${columns}_idx`,
) as [string, string, string, string];

/** The median amount. */
const HALF = '50';

/** Typical searches among `listings` listings. A deep page begins in the middle. */
export function typical(listings: number): readonly Typical[] {
  const page = (name: string, index: string | null, search: Partial<MarketSearch>, where: Partial<MarketPage>): Typical => ({
    name,
    index,
    run: ask => searchMarket(ask, { ...EVERYTHING, ...search }, { ...FIRST, ...where }),
  });
  const best = (name: string, query: string, index: string | null = DOCUMENT) => page(name, index, { query }, { sort: 'relevance' });
  const count = (name: string, index: string | null, search: Partial<MarketSearch>): Typical => ({
    name: `how many: ${name}`,
    index,
    run: ask => countMarket(ask, { ...EVERYTHING, ...search }),
  });
  const facets = (name: string, index: string | null, search: Partial<MarketSearch>): Typical => ({
    name: `tags: ${name}`,
    index,
    run: ask => marketTags(ask, { ...EVERYTHING, ...search }, 20),
  });
  const id = '00000000-0000-0000-0000-000000000000';
  const middle = new Date(Date.UTC(2026, 0, 1) + (listings / 2) * 60_000).toISOString();
  return [
    best('rare word', WORDS.rare),
    best('two words', `${WORDS.some} ${WORDS.other}`),
    best('common word', WORDS.common, null),
    page('common word, deep page', null, { query: WORDS.common }, { sort: 'relevance', after: { key: '0.15', id } }),
    page('common word, newest', NEWEST, { query: WORDS.common }, {}),
    page('tag', TAGS, { tags: [TAG] }, {}),
    page('newest', NEWEST, {}, {}),
    page('newest, deep page', NEWEST, {}, { after: { key: middle, id } }),
    page('newest, last page', NEWEST, {}, { backwards: true }),
    page('newest, at most a price', NEWEST, { currency: 'EUR', maxPrice: HALF }, {}),
    page('newest, at most a low price', null, { currency: 'EUR', maxPrice: '0.1' }, {}),
    page('price', PRICE, { currency: 'EUR' }, { sort: 'price' }),
    page('price, deep page', PRICE, { currency: 'EUR' }, { sort: 'price', after: { key: HALF, id } }),
    page('price, at most a price', PRICE, { currency: 'EUR', maxPrice: HALF }, { sort: 'price' }),
    count('rare word', DOCUMENT, { query: WORDS.rare }),
    count('tag', TAGS, { tags: [TAG] }),
    count('common word', null, { query: WORDS.common }),
    count('everything', null, {}),
    facets('rare word', DOCUMENT, { query: WORDS.rare }),
    facets('everything', null, {}),
  ];
}
