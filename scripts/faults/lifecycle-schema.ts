import { type Fault, newestMigration } from './fault.ts';

/** Faults in the SQL of a tenant's life: people, ownership, status, the log, the purge. */
export const LIFECYCLE_SCHEMA_FAULTS: readonly Fault[] = [
  {
    file: newestMigration('FUNCTION purge_order()'),
    find: "'contract',",
    plant: '',
    tests: ['test/database/schema/purge'],
    short: true,
  },
  {
    file: 'prisma/migrations/20261124090000_tenant_life/migration.sql',
    find: "('pending_deletion', OLD.status_before), ",
    plant: "('pending_deletion', 'active'), ",
    tests: ['test/domain/tenant', 'test/database'],
  },
  {
    file: 'prisma/migrations/20261124090000_tenant_life/migration.sql',
    find: '      NEW.status_reason := OLD.status_reason_before;',
    plant: '      NULL;',
    tests: ['test/domain/tenant', 'test/database'],
  },
  {
    file: 'prisma/migrations/20261124090000_tenant_life/migration.sql',
    find: "('active', 'suspended'), ",
    plant: "('active', 'suspended'), ('active', 'deleted'), ",
    tests: ['test/domain/tenant', 'test/database'],
  },
  {
    file: 'prisma/migrations/20261124090000_tenant_life/migration.sql',
    find: "t.status = 'pending_deletion' AND t.deletion_due_at <= moment FOR",
    plant: "t.status = 'pending_deletion' FOR",
    tests: ['test/domain/tenant', 'test/database'],
  },
  {
    file: newestMigration('FUNCTION purge_rows('),
    find: 'WHERE tenant_id = $1 LIMIT $2',
    plant: 'LIMIT $2',
    tests: ['test/domain/tenant', 'test/database'],
  },
  {
    file: 'prisma/migrations/20261124090000_tenant_life/migration.sql',
    find: 'CREATE TRIGGER tenant_id_is_new AFTER INSERT ON tenant FOR EACH ROW EXECUTE FUNCTION refuse_buried_id();',
    plant: '',
    tests: ['test/domain/tenant', 'test/database'],
  },
  {
    file: 'prisma/migrations/20261124090000_tenant_life/migration.sql',
    find: "roles <@ ARRAY['admin', 'seller",
    plant: "roles <@ ARRAY['owner', 'admin', 'seller",
    tests: ['test/database'],
  },
  {
    file: 'prisma/migrations/20261124090000_tenant_life/migration.sql',
    find: 'CREATE TRIGGER membership_voids_transfer AFTER UPDATE OF roles',
    plant: 'CREATE TRIGGER membership_voids_transfer AFTER UPDATE OF id',
    tests: ['test/database'],
  },
  {
    file: newestMigration('FUNCTION chain_audit_event()'),
    find: 'NEW.previous_hash := head.hash;',
    plant: 'NEW.previous_hash := public.audit_root(NEW.tenant_id);',
    tests: ['test/domain/audit/chain'],
    short: true,
  },
  {
    file: newestMigration('FUNCTION audit_hash(e audit_event)'),
    find: "public.audit_plain(e.state_after, 'after', e.personal), e.request_id",
    plant: 'e.request_id',
    tests: ['test/domain/audit'],
  },
];
