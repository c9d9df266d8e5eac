/**
 * A fault to plant: `find`, which stands once in `file`, becomes `plant`; then one of `tests` must
 * fail.
 */
export type Fault = {
  readonly file: string;
  readonly find: string;
  readonly plant: string;
  readonly tests: readonly string[];
  readonly short?: true;
};

const SQL = 'prisma/migrations/20261123120000_tenancy/migration.sql';
/** What made the look-up of memberships last. */
const MEMBERSHIPS = 'prisma/migrations/20261128030000_memberships_plan/migration.sql';
const WALL = ['test/database/schema/catalogue', 'test/database/schema/invariants'];
const TABLE = ['test/access/policy'];
const TRANSACTION = ['test/database/driver/transaction', 'test/database/driver/run-transaction'];
const WRITES = ['test/database/sql/write-covered', 'test/database/sql/same-rows'];

export const SPINE_FAULTS: readonly Fault[] = [
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
  // Who may do what
  {
    file: 'src/access/policy.ts',
    find: "'tenant:rename':          member(ADMINS,           WHILE_ACTIVE,",
    plant: "'tenant:rename':          member(ADMINS,           WHILE_KEPT,",
    tests: TABLE,
    short: true,
  },
  {
    file: 'src/access/policy.ts',
    find: "'member:list':            member(ALL_BUT_OPERATOR,",
    plant: "'member:list':            member(ROLES,",
    tests: TABLE,
  },
  {
    file: 'src/graphql/tenant/tenant.ts',
    find: "t.exposeString('billingEmail', {\n      policy: 'billing-contact:read'",
    plant: "t.exposeString('billingEmail', {\n      policy: 'tenant:read'",
    tests: ['test/graphql/tenant/tenant'],
    short: true,
  },
  {
    file: 'src/graphql/membership/membership.ts',
    find: "policy: 'member:read-email'",
    plant: "policy: 'member:list'",
    tests: ['test/access/matrix'],
  },
  { file: 'src/graphql/core/node.ts', find: '  if (refusal) throw refusal;\n', plant: '', tests: ['test/graphql/core/node'] },
  {
    file: 'src/domain/core/recheck.ts',
    find: '  if (refusal) throw new RefusedError(refusal);\n  return membership',
    plant: '  return membership',
    tests: ['test/graphql/tenant/tenant-rename'],
    short: true,
  },
  {
    file: 'src/database/tenancy/tenant-lock.ts',
    find: "advisoryLock: 'pg_advisory_xact_lock', rowLock: 'NO KEY UPDATE'",
    plant: "advisoryLock: 'pg_advisory_xact_lock_shared', rowLock: 'KEY SHARE'",
    tests: ['test/races/places', 'test/races/status'],
  },
  // The tenant context
  {
    file: 'src/http/auth/choose-membership.ts',
    find: '  if (!first) throw tenantNotFound();\n',
    plant: '',
    tests: ['test/isolation/http', 'test/isolation/tenant-context', 'test/graphql/viewer/viewer'],
    short: true,
  },
  {
    file: 'src/http/auth/choose-membership.ts',
    find: 'memberships.length === 1 ? first : null',
    plant: 'first',
    tests: ['test/graphql/viewer/viewer-tenant', 'test/isolation/tenant-context'],
  },
  {
    file: 'src/http/auth/request-context.ts',
    find: "  ['x-tenant-id', 'X-Tenant-Id'],\n",
    plant: '',
    tests: ['test/http/graphql/requests', 'test/http/graphql/hostile-text'],
  },
  // The client's wall
  {
    file: 'src/database/tenancy/bound-models.ts',
    find: 'const scoped = scope(model, operation, args, binding);',
    plant: 'const scoped = args as ReturnType<typeof scope>;',
    tests: ['test/database/tenancy/query-scope'],
    short: true,
  },
  {
    file: 'src/database/unit-of-work.ts',
    find: 'runSteps: <T>(work: () => Promise<T>) => transaction.runExclusive(work),',
    plant: '',
    tests: ['test/database/driver/transaction'],
  },
  // Reads by one statement
  {
    file: 'src/database/sql/select.ts',
    find: 'args.where === undefined ? null : where(draft, source, args.where)]',
    plant: 'null]',
    tests: ['test/database/tenancy/query-scope', 'test/database/sql'],
  },
  {
    file: 'src/database/sql/select.ts',
    find: 'other => joinCondition(relation, source, other)',
    plant: '() => null',
    tests: ['test/database/sql'],
  },
  { file: 'src/database/sql/where.ts', find: "parts.join(' OR ')", plant: "parts.join(' AND ')", tests: ['test/database/sql'] },
  {
    file: 'src/database/driver/prepared-statements.ts',
    find: "if (oldest) wire.close({ type: 'S', name: oldest });",
    plant: '',
    tests: ['test/database/driver/prepared-statements'],
  },
  {
    file: 'src/graphql/core/related-page.ts',
    find: 'if (!isAllowed(accessOf(field), context.grant, UNREAD_ROW)) return null;',
    plant: '',
    tests: ['test/graphql/core/one-statement'],
  },
  {
    file: 'src/database/driver/prisma-adapter.ts',
    find: "if (!target) throw new Error('Prisma may only run statements within runPrismaOn');",
    plant: '',
    tests: ['test/database/driver/prisma-adapter'],
  },
  {
    file: 'src/database/driver/failure.ts',
    find: "error.severity === 'ERROR'",
    plant: "error.severity === 'FATAL'",
    tests: ['test/database/driver/pool'],
  },
  // Transactions, and writes by one statement
  {
    file: 'src/database/driver/transaction.ts',
    find: 'if (error) this.#fail(error);',
    plant: '',
    tests: TRANSACTION,
  },
  { file: 'src/database/driver/transaction.ts', find: 'while (this.#exclusive) await this.#exclusive;', plant: '', tests: TRANSACTION },
  {
    file: 'src/database/driver/run-transaction.ts',
    find: 'if (isStale) usesNames = false;',
    plant: '',
    tests: ['test/database/driver/changed-table'],
  },
  {
    file: 'src/database/driver/failure.ts',
    find: "return isOutdated ? 'outdated' : null;",
    plant: 'return null;',
    tests: ['test/database/driver/changed-table'],
  },
  { file: 'src/database/driver/failure.ts', find: "'40P01', ", plant: '', tests: TRANSACTION },
  { file: 'src/database/sql/write-statement.ts', find: "skipDuplicates ? ' ON CONFLICT DO NOTHING' : ''", plant: "''", tests: WRITES },
  {
    file: 'src/database/sql/write-statement.ts',
    find: 'return whereClause(sql);',
    plant: "return '';",
    tests: ['test/database/tenancy/query-scope', ...WRITES],
  },
  { file: 'src/database/sql/write-statement.ts', find: 'revive?.(row as Record<string, unknown>);', plant: '', tests: WRITES },
];
