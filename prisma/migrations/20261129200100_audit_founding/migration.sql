-- The tenants whose log has no event although each has one of its founding: the whole log was removed, head and all (SPEC A2).
CREATE FUNCTION crossing_audit_unfounded() RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.tenant_id FROM public.tenant t
  WHERE NOT EXISTS (SELECT FROM public.audit_event e WHERE e.tenant_id = t.tenant_id) AND NOT public.audit_is_buried(t.tenant_id)
$$;
REVOKE ALL ON FUNCTION crossing_audit_unfounded() FROM PUBLIC;
