import type { Fault } from './fault.ts';

const TABLE = ['test/access/policy'];
const TRANSACTION = ['test/database/driver/transaction', 'test/database/driver/run-transaction'];
const WRITES = ['test/database/sql/write-covered', 'test/database/sql/same-rows'];

/** Faults of the policy, the tenant context, query scoping, statements and transactions. */
export const TABLE_FAULTS: readonly Fault[] = [
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
  {
    file: 'src/graphql/core/node.ts',
    find: "(policy !== 'public' && refusedFor(policy, context)) || decoded",
    plant: 'decoded',
    tests: ['test/graphql/core/node'],
  },
  {
    file: 'src/graphql/core/node.ts',
    find: '    if (error instanceof GatewayError) return error;\n',
    plant: '',
    tests: ['test/graphql/core/node'],
  },
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
