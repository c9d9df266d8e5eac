-- The provider's earning and the buyer's charge of a retrieval had one id and one time, so that either, once disclosed, told who bought (SPEC M5,
-- docs/decisions/0034-unlinked-earnings.md). The earning now has an id of its own and the hour of the retrieval. A hash links the two for
-- `billing:verify`; the gateway's role can't read it.

-- A new id, in the order of the hours and random within one.
CREATE FUNCTION hour_id(moment timestamptz) RETURNS uuid LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp RETURN
  (lpad(to_hex((extract(epoch FROM date_trunc('hour', moment, 'UTC')) * 1000)::bigint), 12, '0')
    || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid;

CREATE FUNCTION retrieval_ref(retrieval uuid) RETURNS bytea LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
  RETURN sha256(uuid_send(retrieval));

ALTER TABLE earning ADD COLUMN retrieval_ref bytea;
ALTER TABLE earning NO FORCE ROW LEVEL SECURITY;
UPDATE earning SET retrieval_ref = retrieval_ref(id), id = hour_id(at), at = date_trunc('hour', at, 'UTC');
ALTER TABLE earning FORCE ROW LEVEL SECURITY;
ALTER TABLE earning ALTER COLUMN retrieval_ref SET NOT NULL;
ALTER TABLE earning ADD CONSTRAINT earning_retrieval_ref_check CHECK (octet_length(retrieval_ref) = 32);
-- A retrieval is earned once.
CREATE UNIQUE INDEX earning_tenant_id_retrieval_ref_key ON earning (tenant_id, retrieval_ref);

-- For a new link to what was retrieved. Null for earlier retrievals.
ALTER TABLE usage_record ADD COLUMN media_type text;

-- It returns the checksum as well, so that a program can check what it downloads (SPEC M1).
DROP FUNCTION crossing_retrieve(uuid, uuid, uuid, uuid, timestamptz);
CREATE FUNCTION crossing_retrieve(retrieval uuid, entitled uuid, wanted uuid, api_key uuid, moment timestamptz)
RETURNS TABLE (refused text, object_key text, name text, media_type text, size bigint, sha256 text, price numeric, currency text)
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
    RETURN QUERY SELECT 'NOT_FOUND', NULL, NULL, NULL, NULL::bigint, NULL, NULL::numeric, NULL;
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
      NULL, NULL, NULL, NULL::bigint, NULL, NULL::numeric, NULL;
    RETURN;
  END IF;
  IF file.id IS NULL THEN
    RETURN QUERY SELECT 'NOT_FOUND', NULL, NULL, NULL, NULL::bigint, NULL, NULL::numeric, NULL;
    RETURN;
  END IF;
  INSERT INTO public.usage_record (tenant_id, id, entitlement_id, api_key_id, object_id, object_name, media_type, size, at)
    VALUES (buyer, retrieval, entitled, api_key, file.id, file.name, file.media_type, file.size, moment);
  INSERT INTO public.charge (tenant_id, id, amount, currency, title, provider, provider_ref, at)
    VALUES (buyer, retrieval, terms.price, terms.currency, terms.title, terms.provider, public.counterparty_ref(buyer, seller.tenant_id), moment);
  INSERT INTO public.earning (tenant_id, id, retrieval_ref, dataset_id, amount, currency, title, buyer_ref, at)
    VALUES (seller.tenant_id, public.hour_id(moment), public.retrieval_ref(retrieval), offer.dataset_id, terms.price, terms.currency, offer.title,
      public.counterparty_ref(seller.tenant_id, buyer), date_trunc('hour', moment, 'UTC'));
  RETURN QUERY SELECT NULL::text, public.object_key(seller.tenant_id, file.id), file.name, file.media_type, file.size, encode(file.sha256, 'hex'), terms.price,
    terms.currency;
END $$;

-- What a retrieval of the bound tenant's was of, for a new link, or the code of why there is none: its provider is available, and the bytes are still in
-- the store, which has them for a day after an object was removed. When it was retrieved, for the caller to compare.
CREATE FUNCTION crossing_retrieved(retrieval uuid)
RETURNS TABLE (refused text, object_key text, name text, media_type text, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE
      WHEN public.provider_state(t.status, t.sells) <> 'available' THEN upper(public.provider_state(t.status, t.sells))
      WHEN o.id IS NULL AND s.id IS NULL THEN 'NOT_FOUND' END,
    public.object_key(t.tenant_id, u.object_id), u.object_name, coalesce(u.media_type, o.media_type, 'application/octet-stream'), u.at
  FROM public.usage_record u JOIN public.entitlement e ON e.tenant_id = u.tenant_id AND e.id = u.entitlement_id
    LEFT JOIN public.listing l ON l.id = e.listing_id LEFT JOIN public.tenant t ON t.tenant_id = l.tenant_id
    LEFT JOIN public.data_object o ON o.tenant_id = l.tenant_id AND o.id = u.object_id
    LEFT JOIN public.stale_object s ON s.tenant_id = l.tenant_id AND s.id = u.object_id
  WHERE u.tenant_id = public.app_tenant() AND u.id = retrieval
$$;

-- A missing charge is named by its usage record, and by the earning only if that is missing, too.
CREATE OR REPLACE FUNCTION crossing_billing_faults() RETURNS TABLE (retrieval uuid, fault text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(c.id, (SELECT u.id FROM public.usage_record u WHERE public.retrieval_ref(u.id) = e.retrieval_ref), e.id), CASE
      WHEN e.id IS NULL THEN 'earning_missing'
      WHEN c.id IS NULL THEN 'charge_missing'
      WHEN c.currency <> e.currency THEN 'currency'
      WHEN c.amount <> e.amount THEN 'amount'
      ELSE 'parties' END
  FROM public.charge c FULL JOIN public.earning e ON e.retrieval_ref = public.retrieval_ref(c.id)
  WHERE CASE
      WHEN e.id IS NULL THEN NOT public.is_buried(c.tenant_id, c.provider_ref)
      WHEN c.id IS NULL THEN NOT public.is_buried(e.tenant_id, e.buyer_ref)
      ELSE (c.amount, c.currency) <> (e.amount, e.currency) OR c.provider_ref <> public.counterparty_ref(c.tenant_id, e.tenant_id)
        OR e.buyer_ref <> public.counterparty_ref(e.tenant_id, c.tenant_id) END
  UNION ALL
  SELECT coalesce(u.id, c.id), CASE WHEN u.id IS NULL THEN 'usage_missing' ELSE 'charge_missing' END
  FROM public.usage_record u FULL JOIN public.charge c ON c.tenant_id = u.tenant_id AND c.id = u.id
  WHERE (u.id IS NULL OR c.id IS NULL AND NOT EXISTS (SELECT FROM public.earning e WHERE e.retrieval_ref = public.retrieval_ref(u.id)))
    AND NOT EXISTS (SELECT FROM public.tombstone b WHERE b.tenant_id = coalesce(u.tenant_id, c.tenant_id))
$$;

REVOKE ALL ON FUNCTION crossing_retrieve(uuid, uuid, uuid, uuid, timestamptz), crossing_retrieved(uuid), retrieval_ref(uuid) FROM PUBLIC;
