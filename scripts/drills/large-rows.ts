import type { ScriptDatabase } from '../database.ts';

/** How many rows the large tables get, together. */
export type LargeRows = { readonly rows: number; readonly tenants?: number };

/** Of how many rows one is an audit event; the others are retrievals, which are three rows each. */
const AUDIT_SHARE = 100;

/**
 * Fills usage, charges, earnings and audit events: retrievals of the last 300 days by `tenants`
 * buyers of very different size from ten sellers, and logs whose chains are whole. Triggers and
 * foreign keys of the first three are off meanwhile, which makes it as fast as a copy.
 */
export async function fillLargeTables({ sql }: Pick<ScriptDatabase, 'sql'>, { rows, tenants = 1_000 }: LargeRows): Promise<void> {
  const sales = Math.floor((rows - rows / AUDIT_SHARE) / 3);
  const events = Math.floor(rows / AUDIT_SHARE / tenants);
  await sql(`
    BEGIN;
    SET LOCAL session_replication_role = replica;
    SET LOCAL work_mem = '256MB';
    SELECT setseed(0.5);
    CREATE TEMP TABLE buyer ON COMMIT DROP AS SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS entitlement FROM generate_series(1, ${tenants}) n;
    CREATE TEMP TABLE seller ON COMMIT DROP AS SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS listing FROM generate_series(1, 10) n;
    INSERT INTO person (id, issuer, subject, name) VALUES ('00000000-0000-7000-8000-000000000001', 'https://large.example', 'owner', 'Owner');
    INSERT INTO tenant (tenant_id, slug, name, plan_code, sells, buys)
      SELECT id, 'large-buyer-' || n, 'Buyer ' || n, 'PROFESSIONAL', false, true FROM buyer
      UNION ALL SELECT id, 'large-seller-' || n, 'Seller ' || n, 'PROFESSIONAL', true, false FROM seller;
    INSERT INTO membership (tenant_id, id, person_id, roles) SELECT t.tenant_id, t.tenant_id, '00000000-0000-7000-8000-000000000001', '{owner}'
      FROM tenant t WHERE t.slug LIKE 'large-%';
    INSERT INTO entitlement (tenant_id, id, listing_id, title, provider, price, currency)
      SELECT b.id, b.entitlement, s.listing, 'Listing', 'Seller ' || s.n, 0.25, 'EUR' FROM buyer b JOIN seller s ON s.n = 1 + b.n % 10;
    CREATE TEMP TABLE sale ON COMMIT DROP AS
      SELECT b.id AS buyer, b.entitlement, s.id AS seller, m.at, hour_id(m.at) AS id
      FROM (SELECT 1 + floor(${tenants} * random() ^ 3)::int AS n, timestamptz '2026-11-30Z' - random() * interval '300 days' AS at FROM generate_series(1, ${sales})) m
      JOIN buyer b ON b.n = m.n JOIN seller s ON s.n = 1 + b.n % 10 ORDER BY m.at;
    INSERT INTO usage_record (tenant_id, id, entitlement_id, object_id, object_name, media_type, size, at)
      SELECT buyer, id, entitlement, entitlement, 'data.csv', 'text/csv', 1000, at FROM sale;
    INSERT INTO charge (tenant_id, id, amount, currency, title, provider, provider_ref, at)
      SELECT buyer, id, 0.25, 'EUR', 'Listing', 'Seller', counterparty_ref(buyer, seller), at FROM sale;
    INSERT INTO earning (tenant_id, id, retrieval_ref, dataset_id, amount, currency, title, buyer_ref, at)
      SELECT seller, hour_id(at), retrieval_ref(id), seller, 0.25, 'EUR', 'Listing', counterparty_ref(seller, buyer), date_trunc('hour', at, 'UTC') FROM sale;
    COMMIT`);
  await addEvents({ sql }, Math.max(1, events));
  await sql('ANALYZE');
}

/** Adds events to the log of each tenant that has none, bound for the trigger that chains them. */
export const addEvents = ({ sql }: Pick<ScriptDatabase, 'sql'>, many: number) =>
  sql(`DO $$
    DECLARE
      tenant uuid;
    BEGIN
      FOR tenant IN SELECT t.tenant_id FROM tenant t WHERE NOT EXISTS (SELECT FROM audit_event e WHERE e.tenant_id = t.tenant_id) LOOP
        PERFORM set_config('app.tenant_id', tenant::text, true);
        INSERT INTO audit_event (tenant_id, id, at, actor_kind, actor_id, actor_name, action, outcome, rule, request_id)
          SELECT tenant, gen_random_uuid(), now(), 'system', 'fill', 'Fill', 'tenant.create', 'done', 'R2', 'r' FROM generate_series(1, ${many});
      END LOOP;
    END $$`);
