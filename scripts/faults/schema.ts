import type { Fault } from './fault.ts';

const SQL = 'prisma/migrations/20261123120000_tenancy/migration.sql';
/** What made the look-up of memberships last. */
const MEMBERSHIPS = 'prisma/migrations/20261130021000_trusted_documents/migration.sql';
const WALL = ['test/database/schema/catalogue', 'test/database/schema/invariants'];

/** Faults of the database itself: row-level security, checks, crossings and privileges. */
export const SCHEMA_FAULTS: readonly Fault[] = [
  // The database's wall
  {
    file: SQL,
    find: 'CREATE POLICY bound_tenant ON tenant\n  USING (tenant_id = (SELECT app_tenant()))',
    plant: 'CREATE POLICY bound_tenant ON tenant\n  USING (true)',
    tests: WALL,
  },
  {
    file: SQL,
    find: 'CREATE POLICY bound_tenant ON membership\n  USING (tenant_id = (SELECT app_tenant()))',
    plant: 'CREATE POLICY bound_tenant ON membership\n  USING (true)',
    tests: WALL,
    short: true,
  },
  {
    file: SQL,
    find: 'ON tenant\n  USING (tenant_id = (SELECT app_tenant())) WITH CHECK (tenant_id = (SELECT app_tenant()))',
    plant: 'ON tenant\n  USING (tenant_id = (SELECT app_tenant())) WITH CHECK (true)',
    tests: WALL,
  },
  {
    file: SQL,
    find: 'ON membership\n  USING (tenant_id = (SELECT app_tenant())) WITH CHECK (tenant_id = (SELECT app_tenant()))',
    plant: 'ON membership\n  USING (tenant_id = (SELECT app_tenant())) WITH CHECK (true)',
    tests: WALL,
  },
  { file: SQL, find: 'USING (id = (SELECT app_person())\n    OR', plant: 'USING (true\n    OR', tests: WALL },
  { file: SQL, find: 'AND m.person_id = person.id)', plant: ')', tests: WALL },
  { file: SQL, find: 'ALTER TABLE membership FORCE  ROW LEVEL SECURITY;', plant: '', tests: WALL },
  { file: SQL, find: 'ALTER TABLE person     ENABLE ROW LEVEL SECURITY;', plant: '', tests: WALL },
  {
    file: SQL,
    find: 'CREATE POLICY crossing ON membership FOR SELECT TO CURRENT_USER',
    plant: 'CREATE POLICY crossing ON membership FOR SELECT TO PUBLIC',
    tests: WALL,
  },
  { file: SQL, find: 'REVOKE ALL ON FUNCTION claim_slug() FROM PUBLIC;', plant: '', tests: WALL },
  {
    file: SQL,
    find: 'CONSTRAINT membership_pkey PRIMARY KEY (tenant_id, id)',
    plant: 'CONSTRAINT membership_pkey PRIMARY KEY (id)',
    tests: WALL,
  },
  // What the database holds by itself
  {
    file: SQL,
    find: "CREATE UNIQUE INDEX membership_one_owner ON membership (tenant_id) WHERE 'owner' = ANY (roles);",
    plant: '',
    tests: WALL,
    short: true,
  },
  { file: SQL, find: 'AFTER UPDATE OF roles OR DELETE ON membership', plant: 'AFTER UPDATE OF roles ON membership', tests: WALL },
  { file: SQL, find: 'AFTER INSERT OR UPDATE OF status ON tenant\n', plant: 'AFTER UPDATE OF status ON tenant\n', tests: WALL },
  { file: SQL, find: 'BEFORE UPDATE OF tenant_id ON membership', plant: 'BEFORE UPDATE OF created_at ON membership', tests: WALL },
  {
    file: 'prisma/migrations/20261130013500_tenant_id_stays/migration.sql',
    find: "'contract', 'idempotency_key',",
    plant: "'contract',",
    tests: WALL,
    short: true,
  },
  {
    file: 'prisma/migrations/20261130013500_tenant_id_stays/migration.sql',
    find: 'OLD.tenant_id IS DISTINCT FROM NEW.tenant_id',
    plant: 'OLD.tenant_id IS NULL',
    tests: WALL,
  },
  { file: SQL, find: 'BEFORE UPDATE OF slug ON tenant', plant: 'BEFORE UPDATE OF created_at ON tenant', tests: WALL },
  { file: SQL, find: 'AND is_set(roles)\n', plant: '\n', tests: WALL },
  {
    file: SQL,
    find: "FOR EACH ROW WHEN (NEW.status = 'deleted') EXECUTE FUNCTION claim_slug();",
    plant: 'FOR EACH ROW WHEN (false) EXECUTE FUNCTION claim_slug();',
    tests: ['test/domain/tenant/purge'],
  },
  // The crossings
  {
    file: MEMBERSHIPS,
    find: "WHERE m.person_id = p.id AND t.status <> 'deleted'",
    plant: 'WHERE m.person_id = p.id',
    tests: ['test/access/matrix', 'test/isolation/http'],
  },
  {
    file: MEMBERSHIPS,
    find: "WHERE m.person_id = p.id AND t.status <> 'deleted'",
    plant: "WHERE t.status <> 'deleted'",
    tests: ['test/isolation/http'],
    short: true,
  },
  {
    file: MEMBERSHIPS,
    find: 'm.tenant_id BETWEEN coalesce',
    plant: 'm.tenant_id NOT BETWEEN coalesce',
    tests: ['test/isolation/http'],
  },
  {
    file: MEMBERSHIPS,
    find: 'BETWEEN coalesce(named_id, ',
    plant: 'BETWEEN coalesce(NULL, ',
    tests: ['test/isolation/http', 'test/isolation/tenant-context'],
  },
  {
    file: MEMBERSHIPS,
    find: 'AND coalesce(named_id, ',
    plant: 'AND coalesce(NULL, ',
    tests: ['test/isolation/http', 'test/isolation/tenant-context'],
  },
  {
    file: MEMBERSHIPS,
    find: '(named_slug IS NULL OR t.slug = named_slug)',
    plant: 'true',
    tests: ['test/isolation/http', 'test/isolation/tenant-context', 'test/graphql/viewer/viewer'],
  },
  { file: SQL, find: "AND t.plan_code = 'FREE' AND t.status <> 'deleted'", plant: "AND t.plan_code = 'FREE'", tests: ['test/domain'] },
  { file: SQL, find: 'WHERE m.person_id = public.app_person() AND', plant: 'WHERE', tests: ['test/domain'] },
  // Privileges
  {
    file: 'src/database/admin/grants.ts',
    find: "tenant:             { select: true, insert: true,  delete: false, update: ['name',",
    plant: "tenant:             { select: true, insert: true,  delete: false, update: ['slug', 'name',",
    tests: WALL,
  },
  {
    file: 'src/database/admin/roles.ts',
    find: 'NOBYPASSRLS',
    plant: 'BYPASSRLS',
    tests: ['test/database/tenancy/startup-check', 'test/database/tenancy/row-level-security', 'test/database/admin/migrate'],
  },
];
