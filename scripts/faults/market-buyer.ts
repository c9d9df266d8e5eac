import type { Fault } from './fault.ts';

const SQL = 'prisma/migrations/20261124150000_marketplace/migration.sql';
const CHECKS = 'prisma/migrations/20261124210000_market_checks/migration.sql';
/** Retrievals as they are now. */
const RETRIEVED = 'prisma/migrations/20261129220290_unlinked_earnings/migration.sql';
const ACQUIRE = ['test/domain/entitlement'];
const RETRIEVE = ['test/domain/retrieval'];
const OBJECTS = ['test/domain/entitlement', 'test/database/queries/entitled-objects'];
const HELD = ['test/database/queries/provider-held'];
const SALES = ['test/graphql/retrieval/usage'];

/**
 * Faults of the buyer side: entitlements and retrievals. That an entitlement belongs to the bound
 * tenant is checked by each function and by the table's policy; a test would miss neither alone, so
 * neither is planted.
 */
// biome-ignore format: a table is read by its columns
export const BUYER_FAULTS: readonly Fault[] = [
  // Who buys what
  { file: 'src/domain/entitlement/acquire.ts', find: '      checkBuys(tenant);\n', plant: '', tests: ACQUIRE },
  { file: 'src/domain/entitlement/acquire.ts', find: '      if (own) throw', plant: '      if (false) throw', tests: ACQUIRE },
  { file: 'src/domain/entitlement/end.ts', find: '    if (endedAt) throw', plant: '    if (false) throw', tests: ACQUIRE },
  { file: SQL, find: "l.tenant_id = public.app_tenant() OR l.status = 'published' AND t.status = 'active' AND t.sells);", plant: "l.tenant_id = public.app_tenant() OR t.status = 'active' AND t.sells);", tests: ACQUIRE },
  { file: SQL, find: "l.tenant_id = public.app_tenant() OR l.status = 'published' AND t.status = 'active' AND t.sells);", plant: "l.tenant_id = public.app_tenant() OR l.status = 'published' AND t.sells);", tests: ACQUIRE, short: true },
  { file: SQL, find: "WHEN status = 'active' AND sells THEN 'available'", plant: "WHEN status = 'active' THEN 'available'", tests: RETRIEVE },
  // What an entitlement leads to
  { file: CHECKS, find: ' AND e.ended_at IS NULL', plant: '', tests: OBJECTS },
  { file: CHECKS, find: " AND t.status = 'active' AND t.sells", plant: '', tests: OBJECTS },
  { file: CHECKS, find: 'AND o.stored_at IS NOT NULL AND o.id > first AND o.id < last\n      ORDER BY o.id DESC', plant: 'AND o.id > first AND o.id < last\n      ORDER BY o.id DESC', tests: OBJECTS },
  { file: CHECKS, find: 'AND o.stored_at IS NOT NULL AND o.id > first AND o.id < last\n      ORDER BY o.id LIMIT', plant: 'AND o.id > first AND o.id < last\n      ORDER BY o.id LIMIT', tests: OBJECTS },
  { file: SQL, find: "AND e.ended_at IS NULL AND t.status = 'active' AND t.sells AND o.stored_at IS NOT NULL\n", plant: "AND t.status = 'active' AND t.sells AND o.stored_at IS NOT NULL\n", tests: OBJECTS },
  { file: SQL, find: "AND e.ended_at IS NULL AND t.status = 'active' AND t.sells AND o.stored_at IS NOT NULL\n", plant: 'AND e.ended_at IS NULL AND o.stored_at IS NOT NULL\n', tests: OBJECTS },
  // A retrieval
  { file: 'src/domain/retrieval/retrieve.ts', find: '      checkBuys(tenant);\n', plant: '', tests: RETRIEVE },
  { file: 'src/graphql/retrieval/retrieve.ts', find: '  keyed: true,\n', plant: '', tests: RETRIEVE },
  { file: 'src/domain/retrieval/link.ts', find: 'clock.now() < expiresAt', plant: 'clock.now() <= expiresAt', tests: RETRIEVE },
  { file: RETRIEVED, find: 'e.id = entitled AND e.ended_at IS NULL;', plant: 'e.id = entitled;', tests: RETRIEVE },
  { file: RETRIEVED, find: 'AND o.dataset_id = offer.dataset_id AND o.id = wanted', plant: 'AND o.id = wanted', tests: RETRIEVE },
  { file: RETRIEVED, find: 'AND o.id = wanted AND o.stored_at IS NOT NULL', plant: 'AND o.id = wanted', tests: RETRIEVE },
  { file: RETRIEVED, find: 'VALUES (buyer, retrieval, terms.price, terms.currency,', plant: 'VALUES (buyer, retrieval, offer.price, terms.currency,', tests: RETRIEVE, short: true },
  { file: RETRIEVED, find: ', offer.dataset_id, terms.price, terms.currency,', plant: ', offer.dataset_id, offer.price, terms.currency,', tests: RETRIEVE },
  { file: RETRIEVED, find: "public.counterparty_ref(seller.tenant_id, buyer), date_trunc('hour', moment, 'UTC'));", plant: "uuid_send(buyer) || uuid_send(buyer), date_trunc('hour', moment, 'UTC'));", tests: RETRIEVE },
  { file: RETRIEVED, find: "buyer), date_trunc('hour', moment, 'UTC'));", plant: 'buyer), moment);', tests: RETRIEVE },
  { file: RETRIEVED, find: 'public.hour_id(moment), public', plant: 'retrieval, public', tests: RETRIEVE },
  { file: RETRIEVED, find: "WHEN public.provider_state(t.status, t.sells) <> 'available'", plant: 'WHEN false', tests: RETRIEVE },
  { file: 'src/domain/retrieval/renew-link.ts', find: 'downloadHours * 60) <= now', plant: 'downloadHours * 600) <= now', tests: RETRIEVE },
  { file: RETRIEVED, find: 'WHERE t.tenant_id = offer.tenant_id FOR SHARE;', plant: 'WHERE t.tenant_id = offer.tenant_id;', tests: HELD },
  { file: 'src/domain/retrieval/retrieve.ts', find: '      await takePlace(command, cap);', plant: '      void takePlace;', tests: ['test/domain/retrieval/cap'] },
  { file: SQL, find: 'PERFORM FROM public.tenant t WHERE t.tenant_id = seller FOR SHARE;', plant: '', tests: HELD },
  // What both sides see
  { file: SQL, find: 'SELECT count(DISTINCT e.buyer_ref) FROM', plant: 'SELECT count(e.buyer_ref) FROM', tests: SALES },
  { file: SQL, find: 'SELECT e.dataset_id, count(DISTINCT e.buyer_ref) FROM', plant: 'SELECT e.dataset_id, count(e.buyer_ref) FROM', tests: SALES },
  { file: SQL, find: 'WHERE e.tenant_id = public.app_tenant() AND e.at >= beginning AND e.at < ending\n$$;', plant: 'WHERE e.at >= beginning AND e.at < ending\n$$;', tests: SALES },
  { file: 'src/database/queries/period.ts', find: 'AND at >= $1::timestamptz AND at < $2::timestamptz', plant: 'AND at >= $1::timestamptz AND at <= $2::timestamptz', tests: SALES },
  { file: 'src/database/queries/period.ts', find: 'AND at >= $1::timestamptz AND at < $2::timestamptz', plant: 'AND at > $1::timestamptz AND at < $2::timestamptz', tests: SALES },
  { file: 'src/domain/billing/period.ts', find: '...(until && { lt: until })', plant: '...(until && { lte: until })', tests: SALES },
  { file: 'src/domain/billing/period.ts', find: 'if (period.until < period.from) throw', plant: 'if (false) throw', tests: SALES },
  { file: 'src/access/policy.ts', find: "withFeature('advanced_analytics', orKey(", plant: "((_: string, rule: Rule) => rule)('advanced_analytics', orKey(", tests: ['test/access/policy', ...SALES] },
  { file: 'prisma/migrations/20261129220290_unlinked_earnings/migration.sql', find: "WHEN c.id IS NULL THEN NOT public.is_buried(e.tenant_id, e.buyer_ref)", plant: 'WHEN c.id IS NULL THEN false', tests: ['test/cli/billing-verify'] },
  // Tags
  { file: CHECKS, find: 'BETWEEN 1 AND 32', plant: 'BETWEEN 1 AND 33', tests: ['test/database/schema/market-checks'] },
  { file: 'src/domain/marketplace/search.ts', find: 'tags.map(tagOf)', plant: '[...tags]', tests: ['test/graphql/marketplace/search'] },
];
