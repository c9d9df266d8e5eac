-- Erasing a person (SPEC R10). Their memberships end; in records that are kept, their name and address become a pseudonym. The audit log's hashes (form 2) have
-- salted digests in place of names and addresses, so that a chain still verifies after an erasure (docs/decisions/0045-erasure.md).

-- ── Tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

-- The people who were erased, or are being erased. What finds their traces is kept until it is done; then the id alone remains, with two dates.
CREATE TABLE erasure (
  person_id    uuid           NOT NULL,
  requested_at timestamptz(3) NOT NULL,
  finished_at  timestamptz(3),
  subject      text,
  address      text,
  addresses    text[],
  CONSTRAINT erasure_pkey PRIMARY KEY (person_id),
  CONSTRAINT erasure_finished_check CHECK (CASE WHEN finished_at IS NULL THEN subject IS NOT NULL AND addresses IS NOT NULL
    ELSE subject IS NULL AND address IS NULL AND addresses IS NULL END)
);
CREATE INDEX erasure_pending_idx ON erasure (person_id) WHERE finished_at IS NULL;

-- The people that a tenant's audit log names, and the salt of their digests. `subject` is actor:<id of the actor>, member:<id of a membership, which may have ended>
-- or address:<e-mail address>. The gateway's role can't read it. An erasure removes a person's rows.
CREATE TABLE audit_subject (
  tenant_id uuid  NOT NULL DEFAULT app_tenant(),
  subject   text  NOT NULL,
  person_id uuid,
  salt      bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()),
  CONSTRAINT audit_subject_pkey PRIMARY KEY (tenant_id, subject),
  CONSTRAINT audit_subject_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant (tenant_id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT audit_subject_salt_check CHECK (octet_length(salt) = 32)
);
CREATE INDEX audit_subject_person_id_tenant_id_idx ON audit_subject (person_id, tenant_id);
CREATE INDEX audit_subject_subject_tenant_id_idx ON audit_subject (subject, tenant_id);
CREATE TRIGGER audit_subject_tenant_id_is_immutable BEFORE UPDATE OF tenant_id ON audit_subject
  FOR EACH ROW WHEN (OLD.tenant_id IS DISTINCT FROM NEW.tenant_id) EXECUTE FUNCTION refuse_change('tenant_id');

ALTER TABLE erasure       ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure       FORCE  ROW LEVEL SECURITY;
ALTER TABLE audit_subject ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_subject FORCE  ROW LEVEL SECURITY;
CREATE POLICY bound_tenant ON audit_subject USING (tenant_id = (SELECT app_tenant())) WITH CHECK (tenant_id = (SELECT app_tenant()));
CREATE POLICY crossing ON audit_subject FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY crossing ON erasure       FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);
-- For the export of what is stored about a person.
CREATE POLICY crossing ON api_key       FOR SELECT TO CURRENT_USER USING (true);

-- `personal` has the digest of each name and address in the event, by its place: {"actor_name": "…", "before.email": "…"}.
-- PostgreSQL 15 doesn't change a table while a function's body uses its row type. It is made again below.
DROP FUNCTION audit_hash(audit_event);
ALTER TABLE audit_event
  ADD COLUMN form smallint NOT NULL DEFAULT 1,
  ADD COLUMN personal jsonb NOT NULL DEFAULT '{}',
  ADD CONSTRAINT audit_event_form_check CHECK (form IN (1, 2) AND jsonb_typeof(personal) = 'object');

CREATE OR REPLACE FUNCTION purge_order() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN ARRAY['api_key', 'retrieval_count', 'charge', 'usage_record', 'entitlement', 'earning', 'market_index', 'listing', 'data_object', 'stale_object',
    'dataset', 'idempotency_key', 'ownership_transfer', 'invitation', 'contract', 'notice', 'refusal_count', 'audit_event', 'audit_head', 'audit_subject',
    'membership', 'tenant'];

-- ── Pseudonyms: the same for one person in one tenant, another one in another tenant ────────────────────────────────────────

CREATE FUNCTION erased_name(person uuid, tenant uuid) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
  RETURN 'Erased person ' || left(encode(sha256(uuid_send(person) || uuid_send(tenant)), 'hex'), 12);
CREATE FUNCTION erased_address(person uuid, tenant uuid) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
  RETURN 'erased-' || left(encode(sha256(uuid_send(person) || uuid_send(tenant)), 'hex'), 12) || '@erased.invalid';
CREATE FUNCTION is_pseudonym(value text) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
  RETURN value ~ '^(Erased person [0-9a-f]{12}|erased-[0-9a-f]{12}@erased\.invalid)$';

CREATE FUNCTION as_uuid(value text) RETURNS uuid LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
  RETURN CASE WHEN value ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN value::uuid END;

-- ── Names and addresses in events ───────────────────────────────────────────────────────────────────────────────────────

-- The text at a place of an event.
CREATE FUNCTION audit_value(e audit_event, place text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
  RETURN CASE
    WHEN place = 'actor_name' THEN e.actor_name
    WHEN place = 'actor_id' THEN e.actor_id
    WHEN place LIKE 'before.%' THEN e.state_before ->> substr(place, 8)
    WHEN place LIKE 'after.%' THEN e.state_after ->> substr(place, 7) END;

-- Whose the text at a place is: audit_subject.subject.
CREATE FUNCTION audit_whose(e audit_event, place text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
  RETURN CASE
    WHEN place IN ('actor_name', 'actor_id') THEN 'actor:' || e.actor_id
    WHEN place = 'before.name' THEN 'member:' || coalesce(e.state_before ->> 'holder', e.target_id)
    WHEN place = 'after.name' THEN 'member:' || coalesce(e.state_after ->> 'holder', e.target_id)
    ELSE 'address:' || public.audit_value(e, place) END;

-- The places of an event that have a name or an address: an actor's name; the actor's id, unless it is a person's of ours; a member's name; an address.
CREATE FUNCTION audit_places(e audit_event) RETURNS SETOF text LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.place FROM unnest(ARRAY['actor_name', 'actor_id', 'before.name', 'before.email', 'before.billingEmail', 'after.name', 'after.email', 'after.billingEmail'])
    AS p (place)
  WHERE CASE
      WHEN p.place = 'actor_name' THEN e.actor_kind = 'user'
      WHEN p.place = 'actor_id' THEN e.actor_kind = 'user' AND NOT EXISTS (SELECT FROM public.person o WHERE o.id = public.as_uuid(e.actor_id))
        AND NOT EXISTS (SELECT FROM public.erasure x WHERE x.person_id = public.as_uuid(e.actor_id))
      WHEN p.place = 'before.name' THEN e.target_type = 'Membership' OR e.state_before ? 'holder'
      WHEN p.place = 'after.name' THEN e.target_type = 'Membership' OR e.state_after ? 'holder'
      ELSE true END
    AND public.audit_value(e, p.place) IS NOT NULL AND NOT public.is_pseudonym(public.audit_value(e, p.place))
$$;

CREATE FUNCTION audit_digest(salt bytea, event uuid, place text, value text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
  RETURN encode(sha256(salt || uuid_send(event) || convert_to(jsonb_build_array(place, value)::text, 'UTF8')), 'hex');

-- The digests of an event's names and addresses, whose salts exist.
CREATE FUNCTION audit_digests(e audit_event) RETURNS jsonb LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(jsonb_object_agg(p.place, public.audit_digest(s.salt, e.id, p.place, public.audit_value(e, p.place))), '{}')
  FROM public.audit_places(e) AS p (place)
  JOIN public.audit_subject s ON s.tenant_id = e.tenant_id AND s.subject = public.audit_whose(e, p.place)
$$;

-- Whether each name and address in an event is what was digested, or the pseudonym of an erased person.
CREATE FUNCTION audit_is_personal_intact(e audit_event) RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp RETURN NOT EXISTS (
  SELECT FROM jsonb_each_text(e.personal) AS p (place, digest)
  LEFT JOIN public.audit_subject s ON s.tenant_id = e.tenant_id AND s.subject = public.audit_whose(e, p.place)
  WHERE public.is_pseudonym(public.audit_value(e, p.place)) IS NOT TRUE
    AND public.audit_digest(s.salt, e.id, p.place, public.audit_value(e, p.place)) IS DISTINCT FROM p.digest);

-- The part of a state that isn't personal.
CREATE FUNCTION audit_plain(state jsonb, side text, personal jsonb) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
  RETURN CASE jsonb_typeof(state) WHEN 'object' THEN
    state - ARRAY(SELECT substr(key, length(side) + 2) FROM jsonb_object_keys(personal) AS p (key) WHERE key LIKE side || '.%') ELSE state END::text;

-- SHA-256 over the hash before, and every column in a notation that no setting of a session changes. Form 1 has the names and addresses themselves.
CREATE FUNCTION audit_hash(e audit_event) RETURNS bytea LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp RETURN
  sha256(e.previous_hash || convert_to(CASE e.form
    WHEN 1 THEN jsonb_build_array(e.tenant_id, e.id, e.seq, extract(epoch FROM e.at), e.actor_kind, e.actor_id, e.actor_name,
      e.action, e.outcome, e.rule, e.code, e.target_type, e.target_id, e.state_before::text, e.state_after::text, e.request_id)
    ELSE jsonb_build_array(e.form, e.tenant_id, e.id, e.seq, extract(epoch FROM e.at), e.actor_kind,
      CASE WHEN e.personal ? 'actor_id' THEN NULL ELSE e.actor_id END, CASE WHEN e.personal ? 'actor_name' THEN NULL ELSE e.actor_name END,
      e.action, e.outcome, e.rule, e.code, e.target_type, e.target_id, public.audit_plain(e.state_before, 'before', e.personal),
      public.audit_plain(e.state_after, 'after', e.personal), e.request_id, e.personal) END::text, 'UTF8'));

-- The salts of the people that an event names, made where there are none yet.
CREATE FUNCTION audit_salt(e audit_event) RETURNS void LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO public.audit_subject (tenant_id, subject, person_id)
    SELECT DISTINCT ON (public.audit_whose(e, p.place)) e.tenant_id, public.audit_whose(e, p.place),
      CASE WHEN p.place = 'actor_name' THEN (SELECT o.id FROM public.person o WHERE o.id = public.as_uuid(e.actor_id)) END
    FROM public.audit_places(e) AS p (place) ORDER BY public.audit_whose(e, p.place), p.place DESC
    ON CONFLICT DO NOTHING
$$;

-- Writers of one tenant's log wait here for each other, so that its links are in the order in which they commit. An erased person whose request was still on its
-- way is named by the pseudonym.
CREATE OR REPLACE FUNCTION chain_audit_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  head public.audit_head;
BEGIN
  INSERT INTO public.audit_head (tenant_id, seq, hash) VALUES (NEW.tenant_id, 0, public.audit_root(NEW.tenant_id)) ON CONFLICT DO NOTHING;
  SELECT * INTO head FROM public.audit_head h WHERE h.tenant_id = NEW.tenant_id FOR UPDATE;
  NEW.seq := head.seq + 1;
  NEW.previous_hash := head.hash;
  NEW.form := 2;
  IF NEW.actor_kind = 'user' AND EXISTS (SELECT FROM public.erasure x WHERE x.person_id = public.as_uuid(NEW.actor_id)) THEN
    NEW.actor_name := public.erased_name(NEW.actor_id::uuid, NEW.tenant_id);
  END IF;
  PERFORM public.audit_salt(NEW);
  NEW.personal := public.audit_digests(NEW);
  NEW.hash := public.audit_hash(NEW);
  UPDATE public.audit_head h SET seq = NEW.seq, hash = NEW.hash WHERE h.tenant_id = NEW.tenant_id;
  RETURN NEW;
END $$;

-- The same for refusals that are counted.
CREATE FUNCTION name_refused() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.actor_kind = 'user' AND EXISTS (SELECT FROM public.erasure x WHERE x.person_id = public.as_uuid(NEW.actor_id)) THEN
    NEW.actor_name := public.erased_name(NEW.actor_id::uuid, NEW.tenant_id);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refusal_count_is_named BEFORE INSERT ON refusal_count FOR EACH ROW EXECUTE FUNCTION name_refused();

-- Which membership is whose, also after it ended: the log names members by their memberships.
CREATE FUNCTION note_member() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.audit_subject (tenant_id, subject, person_id) VALUES (NEW.tenant_id, 'member:' || NEW.id, NEW.person_id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER membership_is_noted AFTER INSERT ON membership FOR EACH ROW EXECUTE FUNCTION note_member();

-- Nobody becomes an owner while they are being erased: the person's row is held meanwhile, as by the erasure.
CREATE FUNCTION refuse_erased_owner() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM FROM public.person p WHERE p.id = NEW.person_id FOR KEY SHARE;
  IF EXISTS (SELECT FROM public.erasure x WHERE x.person_id = NEW.person_id) THEN
    RAISE EXCEPTION 'an erased person owns no tenant' USING ERRCODE = 'check_violation', CONSTRAINT = 'owner_is_not_erased';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER owner_is_not_erased BEFORE INSERT OR UPDATE OF roles ON membership
  FOR EACH ROW WHEN ('owner' = ANY (NEW.roles)) EXECUTE FUNCTION refuse_erased_owner();

-- ── Verification ────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE OR REPLACE FUNCTION crossing_audit_breaks() RETURNS TABLE (tenant_id uuid, seq integer, fault text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH link AS (
    SELECT e.tenant_id, e.seq, e.previous_hash, public.audit_hash(e) = e.hash AND public.audit_is_personal_intact(e) AS intact,
      coalesce(lag(e.seq) OVER chain, 0) + 1 AS due_seq, coalesce(lag(e.hash) OVER chain, public.audit_root(e.tenant_id)) AS due_hash
    FROM public.audit_event e WINDOW chain AS (PARTITION BY e.tenant_id ORDER BY e.seq)
  ), break AS (
    SELECT l.tenant_id, least(l.seq, l.due_seq) AS seq,
      CASE WHEN l.seq <> l.due_seq THEN 'missing' WHEN NOT l.intact THEN 'changed' ELSE 'relinked' END AS fault
    FROM link l WHERE l.seq <> l.due_seq OR NOT l.intact OR l.previous_hash <> l.due_hash
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

-- The hash that a link had in form 1, from the log as it is now: the same as then, unless an event up to it was changed, or names an erased person.
CREATE FUNCTION audit_former_hash(tenant uuid, last integer) RETURNS bytea LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  e public.audit_event;
  before bytea := public.audit_root(tenant);
BEGIN
  FOR e IN SELECT * FROM public.audit_event x WHERE x.tenant_id = tenant AND x.seq <= last ORDER BY x.seq LOOP
    e.form := 1;
    e.previous_hash := before;
    before := public.audit_hash(e);
  END LOOP;
  RETURN before;
END $$;

CREATE OR REPLACE FUNCTION crossing_audit_lost(tenants uuid[], seqs integer[], hashes bytea[]) RETURNS TABLE (tenant_id uuid, seq integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.tenant_id, k.seq FROM unnest(tenants, seqs, hashes) AS k (tenant_id, seq, hash)
  WHERE NOT EXISTS (SELECT FROM public.audit_event e WHERE e.tenant_id = k.tenant_id AND e.seq = k.seq AND e.hash = k.hash)
    AND public.audit_former_hash(k.tenant_id, k.seq) <> k.hash
    AND NOT public.audit_is_buried(k.tenant_id)
$$;

-- ── Whose a subject is ──────────────────────────────────────────────────────────────────────────────────────────────────

-- The addresses that a person's traces have: the verified one, and those at which they accepted an invitation.
CREATE FUNCTION person_addresses(person uuid, identity text, address text) RETURNS text[] LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT a.address), '{}') FROM (
    SELECT address WHERE address IS NOT NULL
    UNION ALL SELECT e.state_after ->> 'email'
    FROM public.audit_subject s JOIN public.audit_event e ON e.tenant_id = s.tenant_id AND e.actor_id = substr(s.subject, 7)
    WHERE s.subject IN ('actor:' || person, 'actor:' || identity) AND e.actor_kind = 'user' AND e.action = 'invitation.accept' AND e.outcome = 'done'
  ) AS a (address) WHERE a.address IS NOT NULL
$$;

-- The subjects by which the audit logs name a person.
CREATE FUNCTION person_subjects(person uuid, identity text, addresses text[]) RETURNS TABLE (tenant_id uuid, subject text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT s.tenant_id, s.subject FROM public.audit_subject s WHERE s.person_id = person
  UNION SELECT s.tenant_id, s.subject FROM public.audit_subject s
    WHERE s.subject = ANY (ARRAY['actor:' || person, 'actor:' || identity] || ARRAY(SELECT 'address:' || a FROM unnest(addresses) AS a))
$$;

-- The tenants in which something names a person who is being erased.
CREATE FUNCTION erasure_tenants(x erasure) RETURNS SETOF uuid LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT s.tenant_id FROM public.person_subjects(x.person_id, x.subject, x.addresses) s
  UNION SELECT m.tenant_id FROM public.membership m WHERE m.person_id = x.person_id
  UNION SELECT i.tenant_id FROM public.invitation i WHERE i.email = x.address
  UNION SELECT t.tenant_id FROM public.tenant t WHERE t.billing_email = x.address
  UNION SELECT r.tenant_id FROM public.refusal_count r
    WHERE r.actor_kind = 'user' AND r.actor_id IN (x.person_id::text, x.subject) AND NOT public.is_pseudonym(r.actor_name)
  UNION SELECT n.tenant_id FROM public.notice n WHERE n.email = x.address
$$;
CREATE INDEX invitation_email_tenant_id_idx ON invitation (email, tenant_id);
CREATE INDEX tenant_billing_email_idx ON tenant (billing_email) WHERE billing_email IS NOT NULL;

-- ── Crossings (src/database/queries/crossings.ts) ───────────────────────────────────────────────────────────────────────

-- Starts to erase the person of a verified token: from here on nobody signs in as them. Answers the tenants that they own, in which case nothing was done; else
-- those in which something names them. Neither a person nor traces: nothing.
CREATE FUNCTION crossing_begin_erasure(candidate uuid, issuer text, identity text, verified text, moment timestamptz)
RETURNS TABLE (tenant_id uuid, slug text, owned boolean) LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  found_person uuid;
  started public.erasure;
BEGIN
  SELECT p.id INTO found_person FROM public.person p WHERE p.issuer = crossing_begin_erasure.issuer AND p.subject = identity FOR UPDATE;
  RETURN QUERY SELECT t.tenant_id, t.slug, true FROM public.membership m JOIN public.tenant t ON t.tenant_id = m.tenant_id
    WHERE m.person_id = found_person AND 'owner' = ANY (m.roles) AND t.status <> 'deleted' ORDER BY t.slug;
  IF FOUND THEN
    RETURN;
  END IF;
  started.person_id := coalesce(found_person, candidate);
  started.requested_at := moment;
  started.subject := identity;
  started.address := coalesce(verified, (SELECT p.email FROM public.person p WHERE p.id = found_person AND p.email_verified));
  started.addresses := public.person_addresses(started.person_id, identity, started.address);
  IF found_person IS NULL AND NOT EXISTS (SELECT FROM public.erasure_tenants(started)) THEN
    RETURN;
  END IF;
  INSERT INTO public.erasure SELECT started.*;
  UPDATE public.person p SET issuer = 'erased', subject = p.id::text, name = 'Erased person', email = NULL, email_verified = false WHERE p.id = found_person;
  RETURN QUERY SELECT t.id, NULL::text, false FROM public.erasure_tenants(started) AS t (id);
END $$;

-- The tenants in which something names a person who is being erased: ids alone, for the jobs to bind one after the other.
CREATE FUNCTION crossing_erasing_tenants() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT t.id FROM public.erasure x CROSS JOIN LATERAL public.erasure_tenants(x) AS t (id) WHERE x.finished_at IS NULL
$$;

-- The people who are being erased and whom something in the bound tenant names; their pseudonyms, address, and memberships, ended ones too.
CREATE FUNCTION crossing_erasures() RETURNS TABLE (person_id uuid, name text, alias text, address text, memberships uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT x.person_id, public.erased_name(x.person_id, public.app_tenant()), public.erased_address(x.person_id, public.app_tenant()), x.address,
    ARRAY(SELECT substr(s.subject, 8)::uuid FROM public.audit_subject s
      WHERE s.tenant_id = public.app_tenant() AND s.person_id = x.person_id AND s.subject LIKE 'member:%')
  FROM public.erasure x
  WHERE x.finished_at IS NULL AND EXISTS (SELECT FROM public.erasure_tenants(x) AS t (id) WHERE t.id = public.app_tenant()) ORDER BY x.person_id
$$;

-- A state with pseudonyms at some places.
CREATE FUNCTION audit_erased_state(state jsonb, side text, pseudonyms jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp RETURN
  state || coalesce((SELECT jsonb_object_agg(substr(p.place, length(side) + 2), p.value) FROM jsonb_each(pseudonyms) AS p (place, value)
    WHERE p.place LIKE side || '.%'), '{}');

-- Puts pseudonyms for the people who are being erased into the next events of the bound tenant's log. Answers the last one's number, or null after the last page.
CREATE FUNCTION erase_in_events(after integer, at_most integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  last integer;
BEGIN
  SELECT max(p.seq) INTO last FROM (
    SELECT e.seq FROM public.audit_event e WHERE e.tenant_id = public.app_tenant() AND e.seq > after ORDER BY e.seq LIMIT at_most) AS p;
  WITH named AS (
    SELECT s.subject, min(x.person_id::text)::uuid AS person_id
    FROM public.erasure x CROSS JOIN LATERAL public.person_subjects(x.person_id, x.subject, x.addresses) s
    WHERE x.finished_at IS NULL AND s.tenant_id = public.app_tenant() GROUP BY s.subject
  ), pseudonyms AS (
    SELECT e.id, jsonb_object_agg(p.place, CASE WHEN p.place LIKE '%_name' OR p.place LIKE '%.name' THEN public.erased_name(n.person_id, e.tenant_id)
      ELSE public.erased_address(n.person_id, e.tenant_id) END) AS by_place
    FROM public.audit_event e
    CROSS JOIN LATERAL (SELECT jsonb_object_keys(e.personal) UNION SELECT public.audit_places(e) WHERE e.form = 1) AS p (place)
    JOIN named n ON n.subject = public.audit_whose(e, p.place)
    WHERE e.tenant_id = public.app_tenant() AND e.seq > after AND e.seq <= last GROUP BY e.id
  )
  UPDATE public.audit_event e SET
    actor_name = coalesce(p.by_place ->> 'actor_name', e.actor_name), actor_id = coalesce(p.by_place ->> 'actor_id', e.actor_id),
    state_before = public.audit_erased_state(e.state_before, 'before', p.by_place), state_after = public.audit_erased_state(e.state_after, 'after', p.by_place)
  FROM pseudonyms p WHERE e.tenant_id = public.app_tenant() AND e.id = p.id;
  RETURN last;
END $$;

-- Does the same for refusals that are counted (those from before we knew the person are no longer counted), and for the events after a number, while no event
-- is added. It removes the salts of the people who are being erased: nobody can tell any more whose the digests were.
CREATE FUNCTION forget_erased(after integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM public.notice n USING public.erasure x WHERE x.finished_at IS NULL AND n.tenant_id = public.app_tenant() AND n.email = x.address;
  DELETE FROM public.refusal_count r USING public.erasure x
    WHERE x.finished_at IS NULL AND r.tenant_id = public.app_tenant() AND r.actor_kind = 'user' AND r.actor_id = x.subject;
  UPDATE public.refusal_count r SET actor_name = public.erased_name(x.person_id, r.tenant_id) FROM public.erasure x
    WHERE x.finished_at IS NULL AND r.tenant_id = public.app_tenant() AND r.actor_kind = 'user' AND r.actor_id = x.person_id::text;
  PERFORM FROM public.audit_head h WHERE h.tenant_id = public.app_tenant() FOR UPDATE;
  PERFORM public.erase_in_events(after, 2147483647);
  DELETE FROM public.audit_subject s USING public.erasure x, LATERAL public.person_subjects(x.person_id, x.subject, x.addresses) n
    WHERE x.finished_at IS NULL AND s.tenant_id = public.app_tenant() AND n.tenant_id = s.tenant_id AND n.subject = s.subject;
END $$;

-- Ends the erasures of the people whom nothing names any more: their rows go, and what found their traces.
CREATE FUNCTION crossing_finish_erasures(moment timestamptz) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH finished AS (
    UPDATE public.erasure x SET finished_at = moment, subject = NULL, address = NULL, addresses = NULL
    WHERE x.finished_at IS NULL AND NOT EXISTS (SELECT FROM public.erasure_tenants(x)) RETURNING x.person_id
  )
  DELETE FROM public.person p USING finished f WHERE p.id = f.person_id
$$;

-- What is stored about the person of a verified token (SPEC R10), beside the audit logs.
CREATE FUNCTION crossing_person_data(issuer text, identity text, verified text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH me AS (SELECT p.* FROM public.person p WHERE p.issuer = crossing_person_data.issuer AND p.subject = identity)
  SELECT jsonb_build_object(
    'person', (SELECT jsonb_build_object('id', p.id, 'issuer', p.issuer, 'subject', p.subject, 'name', p.name, 'email', p.email,
        'emailVerified', p.email_verified, 'createdAt', p.created_at) FROM me p),
    'memberships', (SELECT coalesce(jsonb_agg(jsonb_build_object('tenantId', m.tenant_id, 'tenant', t.name, 'membershipId', m.id, 'roles', m.roles,
        'joinedAt', m.created_at) ORDER BY m.created_at, m.id), '[]')
      FROM me p JOIN public.membership m ON m.person_id = p.id JOIN public.tenant t ON t.tenant_id = m.tenant_id WHERE t.status <> 'deleted'),
    'invitations', (SELECT coalesce(jsonb_agg(jsonb_build_object('tenantId', i.tenant_id, 'invitationId', i.id, 'email', i.email, 'roles', i.roles,
        'createdAt', i.created_at, 'expiresAt', i.expires_at) ORDER BY i.created_at, i.id), '[]') FROM public.invitation i WHERE i.email = verified),
    'apiKeys', (SELECT coalesce(jsonb_agg(jsonb_build_object('tenantId', k.tenant_id, 'apiKeyId', k.id, 'name', k.name, 'holderName', k.holder_name,
        'createdAt', k.created_at) ORDER BY k.created_at, k.id), '[]')
      FROM me p JOIN public.audit_subject s ON s.person_id = p.id AND s.subject LIKE 'member:%'
      JOIN public.api_key k ON k.tenant_id = s.tenant_id AND k.holder_id = substr(s.subject, 8)::uuid))
$$;

-- The next of the events that name the person of a verified token, with what they say of that person and nothing of anybody else.
CREATE FUNCTION crossing_person_events(issuer text, identity text, verified text, after_tenant uuid, after_seq integer, at_most integer)
RETURNS TABLE (tenant_id uuid, seq integer, event jsonb) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH me AS (SELECT (SELECT p.id FROM public.person p WHERE p.issuer = crossing_person_events.issuer AND p.subject = identity) AS id),
  named AS MATERIALIZED (SELECT s.* FROM me, public.person_subjects(me.id, identity, public.person_addresses(me.id, identity, verified)) s)
  SELECT e.tenant_id, e.seq, jsonb_build_object('tenantId', e.tenant_id, 'sequence', e.seq, 'at', e.at, 'action', e.action, 'outcome', e.outcome,
    'requestId', e.request_id, 'stored', said.by_place)
  FROM public.audit_event e
  CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(p.place, public.audit_value(e, p.place)) AS by_place FROM jsonb_object_keys(e.personal) AS p (place)
    WHERE EXISTS (SELECT FROM named n WHERE n.tenant_id = e.tenant_id AND n.subject = public.audit_whose(e, p.place))) said
  WHERE e.tenant_id IN (SELECT n.tenant_id FROM named n) AND (e.tenant_id, e.seq) > (after_tenant, after_seq) AND said.by_place IS NOT NULL
  ORDER BY e.tenant_id, e.seq LIMIT at_most
$$;

REVOKE ALL ON FUNCTION chain_audit_event(), name_refused(), note_member(), refuse_erased_owner(), crossing_begin_erasure(uuid, text, text, text, timestamptz),
  crossing_erasing_tenants(), crossing_erasures(), erase_in_events(integer, integer), forget_erased(integer), crossing_finish_erasures(timestamptz),
  crossing_person_data(text, text, text), crossing_person_events(text, text, text, uuid, integer, integer),
  person_addresses(uuid, text, text), person_subjects(uuid, text, text[]), erasure_tenants(erasure), audit_salt(audit_event) FROM PUBLIC;

-- ── What is there already ───────────────────────────────────────────────────────────────────────────────────────────────

-- Whose the memberships are: those that there are, and ended ones as far as the log says so: by what members did with their own, and by the keys they created.
INSERT INTO audit_subject (tenant_id, subject, person_id) SELECT m.tenant_id, 'member:' || m.id, m.person_id FROM membership m;
INSERT INTO audit_subject (tenant_id, subject, person_id)
  SELECT DISTINCT ON (e.tenant_id, e.target_id) e.tenant_id, 'member:' || e.target_id, p.id
  FROM audit_event e JOIN person p ON p.id = as_uuid(e.actor_id) OR p.subject = e.actor_id
  WHERE e.actor_kind = 'user' AND e.outcome = 'done' AND e.action IN ('invitation.accept', 'member.leave', 'member.drop_roles') AND as_uuid(e.target_id) IS NOT NULL
  ON CONFLICT DO NOTHING;
INSERT INTO audit_subject (tenant_id, subject, person_id)
  SELECT DISTINCT ON (k.tenant_id, k.holder_id) k.tenant_id, 'member:' || k.holder_id, p.id
  FROM api_key k JOIN audit_event e ON e.tenant_id = k.tenant_id AND e.action = 'api_key.create' AND e.outcome = 'done' AND e.target_id = k.id::text
    JOIN person p ON p.id = as_uuid(e.actor_id)
  WHERE NOT EXISTS (SELECT FROM audit_event h WHERE h.tenant_id = k.tenant_id AND h.action = 'api_key.hand_over' AND h.outcome = 'done' AND h.target_id = k.id::text)
  ON CONFLICT DO NOTHING;

-- Chains that verify get hashes of form 2. A broken one stays as it is, and is reported as before.
DO $$
DECLARE
  tenant uuid;
  e audit_event;
  before bytea;
BEGIN
  FOR tenant IN SELECT h.tenant_id FROM audit_head h
      WHERE NOT audit_is_buried(h.tenant_id) AND h.tenant_id NOT IN (SELECT b.tenant_id FROM crossing_audit_breaks() b) LOOP
    PERFORM set_config('app.tenant_id', tenant::text, true);
    before := audit_root(tenant);
    FOR e IN SELECT * FROM audit_event x WHERE x.tenant_id = tenant ORDER BY x.seq LOOP
      PERFORM audit_salt(e);
      e.form := 2;
      e.personal := audit_digests(e);
      e.previous_hash := before;
      before := audit_hash(e);
      UPDATE audit_event x SET form = e.form, personal = e.personal, previous_hash = e.previous_hash, hash = before
        WHERE x.tenant_id = tenant AND x.id = e.id;
    END LOOP;
    UPDATE audit_head h SET hash = before WHERE h.tenant_id = tenant;
  END LOOP;
  PERFORM set_config('app.tenant_id', '', true);
END $$;
