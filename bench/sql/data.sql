-- The bench's data, the same at every run: bulk inserts of a superuser, in one transaction. Sizes
-- come as settings (lib/database.mjs). Every tenant has the same number of members and datasets.
-- The first twenty datasets of a tenant have half of all usage.
BEGIN;
CREATE SCHEMA bench;

CREATE FUNCTION bench.size(what text) RETURNS integer LANGUAGE sql STABLE RETURN current_setting('bench.' || what)::integer;

-- An id in the order of `n`, like UUID version 7.
CREATE FUNCTION bench.id(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  (lpad(to_hex(1750000000000 + n), 12, '0') || '7' || substr(md5(kind || n), 1, 3) || '8' || substr(md5(kind || n), 4, 15))::uuid;

CREATE FUNCTION bench.moment(n bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  to_timestamp(1750000000) + n * interval '1.001 seconds';

CREATE FUNCTION bench.pick(words text[], n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  words[1 + abs(n) % cardinality(words)];

INSERT INTO person (id, issuer, subject, name, email, email_verified, created_at)
SELECT bench.id('person', n), current_setting('bench.issuer'), 'person-' || n,
  bench.pick('{Ada,Grace,Edsger,Barbara,Donald,Radia,Alan,Katherine,Niklaus,Frances,Leslie}', n) || ' '
    || bench.pick('{Lindqvist,Okafor,Moreau,Tanaka,Silva,Novak,Haddad,Larsen,Rossi,Kowalski,Iyer,Brandt,Duarte}', n / 11) || ' ' || n,
  'person-' || n || '@people.example', true, bench.moment(n)
FROM generate_series(0, bench.size('people') - 1) AS n;

-- Every fiftieth is suspended.
INSERT INTO tenant (tenant_id, slug, name, status, status_reason, plan_code, plan_since, sells, buys, billing_email, created_at)
SELECT bench.id('tenant', n), 'tenant-' || n, 'Tenant ' || n, CASE n % 50 WHEN 49 THEN 'suspended' ELSE 'active' END,
  CASE n % 50 WHEN 49 THEN 'Unpaid' END, 'ENTERPRISE', bench.moment(n), true, true,
  'billing@tenant-' || n || '.example', bench.moment(n)
FROM generate_series(0, bench.size('tenants') - 1) AS n;

-- The first six members of a tenant have one role each, in the order of docs/spec.md; the others
-- are viewers, operators and managers.
INSERT INTO membership (tenant_id, id, person_id, roles, created_at)
SELECT bench.id('tenant', t), bench.id('membership', t * bench.size('members')::bigint + k),
  bench.id('person', (t * 25 + k) % bench.size('people')),
  CASE k WHEN 0 THEN '{owner}' WHEN 1 THEN '{admin}' WHEN 2 THEN '{seller_manager}' WHEN 3 THEN '{buyer_manager}' WHEN 4 THEN '{operator}'
    WHEN 5 THEN '{viewer}' ELSE bench.pick('{"{viewer}","{operator}","{seller_manager,buyer_manager}","{viewer,operator}"}', k) END::text[],
  bench.moment(t * 7 + k)
FROM generate_series(0, bench.size('tenants') - 1) AS t, generate_series(0, bench.size('members') - 1) AS k;

CREATE TABLE bench.offer AS
SELECT t, j, bench.id('tenant', t) AS tenant_id, bench.id('dataset', n) AS dataset_id, bench.id('listing', n) AS listing_id,
  bench.id('object', n) AS object_id, n,
  bench.pick('{Hourly,Daily,Weekly,Monthly,Historic,Live,Cleaned,Raw}', n * 5 + 1) || ' '
    || bench.pick('{weather,shipping,retail,energy,traffic,satellite,payments,census,soil,genomics,air quality,mobility,housing}', n * 3 + t) || ' of '
    || bench.pick('{Norway,Kenya,Japan,Brazil,Poland,Morocco,Canada,Vietnam,Chile,Iceland,Portugal}', n * 7 + t) || ', part ' || n AS title,
  round((0.01 + (n * 37 % 5000) / 100.0)::numeric, 2) AS price
FROM generate_series(0, bench.size('tenants') - 1) AS t, generate_series(0, bench.size('datasets') - 1) AS j,
  LATERAL (SELECT t * bench.size('datasets')::bigint + j AS n) AS number;
CREATE UNIQUE INDEX ON bench.offer (t, j);

INSERT INTO dataset (tenant_id, id, name, description, created_at, updated_at)
SELECT tenant_id, dataset_id, title, 'Measured, cleaned and documented. Number ' || n || ' of the collection.', bench.moment(n), bench.moment(n)
FROM bench.offer;

INSERT INTO data_object (tenant_id, id, dataset_id, name, size, media_type, sha256, created_at, stored_at)
SELECT tenant_id, object_id, dataset_id, 'part-' || n || '.parquet', 1000000 + n, 'application/vnd.apache.parquet', sha256(uuid_send(object_id)),
  bench.moment(n), bench.moment(n + 1)
FROM bench.offer;

-- Six of ten are published, three are drafts, one is withdrawn. A trigger fills the marketplace's
-- index.
INSERT INTO listing (tenant_id, id, dataset_id, status, title, summary, tags, price, currency, created_at, updated_at, published_at)
SELECT tenant_id, listing_id, dataset_id, bench.pick('{published,published,draft,published,draft,published,withdrawn,published,draft,published}', n),
  title, 'Coverage, units and gaps are described in the sample. Updated by ' || bench.pick('{sensors,surveys,registers,satellites}', n) || '.',
  ARRAY[bench.pick('{climate,commerce,transport,health,finance}', n * 3 + t), bench.pick('{csv,parquet,json}', n)],
  price, 'EUR', bench.moment(n), bench.moment(n), CASE WHEN n % 10 NOT IN (2, 4, 8) THEN bench.moment(n + 5) END
FROM bench.offer;

-- The retrievals: the k-th usage record. Buyers are the five tenants after the provider.
CREATE TABLE bench.retrieval AS
SELECT o.tenant_id AS provider, o.dataset_id, o.listing_id, o.object_id, o.title, o.price, o.t AS provider_number, o.n, k,
  (o.t + 1 + k / 7 % 5) % bench.size('tenants') AS buyer_number, bench.id('tenant', (o.t + 1 + k / 7 % 5) % bench.size('tenants')) AS buyer,
  bench.id('usage', k) AS id, bench.moment(2000000 + k) AS at
FROM generate_series(0, bench.size('usages') - 1) AS k
JOIN bench.offer o ON o.t = k / 2 % bench.size('tenants')
  AND o.j = CASE k % 2 WHEN 0 THEN k / 2 / bench.size('tenants') % least(20, bench.size('datasets'))
    ELSE k / 2 / bench.size('tenants') % bench.size('datasets') END;

-- Without the triggers that check foreign keys.
SET LOCAL session_replication_role = replica;
INSERT INTO entitlement (tenant_id, id, listing_id, title, provider, price, currency, acquired_at)
SELECT buyer, bench.id('entitlement', n * 100000 + buyer_number), listing_id, title, 'Tenant ' || provider_number, price, 'EUR', min(at)
FROM bench.retrieval GROUP BY buyer, n, buyer_number, listing_id, title, provider_number, price;

INSERT INTO usage_record (tenant_id, id, entitlement_id, object_id, object_name, size, at)
SELECT buyer, id, bench.id('entitlement', n * 100000 + buyer_number), object_id, 'part-' || n || '.parquet', 1000000 + n, at FROM bench.retrieval;

INSERT INTO charge (tenant_id, id, amount, currency, title, provider, provider_ref, at)
SELECT buyer, id, price, 'EUR', title, 'Tenant ' || provider_number, counterparty_ref(buyer, provider), at FROM bench.retrieval;

INSERT INTO earning (tenant_id, id, dataset_id, amount, currency, title, buyer_ref, at, retrieval_ref)
SELECT provider, id, dataset_id, price, 'EUR', title, counterparty_ref(provider, buyer), at, retrieval_ref(id) FROM bench.retrieval;

SET LOCAL session_replication_role = origin;

-- The audit log of each tenant: four actions in turn, every seventh refused. A trigger chains the
-- events of the bound tenant.
DO $$
BEGIN
  FOR t IN 0 .. bench.size('tenants') - 1 LOOP
    PERFORM set_config('app.tenant_id', bench.id('tenant', t)::text, true);
    INSERT INTO audit_event (id, at, actor_kind, actor_id, actor_name, action, outcome, rule, code, target_type, target_id,
      state_before, state_after, request_id)
    SELECT bench.id('audit', t * bench.size('events')::bigint + n), bench.moment(3000000 + n), 'user',
      bench.id('person', (t * 25 + n % 2) % bench.size('people')), 'Actor ' || n % 2,
      bench.pick('{dataset.update,listing.publish,listing.update,object.complete}', n), CASE n % 7 WHEN 6 THEN 'refused' ELSE 'done' END, 'M1',
      CASE n % 7 WHEN 6 THEN 'LIMIT_REACHED' END, bench.pick('{Dataset,Listing,Listing,Object}', n), bench.id('dataset', n),
      jsonb_build_object('title', 'Title ' || n, 'price', '1.25'), jsonb_build_object('title', 'Title ' || n + 1, 'price', '1.5'), 'bench ' || n
    FROM generate_series(0, bench.size('events') - 1) AS n ORDER BY n;
  END LOOP;
END $$;

DROP TABLE bench.offer, bench.retrieval;
COMMIT;
