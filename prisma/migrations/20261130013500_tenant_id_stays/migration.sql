-- A row never changes its tenant (SPEC T1). The first tables relied on the privileges of the gateway's role alone; the owner of the tables, as whom purges and migrations run, is refused as well.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['invitation', 'ownership_transfer', 'contract', 'idempotency_key', 'audit_event', 'audit_head', 'tombstone', 'purge_receipt'] LOOP
    EXECUTE format('CREATE TRIGGER %1$s_tenant_id_is_immutable BEFORE UPDATE OF tenant_id ON %1$I
      FOR EACH ROW WHEN (OLD.tenant_id IS DISTINCT FROM NEW.tenant_id) EXECUTE FUNCTION refuse_change(''tenant_id'')', name);
  END LOOP;
END $$;
