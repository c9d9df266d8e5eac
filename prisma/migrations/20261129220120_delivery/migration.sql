-- How the message of an invitation fares (SPEC R5). A try counts, and has its successor's date, from when it begins: what breaks off is tried later, too.
ALTER TABLE invitation
  ADD COLUMN tries       integer NOT NULL DEFAULT 0,
  ADD COLUMN refusals    integer NOT NULL DEFAULT 0,
  ADD COLUMN reply_code  integer,
  ADD COLUMN next_try_at timestamptz(3),
  ADD COLUMN given_up_at timestamptz(3),
  ADD CONSTRAINT invitation_delivery_check CHECK (refusals BETWEEN 0 AND tries AND reply_code BETWEEN 400 AND 599);

CREATE OR REPLACE FUNCTION crossing_due_tenants(moment timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.tenant_id FROM public.tenant t WHERE t.status = 'pending_deletion' AND t.deletion_due_at <= moment
  UNION SELECT t.tenant_id FROM public.tombstone t WHERE t.purged_at IS NULL
  UNION SELECT t.tenant_id FROM public.tenant t WHERE t.next_plan_due_at <= moment AND t.status <> 'deleted'
  UNION SELECT i.tenant_id FROM public.invitation i JOIN public.tenant t USING (tenant_id)
    WHERE (i.expires_at <= moment OR t.status = 'active' AND i.sent_at IS NULL AND i.given_up_at IS NULL AND coalesce(i.next_try_at <= moment, true))
      AND t.status <> 'deleted'
  UNION SELECT o.tenant_id FROM public.ownership_transfer o WHERE o.expires_at <= moment
  UNION SELECT k.tenant_id FROM public.idempotency_key k JOIN public.tenant t USING (tenant_id) WHERE k.expires_at <= moment AND t.status <> 'deleted'
  UNION SELECT s.tenant_id FROM public.stale_object s JOIN public.tenant t USING (tenant_id) WHERE s.since <= moment - interval '1 day' AND t.status <> 'deleted'
  UNION SELECT r.tenant_id FROM public.refusal_count r JOIN public.tenant t USING (tenant_id) WHERE r.since <= moment - interval '1 minute' AND t.status <> 'deleted'
  UNION SELECT n.tenant_id FROM public.notice n JOIN public.tenant t USING (tenant_id) WHERE coalesce(n.next_try_at <= moment, true) AND t.status <> 'deleted'
$$;
