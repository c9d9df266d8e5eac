-- How far numbering events and sending webhooks are behind, in all tenants together: numbers and times for the worker's metrics, no tenant, no event.
CREATE FUNCTION crossing_event_backlog(moment timestamptz)
RETURNS TABLE (unnumbered bigint, oldest_unnumbered_at timestamptz, undelivered bigint, oldest_undelivered_at timestamptz, oldest_due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT o.waiting, o.oldest_at, d.waiting, d.oldest_at, d.due_at
  FROM (SELECT count(*) AS waiting, min(at) AS oldest_at FROM public.event_outbox) o,
    (SELECT count(*) AS waiting, min(d.created_at) AS oldest_at,
       -- One whose receiver is left alone, or that waits for an earlier one of its subject, isn't late.
       min(d.next_try_at) FILTER (WHERE d.next_try_at <= moment AND coalesce(w.paused_until <= moment, true)
         AND NOT EXISTS (SELECT FROM public.webhook_delivery b WHERE d.kind = 'event' AND b.tenant_id = d.tenant_id AND b.webhook_id = d.webhook_id AND b.kind = 'event'
           AND b.status = 'waiting' AND b.subject_type = d.subject_type AND b.subject_id = d.subject_id AND b.number < d.number)) AS due_at
     FROM public.webhook_delivery d JOIN public.webhook w ON w.tenant_id = d.tenant_id AND w.id = d.webhook_id JOIN public.tenant t ON t.tenant_id = d.tenant_id
     WHERE d.status = 'waiting' AND t.status IN ('active', 'pending_deletion') AND (d.kind <> 'event' OR w.status = 'active')) d
$$;
REVOKE ALL ON FUNCTION crossing_event_backlog(timestamptz) FROM PUBLIC;
