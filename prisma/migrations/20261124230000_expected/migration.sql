-- Holds the bound tenant until the transaction ends, as a change does that looks at nothing (docs/decisions/0016-transactions.md). It fails unless the tenant
-- and the bound person's membership are, once it is held, what a permission was given for: status, features and roles.
CREATE FUNCTION hold_as(expected_status text, expected_features text[], expected_roles text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  found_status text;
  found_features text[];
BEGIN
  PERFORM pg_advisory_xact_lock(public.tenant_gate(public.app_tenant()));
  SELECT t.status, p.features INTO found_status, found_features
    FROM public.tenant t JOIN public.plan p ON p.code = t.plan_code
    WHERE t.tenant_id = public.app_tenant() FOR NO KEY UPDATE OF t;
  -- A statement of its own: it sees what was committed while this one waited.
  PERFORM FROM public.membership m
    WHERE m.tenant_id = public.app_tenant() AND m.person_id = public.app_person() AND m.roles = expected_roles
      AND found_status = expected_status AND found_features = expected_features;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the tenant, or who acts in it, is not as expected' USING ERRCODE = 'check_violation', CONSTRAINT = 'held_as_expected';
  END IF;
END $$;
