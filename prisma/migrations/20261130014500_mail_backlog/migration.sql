-- How far the sending of mail is behind, in all tenants together: two numbers for the worker's metrics, no tenant, no message.
CREATE FUNCTION crossing_mail_backlog(moment timestamptz) RETURNS TABLE (waiting bigint, oldest_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(*), min(m.created_at) FROM (
    SELECT i.created_at FROM public.invitation i JOIN public.tenant t USING (tenant_id)
      WHERE i.sent_at IS NULL AND i.given_up_at IS NULL AND i.expires_at > moment AND t.status = 'active'
    UNION ALL SELECT n.created_at FROM public.notice n JOIN public.tenant t USING (tenant_id) WHERE t.status <> 'deleted'
  ) m
$$;
REVOKE ALL ON FUNCTION crossing_mail_backlog(timestamptz) FROM PUBLIC;
