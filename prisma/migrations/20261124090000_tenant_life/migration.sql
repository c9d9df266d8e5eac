-- A tenant's life: invitations, ownership transfer, status, plan changes, idempotency keys, the audit log, and what a deletion leaves.

-- ── Status (SPEC S): the legal moves are held here, and a deletion never launders a suspension ─────────────────────────────

ALTER TABLE tenant
  ADD COLUMN status_before        text,
  ADD COLUMN status_reason_before text,
  ADD COLUMN deletion_due_at      timestamptz(3),
  ADD COLUMN next_plan_code       text,
  ADD COLUMN next_plan_due_at     timestamptz(3),
  ADD CONSTRAINT tenant_next_plan_code_fkey FOREIGN KEY (next_plan_code) REFERENCES plan (code) ON DELETE RESTRICT ON UPDATE CASCADE,
  ADD CONSTRAINT tenant_next_plan_check CHECK ((next_plan_code IS NULL) = (next_plan_due_at IS NULL) AND next_plan_code <> plan_code);

-- Tenants that were asked to go before there was a due date.
UPDATE tenant SET status_before = 'active', deletion_due_at = status_changed_at + interval '30 days' WHERE status = 'pending_deletion';

ALTER TABLE tenant ADD CONSTRAINT tenant_deletion_check CHECK (
  (status = 'pending_deletion') = (deletion_due_at IS NOT NULL) AND (status = 'pending_deletion') = (status_before IS NOT NULL)
  AND status_before IN ('active', 'suspended'));

-- What the status was before a deletion was asked for, and why, is kept and put back by the database alone, from the row as it was.
CREATE FUNCTION move_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NOT (OLD.status, NEW.status) IN (('active', 'suspended'), ('suspended', 'active'), ('active', 'pending_deletion'), ('suspended', 'pending_deletion'),
        ('pending_deletion', OLD.status_before), ('pending_deletion', 'deleted')) THEN
      RAISE EXCEPTION 'a tenant does not go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation', CONSTRAINT = 'tenant_status_moves';
    END IF;
    -- Only who writes tombstones deletes: not the gateway's role (bury_tenant).
    IF NEW.status = 'deleted' AND NOT EXISTS (SELECT FROM public.tombstone t WHERE t.tenant_id = NEW.tenant_id) THEN
      RAISE EXCEPTION 'a tenant is deleted by its burial' USING ERRCODE = 'check_violation', CONSTRAINT = 'tenant_deletion_is_a_burial';
    END IF;
    IF OLD.status = 'pending_deletion' AND NEW.status = OLD.status_before THEN
      NEW.status_reason := OLD.status_reason_before;
    END IF;
    NEW.status_before := CASE WHEN NEW.status = 'pending_deletion' THEN OLD.status END;
    NEW.status_reason_before := CASE WHEN NEW.status = 'pending_deletion' THEN OLD.status_reason END;
  ELSE
    NEW.status_before := CASE WHEN NEW.status = 'pending_deletion' THEN coalesce(NEW.status_before, 'active') END;
  END IF;
  NEW.deletion_due_at := CASE WHEN NEW.status = 'pending_deletion' THEN coalesce(NEW.deletion_due_at, NEW.status_changed_at + interval '30 days') END;
  RETURN NEW;
END $$;

CREATE TRIGGER tenant_status_moves BEFORE UPDATE OF status ON tenant
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION move_status();
CREATE TRIGGER tenant_status_starts BEFORE INSERT ON tenant FOR EACH ROW EXECUTE FUNCTION move_status();

-- ── Tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

-- An open invitation (SPEC R5). Accepted, declined, revoked and replaced ones are gone; the audit log knows of them.
CREATE TABLE invitation (
  tenant_id   uuid           NOT NULL DEFAULT app_tenant(),
  id          uuid           NOT NULL,
  email       text           NOT NULL,
  roles       text[],
  secret_hash bytea,
  inviter     text           NOT NULL,
  created_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at  timestamptz(3) NOT NULL,
  sent_at     timestamptz(3),
  CONSTRAINT invitation_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT invitation_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT invitation_email_check CHECK (email = lower(email) AND length(email) <= 254),
  CONSTRAINT invitation_secret_check CHECK (octet_length(secret_hash) = 32 AND (sent_at IS NULL OR secret_hash IS NOT NULL)),
  -- Nobody becomes an owner by invitation (SPEC R4).
  CONSTRAINT invitation_roles_check CHECK (
    roles IS NOT NULL AND cardinality(roles) >= 1 AND is_set(roles)
    AND roles <@ ARRAY['admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'])
);
CREATE UNIQUE INDEX invitation_tenant_id_email_key ON invitation (tenant_id, email);

-- The one transfer of ownership that is under way (SPEC O). It goes with either membership.
CREATE TABLE ownership_transfer (
  tenant_id          uuid           NOT NULL DEFAULT app_tenant(),
  from_membership_id uuid           NOT NULL,
  to_membership_id   uuid           NOT NULL,
  code_hash          bytea          NOT NULL,
  tries_left         integer        NOT NULL,
  created_at         timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at         timestamptz(3) NOT NULL,
  CONSTRAINT ownership_transfer_pkey PRIMARY KEY (tenant_id),
  CONSTRAINT ownership_transfer_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT ownership_transfer_tenant_id_from_membership_id_fkey FOREIGN KEY (tenant_id, from_membership_id)
    REFERENCES membership (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT ownership_transfer_tenant_id_to_membership_id_fkey FOREIGN KEY (tenant_id, to_membership_id)
    REFERENCES membership (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT ownership_transfer_check CHECK (from_membership_id <> to_membership_id AND tries_left > 0 AND octet_length(code_hash) = 32)
);

-- Whatever changes the tenant's status or the roles of either side voids a transfer (SPEC O2), whoever writes.
CREATE FUNCTION void_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'tenant' THEN
    DELETE FROM public.ownership_transfer WHERE tenant_id = NEW.tenant_id;
  ELSE
    DELETE FROM public.ownership_transfer WHERE tenant_id = NEW.tenant_id AND NEW.id IN (from_membership_id, to_membership_id);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER tenant_voids_transfer AFTER UPDATE OF status ON tenant
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION void_transfer();
CREATE TRIGGER membership_voids_transfer AFTER UPDATE OF roles ON membership
  FOR EACH ROW WHEN (OLD.roles IS DISTINCT FROM NEW.roles) EXECUTE FUNCTION void_transfer();

-- What a tenant on Enterprise agreed with sales (SPEC P2): limits of its own, null being no cap.
CREATE TABLE contract (
  tenant_id              uuid    NOT NULL DEFAULT app_tenant(),
  member_limit           integer,
  api_key_limit          integer,
  dataset_limit          integer,
  monthly_retrievals     integer,
  cost_points_per_minute integer,
  agreed_at              timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT contract_pkey PRIMARY KEY (tenant_id),
  CONSTRAINT contract_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT contract_limits_check CHECK (
    member_limit > 0 AND api_key_limit > 0 AND dataset_limit > 0 AND monthly_retrievals > 0 AND cost_points_per_minute > 0)
);

-- What a key did, and the answer to give again (SPEC G6). The answer is sealed with the key itself, of which only a hash is kept.
CREATE TABLE idempotency_key (
  tenant_id   uuid           NOT NULL DEFAULT app_tenant(),
  key_hash    bytea          NOT NULL,
  fingerprint bytea          NOT NULL,
  answer      bytea          NOT NULL,
  created_at  timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at  timestamptz(3) NOT NULL,
  CONSTRAINT idempotency_key_pkey PRIMARY KEY (tenant_id, key_hash),
  CONSTRAINT idempotency_key_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE RESTRICT ON UPDATE CASCADE
);

-- ── Audit (SPEC A): events of a tenant in one chain, each with the hash of the one before it ─────────────────────────────────

CREATE TABLE audit_event (
  tenant_id     uuid           NOT NULL DEFAULT app_tenant(),
  id            uuid           NOT NULL,
  seq           integer        NOT NULL,
  at            timestamptz(3) NOT NULL,
  actor_kind    text           NOT NULL,
  actor_id      text           NOT NULL,
  actor_name    text           NOT NULL,
  action        text           NOT NULL,
  outcome       text           NOT NULL,
  rule          text           NOT NULL,
  code          text,
  target_type   text,
  target_id     text,
  state_before  jsonb,
  state_after   jsonb,
  request_id    text           NOT NULL,
  previous_hash bytea          NOT NULL,
  hash          bytea          NOT NULL,
  CONSTRAINT audit_event_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT audit_event_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT audit_event_actor_kind_check CHECK (actor_kind IN ('user', 'api_key', 'staff', 'system')),
  CONSTRAINT audit_event_outcome_check CHECK (outcome IN ('done', 'refused') AND (outcome = 'refused') = (code IS NOT NULL)),
  CONSTRAINT audit_event_target_check CHECK ((target_type IS NULL) = (target_id IS NULL))
);
CREATE UNIQUE INDEX audit_event_tenant_id_seq_key ON audit_event (tenant_id, seq);
CREATE INDEX audit_event_tenant_id_action_seq_idx ON audit_event (tenant_id, action, seq);
CREATE INDEX audit_event_tenant_id_actor_id_seq_idx ON audit_event (tenant_id, actor_id, seq);
CREATE INDEX audit_event_tenant_id_at_idx ON audit_event (tenant_id, at);

-- The last link of each chain: what tells that its end was cut off. The gateway's role can't touch it.
CREATE TABLE audit_head (
  tenant_id uuid    NOT NULL,
  seq       integer NOT NULL,
  hash      bytea   NOT NULL,
  CONSTRAINT audit_head_pkey PRIMARY KEY (tenant_id),
  CONSTRAINT audit_head_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE RESTRICT ON UPDATE CASCADE
);

-- SHA-256 over the hash before, and every column in a notation that no setting of a session changes.
CREATE FUNCTION audit_hash(e audit_event) RETURNS bytea LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp RETURN
  sha256(e.previous_hash || convert_to(jsonb_build_array(e.tenant_id, e.id, e.seq, extract(epoch FROM e.at), e.actor_kind, e.actor_id, e.actor_name,
    e.action, e.outcome, e.rule, e.code, e.target_type, e.target_id, e.state_before::text, e.state_after::text, e.request_id)::text, 'UTF8'));

-- The hash that a tenant's first event follows.
CREATE FUNCTION audit_root(tenant uuid) RETURNS bytea LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp RETURN sha256(uuid_send(tenant));

-- Writers of one tenant's log wait here for each other, so that its links are in the order in which they commit.
CREATE FUNCTION chain_audit_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  head public.audit_head;
BEGIN
  INSERT INTO public.audit_head (tenant_id, seq, hash) VALUES (NEW.tenant_id, 0, public.audit_root(NEW.tenant_id)) ON CONFLICT DO NOTHING;
  SELECT * INTO head FROM public.audit_head h WHERE h.tenant_id = NEW.tenant_id FOR UPDATE;
  NEW.seq := head.seq + 1;
  NEW.previous_hash := head.hash;
  NEW.hash := public.audit_hash(NEW);
  UPDATE public.audit_head h SET seq = NEW.seq, hash = NEW.hash WHERE h.tenant_id = NEW.tenant_id;
  RETURN NEW;
END $$;

CREATE TRIGGER audit_event_is_chained BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION chain_audit_event();

-- ── What a deletion leaves (SPEC S4) ────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE tombstone (
  tenant_id             uuid           NOT NULL,
  status                text           NOT NULL DEFAULT 'deleted',
  created_at            timestamptz(3) NOT NULL,
  deletion_requested_at timestamptz(3) NOT NULL,
  deleted_at            timestamptz(3) NOT NULL,
  purged_at             timestamptz(3),
  CONSTRAINT tombstone_pkey PRIMARY KEY (tenant_id),
  CONSTRAINT tombstone_status_check CHECK (status = 'deleted')
);

CREATE TABLE purge_receipt (
  tenant_id  uuid    NOT NULL,
  table_name text    NOT NULL,
  row_count  integer NOT NULL,
  CONSTRAINT purge_receipt_pkey PRIMARY KEY (tenant_id, table_name),
  CONSTRAINT purge_receipt_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tombstone (tenant_id) ON DELETE RESTRICT ON UPDATE CASCADE
);

-- A tenant's id is never used again. Looked at after the insert, when the policy has refused an id that isn't the bound one: a deleted tenant's
-- and one that never was give the same answer (SPEC T4).
CREATE FUNCTION refuse_buried_id() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM public.tombstone t WHERE t.tenant_id = NEW.tenant_id) THEN
    RAISE EXCEPTION 'this id was a tenant that is deleted' USING ERRCODE = 'unique_violation', CONSTRAINT = 'tenant_id_is_new';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER tenant_id_is_new AFTER INSERT ON tenant FOR EACH ROW EXECUTE FUNCTION refuse_buried_id();

-- ── Row-level security ──────────────────────────────────────────────────────────────────────────────────────────────────

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['invitation', 'ownership_transfer', 'contract', 'idempotency_key', 'audit_event', 'audit_head', 'tombstone', 'purge_receipt'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY bound_tenant ON %I USING (tenant_id = (SELECT app_tenant())) WITH CHECK (tenant_id = (SELECT app_tenant()))', name);
  END LOOP;
END $$;

CREATE POLICY crossing ON invitation         FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY crossing ON ownership_transfer FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY crossing ON idempotency_key    FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY crossing ON audit_event        FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY crossing ON audit_head         FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY crossing ON tombstone          FOR SELECT TO CURRENT_USER USING (true);

-- ── The purge (SPEC S4): runs as the owner, for the audit log is append-only to everybody else, yet in the bound tenant alone ──

-- The tables that hold a tenant's rows, in the order in which they go: whatever refers to another comes first, the tenant itself last.
CREATE FUNCTION purge_order() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN ARRAY['idempotency_key', 'ownership_transfer', 'invitation', 'contract', 'audit_event', 'audit_head', 'membership', 'tenant'];

-- Buries the bound tenant, once its grace period is over: from here on it is nowhere to be seen, and its slug is free.
CREATE FUNCTION bury_tenant(moment timestamptz) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  due public.tenant;
BEGIN
  SELECT * INTO due FROM public.tenant t
    WHERE t.tenant_id = public.app_tenant() AND t.status = 'pending_deletion' AND t.deletion_due_at <= moment FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO public.tombstone (tenant_id, created_at, deletion_requested_at, deleted_at)
    VALUES (due.tenant_id, due.created_at, due.status_changed_at, moment);
  UPDATE public.tenant t SET status = 'deleted', status_changed_at = moment, status_reason = NULL WHERE t.tenant_id = due.tenant_id;
  RETURN true;
END $$;

-- Removes at most so many rows of one table of the bound, deleted tenant, and counts them in its receipt. Null when all is gone.
CREATE FUNCTION purge_rows(at_most integer, moment timestamptz) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  subject uuid := public.app_tenant();
  name text;
  removed integer;
BEGIN
  PERFORM FROM public.tombstone t WHERE t.tenant_id = subject AND t.purged_at IS NULL FOR UPDATE;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  FOREACH name IN ARRAY public.purge_order() LOOP
    EXECUTE format('DELETE FROM public.%1$I WHERE ctid = ANY (ARRAY(SELECT ctid FROM public.%1$I WHERE tenant_id = $1 LIMIT $2))', name)
      USING subject, at_most;
    GET DIAGNOSTICS removed = ROW_COUNT;
    INSERT INTO public.purge_receipt AS r (tenant_id, table_name, row_count) VALUES (subject, name, removed)
      ON CONFLICT (tenant_id, table_name) DO UPDATE SET row_count = r.row_count + EXCLUDED.row_count;
    IF removed > 0 THEN
      IF name = 'tenant' THEN
        UPDATE public.tombstone t SET purged_at = moment WHERE t.tenant_id = subject;
      END IF;
      RETURN name;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

-- ── Crossings (src/database/crossings.ts) ───────────────────────────────────────────────────────────────────────────────

-- The tenants in which something is due: ids alone, for the jobs to bind one after the other.
CREATE FUNCTION crossing_due_tenants(moment timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.tenant_id FROM public.tenant t WHERE t.status = 'pending_deletion' AND t.deletion_due_at <= moment
  UNION SELECT t.tenant_id FROM public.tombstone t WHERE t.purged_at IS NULL
  UNION SELECT t.tenant_id FROM public.tenant t WHERE t.next_plan_due_at <= moment AND t.status <> 'deleted'
  UNION SELECT i.tenant_id FROM public.invitation i JOIN public.tenant t USING (tenant_id)
    WHERE (i.expires_at <= moment OR i.sent_at IS NULL AND t.status = 'active') AND t.status <> 'deleted'
  UNION SELECT o.tenant_id FROM public.ownership_transfer o WHERE o.expires_at <= moment
  UNION SELECT k.tenant_id FROM public.idempotency_key k JOIN public.tenant t USING (tenant_id) WHERE k.expires_at <= moment AND t.status <> 'deleted'
$$;
CREATE INDEX tenant_due_idx ON tenant (deletion_due_at) WHERE deletion_due_at IS NOT NULL;
CREATE INDEX tenant_next_plan_due_idx ON tenant (next_plan_due_at) WHERE next_plan_due_at IS NOT NULL;
CREATE INDEX tombstone_unpurged_idx ON tombstone (deleted_at) WHERE purged_at IS NULL;
CREATE INDEX invitation_expires_at_tenant_id_idx ON invitation (expires_at, tenant_id);
CREATE INDEX invitation_unsent_idx ON invitation (tenant_id) WHERE sent_at IS NULL;
CREATE INDEX idempotency_key_expires_at_tenant_id_idx ON idempotency_key (expires_at, tenant_id);

-- Whether a tenant's log is gone, or going, with the tenant: it was buried, and nothing of it lives.
CREATE FUNCTION audit_is_buried(tenant uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp RETURN
  EXISTS (SELECT FROM public.tombstone b WHERE b.tenant_id = tenant)
  AND NOT EXISTS (SELECT FROM public.tenant t WHERE t.tenant_id = tenant AND t.status <> 'deleted');

-- The first broken link of each tenant's chain, by its place and what is wrong with it; a whole log answers nothing.
CREATE FUNCTION crossing_audit_breaks() RETURNS TABLE (tenant_id uuid, seq integer, fault text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH link AS (
    SELECT e.tenant_id, e.seq, e.previous_hash, e.hash, public.audit_hash(e) AS computed,
      coalesce(lag(e.seq) OVER chain, 0) + 1 AS due_seq, coalesce(lag(e.hash) OVER chain, public.audit_root(e.tenant_id)) AS due_hash
    FROM public.audit_event e WINDOW chain AS (PARTITION BY e.tenant_id ORDER BY e.seq)
  ), break AS (
    SELECT l.tenant_id, least(l.seq, l.due_seq) AS seq,
      CASE WHEN l.seq <> l.due_seq THEN 'missing' WHEN l.hash <> l.computed THEN 'changed' ELSE 'relinked' END AS fault
    FROM link l WHERE l.seq <> l.due_seq OR l.hash <> l.computed OR l.previous_hash <> l.due_hash
    UNION ALL
    SELECT coalesce(h.tenant_id, last.tenant_id), least(coalesce(last.seq, 0), coalesce(h.seq, 0)) + 1, 'cut'
    FROM public.audit_head h
    FULL JOIN (SELECT DISTINCT ON (e.tenant_id) e.tenant_id, e.seq, e.hash FROM public.audit_event e ORDER BY e.tenant_id, e.seq DESC) last
      ON last.tenant_id = h.tenant_id
    WHERE (last.seq, last.hash) IS DISTINCT FROM (h.seq, h.hash)
  ), first AS (
    SELECT DISTINCT ON (b.tenant_id) b.tenant_id, b.seq, b.fault FROM break b ORDER BY b.tenant_id, b.seq, b.fault
  )
  SELECT f.tenant_id, f.seq, f.fault FROM first f WHERE NOT public.audit_is_buried(f.tenant_id)
$$;

-- How many tenants' chains were looked at, and how many links they have.
CREATE FUNCTION crossing_audit_size() RETURNS TABLE (tenants bigint, events bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(DISTINCT e.tenant_id), count(*) FROM public.audit_event e
$$;

-- The last link of each chain, to be kept elsewhere: what a log that was written anew from some link on can't reproduce.
CREATE FUNCTION crossing_audit_heads() RETURNS TABLE (tenant_id uuid, seq integer, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT h.tenant_id, h.seq, h.hash FROM public.audit_head h WHERE NOT public.audit_is_buried(h.tenant_id)
$$;

-- Those of earlier heads that are no link of their chain any more.
CREATE FUNCTION crossing_audit_lost(tenants uuid[], seqs integer[], hashes bytea[]) RETURNS TABLE (tenant_id uuid, seq integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.tenant_id, k.seq FROM unnest(tenants, seqs, hashes) AS k (tenant_id, seq, hash)
  WHERE NOT EXISTS (SELECT FROM public.audit_event e WHERE e.tenant_id = k.tenant_id AND e.seq = k.seq AND e.hash = k.hash)
    AND NOT public.audit_is_buried(k.tenant_id)
$$;

REVOKE ALL ON FUNCTION chain_audit_event(), refuse_buried_id(), bury_tenant(timestamptz), purge_rows(integer, timestamptz),
  crossing_due_tenants(timestamptz), crossing_audit_breaks(), crossing_audit_size(), crossing_audit_heads(),
  crossing_audit_lost(uuid[], integer[], bytea[]) FROM PUBLIC;
