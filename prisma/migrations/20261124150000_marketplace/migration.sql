-- Both sides of the marketplace: datasets and their listings, entitlements and retrievals, API keys, and what they cost and earn.

-- ── Provider side (SPEC M1) ─────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE dataset (
  tenant_id   uuid           NOT NULL DEFAULT app_tenant(),
  id          uuid           NOT NULL,
  name        text           NOT NULL,
  description text           NOT NULL DEFAULT '',
  created_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT dataset_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT dataset_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT dataset_text_check CHECK (length(name) BETWEEN 1 AND 120 AND name = btrim(name) AND length(description) <= 4000)
);

-- A file of a dataset. Its bytes lie in the store under object_key(); stored_at is null until they are there and are what was announced.
CREATE TABLE data_object (
  tenant_id  uuid           NOT NULL DEFAULT app_tenant(),
  id         uuid           NOT NULL,
  dataset_id uuid           NOT NULL,
  name       text           NOT NULL,
  size       bigint         NOT NULL,
  media_type text           NOT NULL,
  sha256     bytea          NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  stored_at  timestamptz(3),
  CONSTRAINT data_object_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT data_object_tenant_id_dataset_id_fkey FOREIGN KEY (tenant_id, dataset_id)
    REFERENCES dataset (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT data_object_check CHECK (
    length(name) BETWEEN 1 AND 255 AND size >= 0 AND length(media_type) BETWEEN 3 AND 127 AND octet_length(sha256) = 32)
);
CREATE UNIQUE INDEX data_object_tenant_id_dataset_id_name_key ON data_object (tenant_id, dataset_id, name);

-- What an object is called in the store: by a hash of its tenant's id, so that a link to it tells nobody whose it is (SPEC M5).
CREATE FUNCTION object_key(tenant uuid, object uuid) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
  RETURN encode(sha256(uuid_send(tenant)), 'hex') || '/' || object::text;

-- An object that is gone from its dataset while its bytes still lie in the store, until a job has removed them.
CREATE TABLE stale_object (
  tenant_id uuid           NOT NULL DEFAULT app_tenant(),
  id        uuid           NOT NULL,
  since     timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT stale_object_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT stale_object_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX stale_object_since_tenant_id_idx ON stale_object (since, tenant_id);

-- Whoever removes an object, alone or with its dataset, leaves its bytes to the job; but a purge, which took the tenant's bytes before the rows.
CREATE FUNCTION leave_object() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.stale_object (tenant_id, id)
    SELECT OLD.tenant_id, OLD.id WHERE NOT EXISTS (SELECT FROM public.tombstone b WHERE b.tenant_id = OLD.tenant_id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER data_object_leaves_bytes AFTER DELETE ON data_object FOR EACH ROW EXECUTE FUNCTION leave_object();

CREATE TABLE listing (
  tenant_id    uuid           NOT NULL DEFAULT app_tenant(),
  id           uuid           NOT NULL,
  dataset_id   uuid           NOT NULL,
  status       text           NOT NULL DEFAULT 'draft',
  title        text           NOT NULL,
  summary      text           NOT NULL DEFAULT '',
  tags         text[],
  price        numeric(20, 6) NOT NULL,
  currency     text           NOT NULL,
  created_at   timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at   timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  published_at timestamptz(3),
  CONSTRAINT listing_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT listing_tenant_id_dataset_id_fkey FOREIGN KEY (tenant_id, dataset_id)
    REFERENCES dataset (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT listing_status_check CHECK (status IN ('draft', 'published', 'withdrawn') AND (status = 'draft' OR published_at IS NOT NULL)),
  CONSTRAINT listing_text_check CHECK (length(title) BETWEEN 1 AND 120 AND title = btrim(title) AND length(summary) <= 2000),
  CONSTRAINT listing_tags_check CHECK (tags IS NOT NULL AND cardinality(tags) <= 20 AND is_set(tags)),
  -- NaN is greater than every number.
  CONSTRAINT listing_price_check CHECK (price >= 0 AND price < 'NaN' AND currency ~ '^[A-Z]{3}$')
);
CREATE UNIQUE INDEX listing_tenant_id_dataset_id_key ON listing (tenant_id, dataset_id);
-- An entitlement names a listing alone, published or not.
CREATE INDEX listing_id_tenant_id_idx ON listing (id, tenant_id);

-- A listing goes from draft to published, and from there to withdrawn and back.
CREATE FUNCTION move_listing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT (OLD.status, NEW.status) IN (('draft', 'published'), ('published', 'withdrawn'), ('withdrawn', 'published')) THEN
    RAISE EXCEPTION 'a listing does not go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation', CONSTRAINT = 'listing_status_moves';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER listing_status_moves BEFORE UPDATE OF status ON listing
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION move_listing();

-- The one index that spans tenants (SPEC T8): what published listings say, kept by a trigger, read by the search alone. Whether the provider is
-- active, and sells, is looked at when it is read: a suspension touches no row here.
CREATE TABLE market_index (
  tenant_id    uuid           NOT NULL,
  listing_id   uuid           NOT NULL,
  document     tsvector       NOT NULL,
  tags         text[]         NOT NULL,
  price        numeric(20, 6) NOT NULL,
  currency     text           NOT NULL,
  published_at timestamptz(3) NOT NULL,
  CONSTRAINT market_index_pkey PRIMARY KEY (tenant_id, listing_id),
  CONSTRAINT market_index_tenant_id_listing_id_fkey FOREIGN KEY (tenant_id, listing_id)
    REFERENCES listing (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX market_index_document_idx ON market_index USING gin (document);
CREATE INDEX market_index_tags_idx ON market_index USING gin (tags);
CREATE INDEX market_index_listing_id_idx ON market_index (listing_id);
CREATE INDEX market_index_published_at_idx ON market_index (published_at DESC, listing_id DESC) INCLUDE (tenant_id, currency, price);
CREATE INDEX market_index_currency_price_idx ON market_index (currency, price, listing_id) INCLUDE (tenant_id);

CREATE FUNCTION index_listing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.status = 'published' THEN
    INSERT INTO public.market_index AS m (tenant_id, listing_id, document, tags, price, currency, published_at)
    VALUES (NEW.tenant_id, NEW.id,
      setweight(to_tsvector('english', NEW.title), 'A') || setweight(to_tsvector('english', array_to_string(NEW.tags, ' ')), 'B')
        || setweight(to_tsvector('english', NEW.summary), 'C'),
      NEW.tags, NEW.price, NEW.currency, NEW.published_at)
    ON CONFLICT (tenant_id, listing_id) DO UPDATE SET document = EXCLUDED.document, tags = EXCLUDED.tags, price = EXCLUDED.price,
      currency = EXCLUDED.currency, published_at = EXCLUDED.published_at;
  ELSE
    DELETE FROM public.market_index m WHERE m.tenant_id = NEW.tenant_id AND m.listing_id = NEW.id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER listing_is_indexed AFTER INSERT OR UPDATE ON listing FOR EACH ROW EXECUTE FUNCTION index_listing();

-- ── Buyer side (SPEC M2, M3) ────────────────────────────────────────────────────────────────────────────────────────────
-- A buyer's rows name a listing, never its tenant: no row refers to another tenant's (SPEC T7). What the terms were is kept here, so that they
-- stay what they were whatever becomes of the provider (SPEC S6).

CREATE TABLE entitlement (
  tenant_id   uuid           NOT NULL DEFAULT app_tenant(),
  id          uuid           NOT NULL,
  listing_id  uuid           NOT NULL,
  title       text           NOT NULL,
  provider    text           NOT NULL,
  price       numeric(20, 6) NOT NULL,
  currency    text           NOT NULL,
  acquired_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  ended_at    timestamptz(3),
  CONSTRAINT entitlement_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT entitlement_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT entitlement_price_check CHECK (price >= 0 AND price < 'NaN' AND currency ~ '^[A-Z]{3}$')
);
-- One at a time to a listing.
CREATE UNIQUE INDEX entitlement_open ON entitlement (tenant_id, listing_id) WHERE ended_at IS NULL;

-- A retrieval: what was used, by whom, and when. Written by crossing_retrieve alone, with its charge and its earning.
CREATE TABLE usage_record (
  tenant_id      uuid           NOT NULL,
  id             uuid           NOT NULL,
  entitlement_id uuid           NOT NULL,
  api_key_id     uuid,
  object_id      uuid           NOT NULL,
  object_name    text           NOT NULL,
  size           bigint         NOT NULL,
  at             timestamptz(3) NOT NULL,
  CONSTRAINT usage_record_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT usage_record_tenant_id_entitlement_id_fkey FOREIGN KEY (tenant_id, entitlement_id)
    REFERENCES entitlement (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT usage_record_size_check CHECK (size >= 0)
);
CREATE INDEX usage_record_tenant_id_at_id_idx ON usage_record (tenant_id, at, id);
CREATE INDEX usage_record_tenant_id_entitlement_id_at_idx ON usage_record (tenant_id, entitlement_id, at);

-- What the buyer owes for a retrieval, under the retrieval's id.
CREATE TABLE charge (
  tenant_id    uuid           NOT NULL,
  id           uuid           NOT NULL,
  amount       numeric(20, 6) NOT NULL,
  currency     text           NOT NULL,
  title        text           NOT NULL,
  provider     text           NOT NULL,
  provider_ref bytea          NOT NULL,
  at           timestamptz(3) NOT NULL,
  CONSTRAINT charge_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT charge_tenant_id_id_fkey FOREIGN KEY (tenant_id, id) REFERENCES usage_record (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT charge_amount_check CHECK (amount >= 0 AND amount < 'NaN' AND currency ~ '^[A-Z]{3}$'),
  CONSTRAINT charge_provider_ref_check CHECK (octet_length(provider_ref) = 32)
);
CREATE INDEX charge_tenant_id_at_id_idx ON charge (tenant_id, at, id);

-- What the provider earns by a retrieval, under the retrieval's id. The buyer is a hash that only counts (SPEC M5), and that the gateway can't read.
CREATE TABLE earning (
  tenant_id  uuid           NOT NULL,
  id         uuid           NOT NULL,
  dataset_id uuid           NOT NULL,
  amount     numeric(20, 6) NOT NULL,
  currency   text           NOT NULL,
  title      text           NOT NULL,
  buyer_ref  bytea          NOT NULL,
  at         timestamptz(3) NOT NULL,
  CONSTRAINT earning_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT earning_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT earning_amount_check CHECK (amount >= 0 AND amount < 'NaN' AND currency ~ '^[A-Z]{3}$'),
  CONSTRAINT earning_buyer_ref_check CHECK (octet_length(buyer_ref) = 32)
);
CREATE INDEX earning_tenant_id_at_id_idx ON earning (tenant_id, at, id);
CREATE INDEX earning_tenant_id_dataset_id_at_idx ON earning (tenant_id, dataset_id, at);

-- Stands for one tenant in another's records: the same each time, of no use to find it.
CREATE FUNCTION counterparty_ref(holder uuid, other uuid) RETURNS bytea LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
  RETURN sha256(uuid_send(holder) || uuid_send(other));

-- How many retrievals of a cycle are used, in shards that are taken side by side (SPEC P3).
CREATE TABLE retrieval_count (
  tenant_id uuid           NOT NULL DEFAULT app_tenant(),
  since     timestamptz(3) NOT NULL,
  shard     smallint       NOT NULL,
  cap       integer,
  used      integer        NOT NULL DEFAULT 0,
  CONSTRAINT retrieval_count_pkey PRIMARY KEY (tenant_id, since, shard),
  CONSTRAINT retrieval_count_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT retrieval_count_check CHECK (used >= 0 AND cap > 0)
);

-- ── API keys (SPEC K) ───────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE api_key (
  tenant_id           uuid           NOT NULL DEFAULT app_tenant(),
  id                  uuid           NOT NULL,
  name                text           NOT NULL,
  scopes              text[],
  secret_hash         bytea          NOT NULL,
  earlier_hash        bytea,
  earlier_expires_at  timestamptz(3),
  holder_id           uuid           NOT NULL,
  holder_name         text           NOT NULL,
  created_at          timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  rotated_at          timestamptz(3),
  expires_at          timestamptz(3),
  revoked_at          timestamptz(3),
  last_used_at        timestamptz(3),
  CONSTRAINT api_key_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT api_key_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT api_key_name_check CHECK (length(name) BETWEEN 1 AND 80 AND name = btrim(name)),
  CONSTRAINT api_key_scopes_check CHECK (scopes IS NOT NULL AND cardinality(scopes) >= 1 AND is_set(scopes)),
  CONSTRAINT api_key_hash_check CHECK (
    octet_length(secret_hash) = 32 AND octet_length(earlier_hash) = 32 AND (earlier_hash IS NULL) = (earlier_expires_at IS NULL))
);

-- ── Row-level security ──────────────────────────────────────────────────────────────────────────────────────────────────

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['dataset', 'data_object', 'stale_object', 'listing', 'market_index', 'entitlement', 'usage_record', 'charge', 'earning',
    'retrieval_count', 'api_key'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY bound_tenant ON %I USING (tenant_id = (SELECT app_tenant())) WITH CHECK (tenant_id = (SELECT app_tenant()))', name);
    EXECUTE format('CREATE TRIGGER %1$s_tenant_id_is_immutable BEFORE UPDATE OF tenant_id ON %1$I
      FOR EACH ROW WHEN (OLD.tenant_id IS DISTINCT FROM NEW.tenant_id) EXECUTE FUNCTION refuse_change(''tenant_id'')', name);
  END LOOP;
END $$;

CREATE POLICY crossing ON listing      FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY crossing ON data_object  FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY crossing ON stale_object FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY crossing ON usage_record FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY crossing ON charge       FOR SELECT TO CURRENT_USER USING (true);
-- The index follows its listing whoever writes, also where no tenant is bound: a listing that is withdrawn is never found.
CREATE POLICY crossing ON market_index FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);
-- A retrieval writes the provider's earning from the buyer's context (SPEC M3).
CREATE POLICY crossing ON earning      FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY crossing_retrieval ON earning FOR INSERT TO CURRENT_USER WITH CHECK (true);
-- To hold a row is to update it, as policies have it: a provider is held, and never written.
CREATE POLICY crossing_holds ON tenant FOR UPDATE TO CURRENT_USER USING (true) WITH CHECK (false);

-- ── The purge takes these, too (SPEC S4): the bytes in the store first, by the job, then the rows ───────────────────────────

CREATE OR REPLACE FUNCTION purge_order() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN ARRAY['api_key', 'retrieval_count', 'charge', 'usage_record', 'entitlement', 'earning', 'market_index', 'listing', 'data_object', 'stale_object',
    'dataset', 'idempotency_key', 'ownership_transfer', 'invitation', 'contract', 'audit_event', 'audit_head', 'membership', 'tenant'];

CREATE OR REPLACE FUNCTION crossing_due_tenants(moment timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.tenant_id FROM public.tenant t WHERE t.status = 'pending_deletion' AND t.deletion_due_at <= moment
  UNION SELECT t.tenant_id FROM public.tombstone t WHERE t.purged_at IS NULL
  UNION SELECT t.tenant_id FROM public.tenant t WHERE t.next_plan_due_at <= moment AND t.status <> 'deleted'
  UNION SELECT i.tenant_id FROM public.invitation i JOIN public.tenant t USING (tenant_id)
    WHERE (i.expires_at <= moment OR i.sent_at IS NULL AND t.status = 'active') AND t.status <> 'deleted'
  UNION SELECT o.tenant_id FROM public.ownership_transfer o WHERE o.expires_at <= moment
  UNION SELECT k.tenant_id FROM public.idempotency_key k JOIN public.tenant t USING (tenant_id) WHERE k.expires_at <= moment AND t.status <> 'deleted'
  UNION SELECT s.tenant_id FROM public.stale_object s JOIN public.tenant t USING (tenant_id) WHERE s.since <= moment - interval '1 day' AND t.status <> 'deleted'
$$;

-- ── Crossings (src/database/crossings.ts) ───────────────────────────────────────────────────────────────────────────────

REVOKE ALL ON FUNCTION index_listing(), counterparty_ref(uuid, uuid) FROM PUBLIC;

-- ── Crossings: the search ───────────────────────────────────────────────────────────────────────────────────────────────
-- What people type. websearch_to_tsquery takes every text but one with more than 32 minus signs on end, whatever it ignores between them.
CREATE FUNCTION market_words(query text) RETURNS tsquery LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
  RETURN websearch_to_tsquery('english', regexp_replace(query, '-[-\s!&|()]*-', '-', 'g'));

-- What a listing may be found by: it is published (only such are indexed) and its provider is active and sells, at this moment (SPEC S2); and by a
-- tenant, never by a statement that is bound to none (SPEC T2). The text that a search is made of holds no value, only the places of its parameters:
-- $1 words, $2 tags, $3 the highest price, $4 its currency. What nobody asked for isn't in it, so that each search is planned for what it looks for.
CREATE FUNCTION market_condition(words tsquery, tags text[], max_price numeric, currency text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
  RETURN concat_ws(' AND ', 't.status = ''active'' AND t.sells', 'public.app_tenant() IS NOT NULL',
    CASE WHEN words IS NOT NULL THEN 'm.document @@ $1' END,
    CASE WHEN tags IS NOT NULL THEN 'm.tags @> $2' END,
    CASE WHEN max_price IS NOT NULL THEN 'm.price <= $3' END,
    CASE WHEN currency IS NOT NULL THEN 'm.currency = $4' END);

-- A page of listings, by their ids: `relevance` and `newest` from the top, `price` from the lowest. A place in the order is its key, as text, and an id;
-- `backwards` walks the other way. The index is read often and lies in memory: without being told, PostgreSQL would rather walk thousands of the newest
-- than fetch the hundreds that carry a tag.
CREATE FUNCTION crossing_market_search(query text, tags text[], max_price numeric, currency text, sort text,
  after_key text, after_id uuid, before_key text, before_id uuid, backwards boolean, at_most integer)
RETURNS TABLE (listing_id uuid, rank real)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET random_page_cost = 1.1 AS $$
DECLARE
  words    tsquery := public.market_words(query);
  key      text    := CASE sort WHEN 'relevance' THEN 'ts_rank(m.document, $1)' WHEN 'newest' THEN 'm.published_at' WHEN 'price' THEN 'm.price' END;
  type     text    := CASE sort WHEN 'relevance' THEN 'real' WHEN 'newest' THEN 'timestamptz' WHEN 'price' THEN 'numeric' END;
  later    text    := CASE sort WHEN 'price' THEN '>' ELSE '<' END;
  earlier  text    := CASE sort WHEN 'price' THEN '<' ELSE '>' END;
  way      text    := CASE WHEN (sort = 'price') <> backwards THEN 'ASC' ELSE 'DESC' END;
BEGIN
  RETURN QUERY EXECUTE format('SELECT m.listing_id, %s FROM public.market_index m JOIN public.tenant t ON t.tenant_id = m.tenant_id WHERE ',
      CASE sort WHEN 'relevance' THEN key ELSE 'NULL::real' END)
    || concat_ws(' AND ', public.market_condition(words, tags, max_price, currency),
      CASE WHEN after_id IS NOT NULL THEN format('(%s, m.listing_id) %s ($5::%s, $6)', key, later, type) END,
      CASE WHEN before_id IS NOT NULL THEN format('(%s, m.listing_id) %s ($7::%s, $8)', key, earlier, type) END)
    || format(' ORDER BY %1$s %2$s, m.listing_id %2$s LIMIT $9', key, way)
  USING words, tags, max_price, currency, after_key, after_id, before_key, before_id, at_most;
END $$;

-- How many listings a search has.
CREATE FUNCTION crossing_market_count(query text, tags text[], max_price numeric, currency text) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  words tsquery := public.market_words(query);
  found integer;
BEGIN
  EXECUTE 'SELECT count(*) FROM public.market_index m JOIN public.tenant t ON t.tenant_id = m.tenant_id WHERE '
    || public.market_condition(words, tags, max_price, currency)
  INTO found USING words, tags, max_price, currency;
  RETURN found;
END $$;

-- The tags of a search's listings, the most frequent first, each with how many listings carry it.
CREATE FUNCTION crossing_market_tags(query text, tags text[], max_price numeric, currency text, at_most integer)
RETURNS TABLE (tag text, listings integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  words tsquery := public.market_words(query);
BEGIN
  RETURN QUERY EXECUTE 'SELECT x.tag, count(*)::integer FROM public.market_index m JOIN public.tenant t ON t.tenant_id = m.tenant_id, unnest(m.tags) AS x (tag) WHERE '
    || public.market_condition(words, tags, max_price, currency)
    || ' GROUP BY x.tag ORDER BY count(*) DESC, x.tag COLLATE "C" LIMIT $5'
  USING words, tags, max_price, currency, at_most;
END $$;

-- What anybody on the marketplace is told of listings, by their ids: all that leaves a provider (SPEC M5). Whether a listing is the bound tenant's own,
-- and whether that tenant is entitled to it, is theirs to know already.
CREATE FUNCTION crossing_market_listings(ids uuid[])
RETURNS TABLE (id uuid, title text, summary text, tags text[], price numeric, currency text, provider text, published_at timestamptz,
  own boolean, entitled boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT m.listing_id, l.title, l.summary, m.tags, m.price, m.currency, t.name, m.published_at, m.tenant_id = public.app_tenant(),
    EXISTS (SELECT FROM public.entitlement e WHERE e.tenant_id = public.app_tenant() AND e.listing_id = m.listing_id AND e.ended_at IS NULL)
  FROM public.market_index m
  JOIN public.tenant t ON t.tenant_id = m.tenant_id
  JOIN public.listing l ON l.tenant_id = m.tenant_id AND l.id = m.listing_id
  WHERE m.listing_id = ANY (ids) AND t.status = 'active' AND t.sells
    AND public.app_tenant() IS NOT NULL
$$;

REVOKE ALL ON FUNCTION market_words(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION market_condition(tsquery, text[], numeric, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION crossing_market_search(text, text[], numeric, text, text, text, uuid, text, uuid, boolean, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION crossing_market_count(text, text[], numeric, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION crossing_market_tags(text, text[], numeric, text, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION crossing_market_listings(uuid[]) FROM PUBLIC;

-- ── Crossings: entitlements and retrievals ──────────────────────────────────────────────────────────────────────────────

-- Where everybody waits who holds a tenant (src/database/lock.ts): in the order in which they came, so that one who wants it alone isn't overtaken for
-- ever by those who share it, as they would be at the row.
CREATE FUNCTION tenant_gate(tenant uuid) RETURNS bigint LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
  RETURN hashtextextended('tenant ' || tenant::text, 0);

-- Takes one of the bound tenant's retrievals of a billing cycle, of which so many are allowed, or any number where that is null: null once it is taken,
-- else how many are used (SPEC P3). Each shard has its share. Any with room that nobody holds will do; only when there is none are all of them taken, one
-- after the other in their order, so that a refusal is exact (docs/decisions/0013-retrievals.md).
CREATE FUNCTION take_retrieval(cycle timestamptz, allowed integer) RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  shards CONSTANT integer := 16;
  subject CONSTANT uuid := public.app_tenant();
  held public.retrieval_count;
  total bigint;
BEGIN
  BEGIN
    UPDATE public.retrieval_count c SET used = c.used + 1
    WHERE c.tenant_id = subject AND c.since = cycle AND c.shard = (
      SELECT s.shard FROM public.retrieval_count s
      WHERE s.tenant_id = subject AND s.since = cycle AND s.cap IS NOT DISTINCT FROM allowed
        AND (s.cap IS NULL OR s.used < s.cap / shards + (s.shard < s.cap % shards)::integer)
      ORDER BY random() LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED);
    IF FOUND THEN
      RETURN NULL;
    END IF;
    RAISE no_data_found; -- which lets go of a shard that became full while it was being taken: nobody walks holding one out of turn
  EXCEPTION WHEN no_data_found THEN
    NULL;
  END;
  INSERT INTO public.retrieval_count (tenant_id, since, shard, cap)
    SELECT subject, cycle, n, allowed FROM generate_series(0, shards - 1) n
    WHERE NOT EXISTS (SELECT FROM public.retrieval_count c WHERE c.tenant_id = subject AND c.since = cycle AND c.shard = shards - 1)
    ORDER BY n ON CONFLICT DO NOTHING;
  FOR n IN 0 .. shards - 1 LOOP
    SELECT * INTO held FROM public.retrieval_count c WHERE c.tenant_id = subject AND c.since = cycle AND c.shard = n FOR NO KEY UPDATE;
    IF held.cap IS DISTINCT FROM allowed THEN
      -- The cap is another than at the last retrieval: what is used is dealt out anew, so that again a shard has room exactly if the tenant has.
      PERFORM FROM public.retrieval_count c WHERE c.tenant_id = subject AND c.since = cycle ORDER BY c.shard FOR NO KEY UPDATE;
      SELECT sum(c.used) INTO total FROM public.retrieval_count c WHERE c.tenant_id = subject AND c.since = cycle;
      UPDATE public.retrieval_count c SET cap = allowed, used = total / shards + (c.shard < total % shards)::integer
        WHERE c.tenant_id = subject AND c.since = cycle;
      SELECT * INTO held FROM public.retrieval_count c WHERE c.tenant_id = subject AND c.since = cycle AND c.shard = n;
    END IF;
    IF allowed IS NULL OR held.used < allowed / shards + (n < allowed % shards)::integer THEN
      UPDATE public.retrieval_count c SET used = c.used + 1 WHERE c.tenant_id = subject AND c.since = cycle AND c.shard = n;
      RETURN NULL;
    END IF;
  END LOOP;
  RETURN (SELECT sum(c.used) FROM public.retrieval_count c WHERE c.tenant_id = subject AND c.since = cycle);
END $$;

-- What a listing offers to whoever acquires it, its provider being held meanwhile, so that a suspension or a withdrawal is before it or after. No row for one
-- that is nowhere, isn't published, or whose provider isn't active or doesn't sell; of the bound tenant's own it is told that it is its own.
CREATE FUNCTION crossing_offer(wanted uuid) RETURNS TABLE (own boolean, title text, provider text, price numeric, currency text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  seller uuid := (SELECT l.tenant_id FROM public.listing l WHERE l.id = wanted);
BEGIN
  PERFORM pg_advisory_xact_lock_shared(public.tenant_gate(seller));
  PERFORM FROM public.tenant t WHERE t.tenant_id = seller FOR SHARE;
  RETURN QUERY SELECT l.tenant_id = public.app_tenant(), l.title, t.name, l.price, l.currency
    FROM public.listing l JOIN public.tenant t ON t.tenant_id = l.tenant_id
    WHERE l.tenant_id = seller AND l.id = wanted AND (l.tenant_id = public.app_tenant() OR l.status = 'published' AND t.status = 'active' AND t.sells);
END $$;

-- What a provider is to those who are entitled: null is one that is gone, or whose listing is.
CREATE FUNCTION provider_state(status text, sells boolean) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
  RETURN CASE WHEN coalesce(status, 'deleted') = 'deleted' THEN 'provider_gone' WHEN status = 'active' AND sells THEN 'available' ELSE 'provider_unavailable' END;

-- Whether what the bound tenant is entitled to can be had just now.
CREATE FUNCTION crossing_availability(entitlements uuid[]) RETURNS TABLE (entitlement_id uuid, availability text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT e.id, public.provider_state(t.status, t.sells)
  FROM public.entitlement e LEFT JOIN public.listing l ON l.id = e.listing_id LEFT JOIN public.tenant t ON t.tenant_id = l.tenant_id
  WHERE e.tenant_id = public.app_tenant() AND e.id = ANY (entitlements)
$$;

-- The objects of an open entitlement of the bound tenant's, while its provider is available: those that lie in the store, by id, between two of them.
CREATE FUNCTION crossing_entitled_objects(entitled uuid, above uuid, below uuid, descending boolean, at_most integer)
RETURNS TABLE (id uuid, name text, size bigint, media_type text, sha256 bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT o.id, o.name, o.size, o.media_type, o.sha256
  FROM public.entitlement e JOIN public.listing l ON l.id = e.listing_id JOIN public.tenant t ON t.tenant_id = l.tenant_id
    JOIN public.data_object o ON o.tenant_id = l.tenant_id AND o.dataset_id = l.dataset_id
  WHERE e.tenant_id = public.app_tenant() AND e.id = entitled AND e.ended_at IS NULL AND t.status = 'active' AND t.sells
    AND o.stored_at IS NOT NULL AND (above IS NULL OR o.id > above) AND (below IS NULL OR o.id < below)
  ORDER BY CASE WHEN descending THEN o.id END DESC, o.id LIMIT at_most
$$;

-- How many those are.
CREATE FUNCTION crossing_entitled_object_count(entitled uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(*)
  FROM public.entitlement e JOIN public.listing l ON l.id = e.listing_id JOIN public.tenant t ON t.tenant_id = l.tenant_id
    JOIN public.data_object o ON o.tenant_id = l.tenant_id AND o.dataset_id = l.dataset_id
  WHERE e.tenant_id = public.app_tenant() AND e.id = entitled AND e.ended_at IS NULL AND t.status = 'active' AND t.sells AND o.stored_at IS NOT NULL
$$;

-- A retrieval of the bound tenant's (SPEC M3): its usage record and charge, and the provider's earning, under one id, or none of them and the code of why not.
-- Its provider is held meanwhile. The price is that of the entitlement; where the bytes lie is told under a name that says nothing of whose they are (SPEC M5).
CREATE FUNCTION crossing_retrieve(retrieval uuid, entitled uuid, wanted uuid, api_key uuid, moment timestamptz)
RETURNS TABLE (refused text, object_key text, name text, media_type text, size bigint, price numeric, currency text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  buyer CONSTANT uuid := public.app_tenant();
  terms public.entitlement;
  seller public.tenant;
  offer public.listing;
  file public.data_object;
BEGIN
  SELECT * INTO terms FROM public.entitlement e WHERE e.tenant_id = buyer AND e.id = entitled AND e.ended_at IS NULL;
  IF NOT FOUND THEN
    RETURN QUERY SELECT 'NOT_FOUND', NULL, NULL, NULL, NULL::bigint, NULL::numeric, NULL;
    RETURN;
  END IF;
  SELECT * INTO offer FROM public.listing l WHERE l.id = terms.listing_id;
  PERFORM pg_advisory_xact_lock_shared(public.tenant_gate(offer.tenant_id));
  SELECT * INTO seller FROM public.tenant t WHERE t.tenant_id = offer.tenant_id FOR SHARE;
  SELECT * INTO offer FROM public.listing l WHERE l.tenant_id = seller.tenant_id AND l.id = terms.listing_id;
  SELECT * INTO file FROM public.data_object o
    WHERE o.tenant_id = offer.tenant_id AND o.dataset_id = offer.dataset_id AND o.id = wanted AND o.stored_at IS NOT NULL;
  IF offer.id IS NULL OR public.provider_state(seller.status, seller.sells) <> 'available' THEN
    RETURN QUERY SELECT CASE WHEN offer.id IS NULL THEN 'PROVIDER_GONE' ELSE upper(public.provider_state(seller.status, seller.sells)) END,
      NULL, NULL, NULL, NULL::bigint, NULL::numeric, NULL;
    RETURN;
  END IF;
  IF file.id IS NULL THEN
    RETURN QUERY SELECT 'NOT_FOUND', NULL, NULL, NULL, NULL::bigint, NULL::numeric, NULL;
    RETURN;
  END IF;
  INSERT INTO public.usage_record (tenant_id, id, entitlement_id, api_key_id, object_id, object_name, size, at)
    VALUES (buyer, retrieval, entitled, api_key, file.id, file.name, file.size, moment);
  INSERT INTO public.charge (tenant_id, id, amount, currency, title, provider, provider_ref, at)
    VALUES (buyer, retrieval, terms.price, terms.currency, terms.title, terms.provider, public.counterparty_ref(buyer, seller.tenant_id), moment);
  INSERT INTO public.earning (tenant_id, id, dataset_id, amount, currency, title, buyer_ref, at)
    VALUES (seller.tenant_id, retrieval, offer.dataset_id, terms.price, terms.currency, offer.title, public.counterparty_ref(seller.tenant_id, buyer), moment);
  RETURN QUERY SELECT NULL::text, public.object_key(seller.tenant_id, file.id), file.name, file.media_type, file.size, terms.price, terms.currency;
END $$;

-- How many buyers the bound tenant earned from in a period: a count, for who they are can't be read (SPEC M5).
CREATE FUNCTION crossing_buyers(beginning timestamptz, ending timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(DISTINCT e.buyer_ref) FROM public.earning e WHERE e.tenant_id = public.app_tenant() AND e.at >= beginning AND e.at < ending
$$;

-- The same for each dataset.
CREATE FUNCTION crossing_dataset_buyers(beginning timestamptz, ending timestamptz) RETURNS TABLE (dataset_id uuid, buyers bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT e.dataset_id, count(DISTINCT e.buyer_ref) FROM public.earning e
  WHERE e.tenant_id = public.app_tenant() AND e.at >= beginning AND e.at < ending GROUP BY e.dataset_id
$$;

REVOKE ALL ON FUNCTION crossing_offer(uuid), crossing_availability(uuid[]), crossing_entitled_objects(uuid, uuid, uuid, boolean, integer),
  crossing_entitled_object_count(uuid), crossing_retrieve(uuid, uuid, uuid, uuid, timestamptz), crossing_buyers(timestamptz, timestamptz),
  crossing_dataset_buyers(timestamptz, timestamptz) FROM PUBLIC;

-- ── Crossings: the books ────────────────────────────────────────────────────────────────────────────────────────────────

-- Whether a hash in a tenant's records stands for a tenant that is deleted: its side of them is gone, or going (SPEC S6).
CREATE FUNCTION is_buried(holder uuid, other bytea) RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp RETURN
  EXISTS (SELECT FROM public.tombstone b WHERE public.counterparty_ref(holder, b.tenant_id) = other);

-- What doesn't add up (SPEC M3), by the retrieval's id and what is wrong with it; sound books answer nothing. What one side lacks is forgiven where that side
-- was deleted, and nowhere else.
CREATE FUNCTION crossing_billing_faults() RETURNS TABLE (retrieval uuid, fault text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(c.id, e.id), CASE
      WHEN e.id IS NULL THEN 'earning_missing'
      WHEN c.id IS NULL THEN 'charge_missing'
      WHEN c.currency <> e.currency THEN 'currency'
      WHEN c.amount <> e.amount THEN 'amount'
      ELSE 'parties' END
  FROM public.charge c FULL JOIN public.earning e ON e.id = c.id
  WHERE CASE
      WHEN e.id IS NULL THEN NOT public.is_buried(c.tenant_id, c.provider_ref)
      WHEN c.id IS NULL THEN NOT public.is_buried(e.tenant_id, e.buyer_ref)
      ELSE (c.amount, c.currency) <> (e.amount, e.currency) OR c.provider_ref <> public.counterparty_ref(c.tenant_id, e.tenant_id)
        OR e.buyer_ref <> public.counterparty_ref(e.tenant_id, c.tenant_id) END
  UNION ALL
  SELECT coalesce(u.id, c.id), CASE WHEN u.id IS NULL THEN 'usage_missing' ELSE 'charge_missing' END
  FROM public.usage_record u FULL JOIN public.charge c ON c.tenant_id = u.tenant_id AND c.id = u.id
  WHERE (u.id IS NULL OR c.id IS NULL AND NOT EXISTS (SELECT FROM public.earning e WHERE e.id = u.id))
    AND NOT EXISTS (SELECT FROM public.tombstone b WHERE b.tenant_id = coalesce(u.tenant_id, c.tenant_id))
$$;

-- What was charged and earned in each currency, and by how many retrievals.
CREATE FUNCTION crossing_billing_totals() RETURNS TABLE (currency text, charges bigint, charged numeric, earnings bigint, earned numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(c.currency, e.currency), coalesce(c.many, 0), coalesce(c.amount, 0), coalesce(e.many, 0), coalesce(e.amount, 0)
  FROM (SELECT x.currency, count(*) AS many, sum(x.amount) AS amount FROM public.charge x GROUP BY x.currency) c
  FULL JOIN (SELECT x.currency, count(*) AS many, sum(x.amount) AS amount FROM public.earning x GROUP BY x.currency) e ON e.currency = c.currency
$$;

REVOKE ALL ON FUNCTION is_buried(uuid, bytea), crossing_billing_faults(), crossing_billing_totals() FROM PUBLIC;
