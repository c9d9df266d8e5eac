import type { Fault } from './fault.ts';

const SQL = 'prisma/migrations/20261124150000_marketplace/migration.sql';
const GRAPHQL = 'src/graphql/marketplace';
const HIDDEN = ['test/graphql/marketplace/hidden'];
const PAGING = ['test/graphql/marketplace/paging'];
const CURSORS = ['test/graphql/marketplace/cursor'];
const SEARCH = ['test/graphql/marketplace/search'];
const STANDING = ['test/graphql/marketplace/caller-access'];
const TOLD = ['test/graphql/marketplace/revealed-fields'];
const HOSTILE = ['test/graphql/marketplace/hostile'];

const WORDS_SQL = 'prisma/migrations/20261129200000_search_words/migration.sql';
const WORDS = ['test/graphql/marketplace/word-matching'];

/** Faults of the marketplace's search. */
// biome-ignore format: a table is read by its columns
export const SEARCH_FAULTS: readonly Fault[] = [
  // What is hidden
  { file: SQL, find: "concat_ws(' AND ', 't.status = ''active'' AND t.sells',", plant: "concat_ws(' AND ', 't.sells',", tests: HIDDEN, short: true },
  { file: SQL, find: "concat_ws(' AND ', 't.status = ''active'' AND t.sells',", plant: "concat_ws(' AND ', 't.status = ''active''',", tests: HIDDEN },
  { file: SQL, find: "concat_ws(' AND ', 't.status = ''active'' AND t.sells',", plant: "concat_ws(' AND ', 't.status <> ''suspended'' AND t.sells',", tests: HIDDEN },
  { file: SQL, find: "WHERE m.listing_id = ANY (ids) AND t.status = 'active' AND t.sells\n", plant: "WHERE m.listing_id = ANY (ids) AND t.sells\n", tests: HIDDEN },
  { file: SQL, find: "WHERE m.listing_id = ANY (ids) AND t.status = 'active' AND t.sells\n", plant: "WHERE m.listing_id = ANY (ids) AND t.status = 'active'\n", tests: HIDDEN },
  { file: WORDS_SQL, find: "  IF NEW.status = 'published' THEN\n    INSERT INTO public.market_index", plant: "  IF NEW.status <> 'draft' THEN\n    INSERT INTO public.market_index", tests: HIDDEN },
  { file: SQL, find: "'public.app_tenant() IS NOT NULL',", plant: '', tests: STANDING },
  { file: SQL, find: "AND t.sells\n    AND public.app_tenant() IS NOT NULL\n", plant: 'AND t.sells\n', tests: STANDING },
  // What leaves a provider
  { file: SQL, find: 'l.title, l.summary, m.tags, m.price, m.currency, t.name, m.published_at', plant: 'l.title, l.summary, m.tags, m.price, m.currency, t.slug, m.published_at', tests: TOLD },
  { file: SQL, find: 'e.tenant_id = public.app_tenant() AND e.listing_id = m.listing_id AND e.ended_at IS NULL', plant: 'e.tenant_id = public.app_tenant() AND e.listing_id = m.listing_id', tests: STANDING },
  { file: SQL, find: 'm.published_at, m.tenant_id = public.app_tenant(),', plant: 'm.published_at, m.tenant_id <> public.app_tenant(),', tests: STANDING },
  { file: `${GRAPHQL}/listing.ts`, find: "policy: 'entitlement:read',", plant: "policy: 'marketplace:read',", tests: STANDING },
  { file: SQL, find: 'REVOKE ALL ON FUNCTION crossing_market_listings(uuid[]) FROM PUBLIC;', plant: '', tests: ['test/database/schema/catalogue-functions'] },
  // What is found, and in which order
  { file: WORDS_SQL, find: "setweight(public.market_vector(title), 'A')", plant: "setweight(public.market_vector(title), 'D')", tests: SEARCH },
  { file: WORDS_SQL, find: "THEN ':*' ELSE '' END", plant: "THEN '' ELSE '' END", tests: SEARCH },
  { file: WORDS_SQL, find: "THEN ' <-> ' ELSE ' & ' END", plant: "THEN ' & ' ELSE ' & ' END", tests: SEARCH },
  { file: WORDS_SQL, find: '[\\u0300-\\u036f\\u00ad', plant: '[\\u00ad', tests: WORDS },
  { file: WORDS_SQL, find: 'CASE WHEN w.is_unspaced THEN length(w.word) ELSE 1 END', plant: '1', tests: WORDS },
  { file: SQL, find: "THEN 'm.tags @> $2' END", plant: "THEN 'm.tags && $2' END", tests: SEARCH },
  { file: SQL, find: "THEN 'm.price <= $3' END", plant: "THEN 'm.price < $3' END", tests: SEARCH },
  { file: SQL, find: "THEN 'm.currency = $4' END", plant: "THEN 'true' END", tests: SEARCH },
  { file: 'src/domain/marketplace/search.ts', find: "'The query', SEARCH.query)", plant: "'The query', 9 * SEARCH.query)", tests: HOSTILE },
  { file: 'src/domain/marketplace/search.ts', find: 'maxPrice && currency && maxPrice.currency !== currency', plant: 'maxPrice && !currency', tests: HOSTILE },
  { file: 'src/domain/marketplace/search.ts', find: "sort === 'price' && currency === null", plant: "sort === 'price' && false", tests: HOSTILE },
  // Pages
  { file: SQL, find: "format('(%s, m.listing_id) %s ($5::%s, $6)', key, later, type)", plant: "format('(%s) %s ($5::%s)', key, later, type)", tests: PAGING },
  { file: SQL, find: "' ORDER BY %1$s %2$s, m.listing_id %2$s LIMIT $9'", plant: "' ORDER BY %1$s %2$s, m.listing_id LIMIT $9'", tests: PAGING },
  { file: SQL, find: "way      text    := CASE WHEN (sort = 'price') <> backwards THEN", plant: "way      text    := CASE WHEN sort = 'price' THEN", tests: PAGING },
  { file: `${GRAPHQL}/cursor.ts`, find: 'encode(sort, key, id) !== cursor', plant: 'false', tests: CURSORS },
  { file: `${GRAPHQL}/cursor.ts`, find: 'String(Number(key)) === key && isRank(Number(key))', plant: 'String(Number(key)) === key', tests: CURSORS },
  { file: `${GRAPHQL}/cursor.ts`, find: '/^[1-9]\\d{3}-/.test(key) && isDateTime(key)', plant: 'isDateTime(key)', tests: CURSORS },
  // How it is answered
  { file: SQL, find: 'CREATE INDEX market_index_document_idx ON market_index USING gin (document);', plant: '', tests: ['test/graphql/marketplace/plans'] },
  { file: `${GRAPHQL}/marketplace.ts`, find: '() => countMarket(query, search),', plant: '(count => () => count)(countMarket(query, search)),', tests: ['test/graphql/marketplace/lazy'] },
];
