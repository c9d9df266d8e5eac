import type { Fault } from './fault.ts';

/** Faults in how the database is read, written and opened. */
export const DATABASE_FAULTS: readonly Fault[] = [
  {
    file: 'src/database/standby/standby.ts',
    find: 'if (progress!.isReached)',
    plant: 'if (progress!.backend)',
    tests: ['test/database/standby'],
  },
  {
    file: 'src/database/admin/grants.ts',
    find: 'audit_event:        { select: true, insert: true,  delete: false',
    plant: 'audit_event:        { select: true, insert: true,  delete: true',
    tests: ['test/database', 'test/domain/audit'],
  },
  {
    file: 'src/database/queries/refusal-count.ts',
    find: 'Number(row.count) < refusals',
    plant: 'true',
    tests: ['test/domain/audit/refusal-counts'],
  },
  {
    file: 'src/database/queries/refusal-count.ts',
    find: 'count = r.count + $7::bigint',
    plant: 'count = r.count + 0 * $7::bigint',
    tests: ['test/domain/audit/refusal-counts'],
  },
  {
    file: 'src/database/queries/refusal-count.ts',
    find: ' AS apart) c',
    plant: ' OR true AS apart) c',
    tests: ['test/domain/audit/refusal-counts'],
  },
  {
    file: 'src/database/sql/engine.ts',
    find: "if (reason === 'unexpected') onUnexpected?.(error);",
    plant: '',
    tests: ['test/database/sql/fallback'],
  },
  {
    file: 'src/database/sql/value.ts',
    find: ' && value.isWellFormed()',
    plant: '',
    tests: ['test/database/sql/read-covered'],
  },
  {
    file: 'src/database/sql/json-statement.ts',
    find: '(take as number) - 1',
    plant: 'take as number',
    tests: ['test/executor/json-by-database', 'test/executor/same-bytes'],
  },
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
  {
    file: 'src/database/sql/template.ts',
    find: 'if (value === PLACEHOLDER.tenantId) return tenantId;',
    plant: '',
    tests: ['test/executor/json-by-database', 'test/executor/same-bytes'],
    short: true,
  },
  { file: 'src/database/sql/where.ts', find: "parts.join(' OR ')", plant: "parts.join(' AND ')", tests: ['test/database/sql'] },
  {
    file: 'src/database/sql/write-statement.ts',
    find: "skipDuplicates ? ' ON CONFLICT DO NOTHING' : ''",
    plant: "''",
    tests: ['test/database/sql/write-covered', 'test/database/sql/same-rows'],
  },
  {
    file: 'src/database/sql/write-statement.ts',
    find: 'return whereClause(sql);',
    plant: "return '';",
    tests: ['test/database/tenancy/query-scope', 'test/database/sql/write-covered', 'test/database/sql/same-rows'],
  },
  {
    file: 'src/database/sql/write-statement.ts',
    find: 'revive?.(row as Record<string, unknown>);',
    plant: '',
    tests: ['test/database/sql/write-covered', 'test/database/sql/same-rows'],
  },
  {
    file: 'src/database/tenancy/bound-models.ts',
    find: 'const scoped = scope(model, operation, args, binding);',
    plant: 'const scoped = args as ReturnType<typeof scope>;',
    tests: ['test/database/tenancy/query-scope'],
    short: true,
  },
  {
    file: 'src/database/tenancy/tenant-lock.ts',
    find: "advisoryLock: 'pg_advisory_xact_lock', rowLock: 'NO KEY UPDATE'",
    plant: "advisoryLock: 'pg_advisory_xact_lock_shared', rowLock: 'KEY SHARE'",
    tests: ['test/races/places', 'test/races/status'],
  },
  {
    file: 'src/database/admin/roles.ts',
    find: '  await setTimeLimits(client, runtime.name);\n',
    plant: '',
    tests: ['test/doctor/database'],
  },
  {
    file: 'src/database/admin/time-limits.ts',
    find: 'NAMES.filter(name => !rows.some(({ setting }) => setting === name))',
    plant: 'rows.length > 2 ? [] : NAMES',
    tests: ['test/database/admin/time-limits'],
  },
  { file: 'src/database/driver/failure.ts', find: '  isOverTime(error) ||\n', plant: '', tests: ['test/http/server/slow-database'] },
  {
    file: 'src/database/bound-transaction.ts',
    find: 'runSteps: <T>(work: () => Promise<T>) => transaction.runExclusive(work),',
    plant: '',
    tests: ['test/database/driver/transaction'],
  },
];
