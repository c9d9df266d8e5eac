import type { ScriptDatabase } from '../database.ts';

/** How many tenants and listings to create. */
export type Size = { readonly tenants: number; readonly listings: number };

/** Words of listings, by how frequent they are. */
export const WORDS = { rare: 'zugspitze', some: 'satellite', other: 'imagery', common: 'market' } as const;

/** A tag that one listing in two hundred carries. */
export const TAG = 'topic-7';

/**
 * Inserts tenants that sell, one in ten of them suspended, and their published listings: the same
 * for the same size. Ten listings have the rare word, one in twenty each of two words, three in ten
 * the common one. The rest of a text comes from 2,000 words of very different frequency.
 */
export async function fill({ sql }: Pick<ScriptDatabase, 'sql'>, { tenants, listings }: Size): Promise<void> {
  await sql(`
    BEGIN;
    CREATE TEMP TABLE provider ON COMMIT DROP AS SELECT n, gen_random_uuid() AS id FROM generate_series(1, ${tenants}) n;
    INSERT INTO person (id, issuer, subject, name) VALUES (gen_random_uuid(), 'https://scale.example', 'owner', 'Owner');
    INSERT INTO tenant (tenant_id, slug, name, status, sells) SELECT id, 'provider-' || n, 'Provider ' || n,
      CASE n % 10 WHEN 0 THEN 'suspended' ELSE 'active' END, true FROM provider;
    INSERT INTO membership (tenant_id, id, person_id, roles) SELECT p.id, gen_random_uuid(), o.id, '{owner}' FROM provider p, person o;
    SELECT setseed(0.5);
    CREATE TEMP TABLE offer ON COMMIT DROP AS
      SELECT i, p.id AS tenant_id, gen_random_uuid() AS id, gen_random_uuid() AS dataset_id,
        concat_ws(' ', 'Offer', i, CASE WHEN i % ${Math.max(1, Math.floor(listings / 10))} = 1 THEN '${WORDS.rare}' END,
          CASE WHEN random() < 0.05 THEN '${WORDS.some}' END) AS title,
        concat_ws(' ', CASE WHEN random() < 0.05 THEN '${WORDS.other}' END, CASE WHEN random() < 0.3 THEN '${WORDS.common}' END,
          (SELECT string_agg('word' || floor(2000 * random() ^ 3), ' ') FROM generate_series(1, 40) WHERE i > 0)) AS summary,
        ARRAY['topic-' || floor(200 * random())] || CASE WHEN random() < 0.2 THEN ARRAY['open'] ELSE '{}' END AS tags,
        (random() * 100)::numeric(20, 2) AS price, CASE WHEN random() < 0.7 THEN 'EUR' ELSE 'USD' END AS currency
      FROM generate_series(1, ${listings}) i JOIN provider p ON p.n = 1 + i % ${tenants};
    INSERT INTO dataset (tenant_id, id, name) SELECT tenant_id, dataset_id, title FROM offer;
    CREATE INDEX ON offer (tenant_id);
    DO $$
    DECLARE
      provider_id uuid;
    BEGIN
      FOR provider_id IN SELECT id FROM provider LOOP
        PERFORM set_config('app.tenant_id', provider_id::text, true);
        INSERT INTO listing (tenant_id, id, dataset_id, status, title, summary, tags, price, currency, published_at)
          SELECT tenant_id, id, dataset_id, 'published', title, summary, tags, price, currency, timestamptz '2026-01-01' + i * interval '1 minute'
          FROM offer WHERE tenant_id = provider_id;
      END LOOP;
    END $$;
    COMMIT`);
  await sql('VACUUM ANALYZE');
}
