-- A retrieval returns the checksum of its object, so that a program can check what it downloads
-- (SPEC M1).

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
  INSERT INTO public.usage_record (tenant_id, id, entitlement_id, api_key_id, object_id, object_name, size, at)
    VALUES (buyer, retrieval, entitled, api_key, file.id, file.name, file.size, moment);
  INSERT INTO public.charge (tenant_id, id, amount, currency, title, provider, provider_ref, at)
    VALUES (buyer, retrieval, terms.price, terms.currency, terms.title, terms.provider, public.counterparty_ref(buyer, seller.tenant_id), moment);
  INSERT INTO public.earning (tenant_id, id, dataset_id, amount, currency, title, buyer_ref, at)
    VALUES (seller.tenant_id, retrieval, offer.dataset_id, terms.price, terms.currency, offer.title, public.counterparty_ref(seller.tenant_id, buyer), moment);
  RETURN QUERY SELECT NULL::text, public.object_key(seller.tenant_id, file.id), file.name, file.media_type, file.size, encode(file.sha256, 'hex'), terms.price,
    terms.currency;
END $$;

REVOKE ALL ON FUNCTION crossing_retrieve(uuid, uuid, uuid, uuid, timestamptz) FROM PUBLIC;
