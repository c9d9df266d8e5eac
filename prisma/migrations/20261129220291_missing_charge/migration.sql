-- As before; a missing charge is named by its usage record, and by the earning only if that is missing, too.
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
