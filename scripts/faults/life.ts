import { type Fault, newestMigration } from './fault.ts';

const SQL = 'prisma/migrations/20261124090000_tenant_life/migration.sql';
const LIFE = ['test/domain/tenant', 'test/database'];
const PEOPLE = ['test/domain/invitation', 'test/domain/membership'];
const OWNERSHIP = ['test/domain/ownership'];
const PLAN = ['test/domain/plan'];
const AUDIT = ['test/domain/audit'];
const COUNTED = ['test/domain/audit/refusal-counts'];

/** Faults in a tenant's life: people, ownership, status, plans, the log, keys. */
export const LIFE_FAULTS: readonly Fault[] = [
  // Text
  { file: 'src/domain/core/text.ts', find: 'if (isBlank(stored)) throw', plant: 'if (!stored) throw', tests: ['test/domain/core/text'] },
  { file: 'src/domain/core/text.ts', find: '\\u202a-\\u202e\\u2066-\\u2069`', plant: '\\u202e`', tests: ['test/domain/core/text'] },
  {
    file: 'src/domain/core/due.ts',
    find: 'action: null, requestId',
    plant: "action: 'tenant.create', requestId",
    tests: ['test/domain/core/due'],
  },
  // Addresses
  {
    file: 'src/domain/core/email.ts',
    find: '.replace(/[A-Z]/g, letter => letter.toLowerCase())',
    plant: '.toLowerCase()',
    tests: ['test/domain/core/email'],
  },
  { file: 'src/domain/core/email.ts', find: '!LOCAL_PART.test(local)', plant: '!local', tests: ['test/domain/core/email'] },
  {
    file: 'src/domain/invitation/accept.ts',
    find: 'if (await db.membership.count({ where: hasAddress(email) }))',
    plant: 'if (false)',
    tests: ['test/domain/invitation/accept'],
  },
  // Invitations end with their inviter
  {
    file: 'src/domain/membership/remove.ts',
    find: '    await endInvitations(command, id, []);\n',
    plant: '',
    tests: ['test/domain/invitation/end'],
  },
  {
    file: 'src/domain/membership/leave.ts',
    find: '    await endInvitations(command, id, []);\n',
    plant: '',
    tests: ['test/domain/invitation/end'],
  },
  {
    file: 'src/domain/membership/set-roles.ts',
    find: '    await endInvitations(command, id, roles);\n',
    plant: '',
    tests: ['test/domain/invitation/end'],
  },
  {
    file: 'src/domain/invitation/create.ts',
    find: '    await checkMessageLimits(command, email);\n',
    plant: '',
    tests: ['test/domain/invitation/message-limits'],
  },
  { file: 'src/domain/object/add.ts', find: 'used >= OBJECT_LIMIT', plant: 'used > OBJECT_LIMIT', tests: ['test/domain/object/limit'] },
  // Idempotency keys
  {
    file: 'src/graphql/core/command-plugin.ts',
    find: "if (principal.kind === 'user' && membership && ",
    plant: 'if (false && membership && ',
    tests: ['test/domain/core/idempotency-principal'],
  },
  {
    file: 'src/graphql/core/command-plugin.ts',
    find: '  if (keyed) return idempotencyKey(',
    plant: '  if (false) return idempotencyKey(',
    tests: ['test/domain/core/idempotency-principal'],
  },
  // Status
  { file: SQL, find: "('pending_deletion', OLD.status_before), ", plant: "('pending_deletion', 'active'), ", tests: LIFE },
  { file: SQL, find: '      NEW.status_reason := OLD.status_reason_before;', plant: '      NULL;', tests: LIFE },
  { file: SQL, find: "('active', 'suspended'), ", plant: "('active', 'suspended'), ('active', 'deleted'), ", tests: LIFE },
  {
    file: 'src/domain/tenant/request-deletion.ts',
    find: 'normalized(confirmation) !==',
    plant: 'normalized(tenant.name) !==',
    tests: LIFE,
  },
  { file: 'src/domain/tenant/cancel-deletion.ts', find: 'tenant.deletionDueAt <= now', plant: 'false', tests: LIFE },
  // The purge
  {
    file: newestMigration('FUNCTION purge_order()'),
    find: "'contract',",
    plant: '',
    tests: ['test/database/schema/purge'],
    short: true,
  },
  {
    file: SQL,
    find: "t.status = 'pending_deletion' AND t.deletion_due_at <= moment FOR",
    plant: "t.status = 'pending_deletion' FOR",
    tests: LIFE,
  },
  { file: SQL, find: 'WHERE tenant_id = $1 LIMIT $2', plant: 'LIMIT $2', tests: LIFE },
  {
    file: SQL,
    find: 'CREATE TRIGGER tenant_id_is_new AFTER INSERT ON tenant FOR EACH ROW EXECUTE FUNCTION refuse_buried_id();',
    plant: '',
    tests: LIFE,
  },
  // People
  {
    file: 'src/domain/invitation/answer.ts',
    find: ' || found.expiresAt <= now',
    plant: '',
    tests: ['test/domain/invitation'],
    short: true,
  },
  { file: 'src/domain/invitation/answer.ts', find: 'found && isSecret(named.secret, found.secretHash)', plant: 'found', tests: PEOPLE },
  { file: 'src/domain/invitation/answer.ts', find: 'profile.email !== canonicalAddress(found.email)', plant: 'false', tests: PEOPLE },
  { file: 'src/domain/invitation/answer.ts', find: '!profile.emailVerified || ', plant: '', tests: PEOPLE },
  {
    file: 'src/domain/invitation/accept.ts',
    find: 'await command.db.membership.count()',
    plant: '0',
    tests: [...PLAN, ...PEOPLE, 'test/races'],
  },
  { file: 'src/domain/plan/limits.ts', find: 'used >= limit', plant: 'used > limit', tests: [...PLAN, ...PEOPLE] },
  { file: 'src/domain/plan/limits.ts', find: 'where: { expiresAt: { gt: now } }', plant: 'where: {}', tests: [...PLAN, ...PEOPLE] },
  { file: SQL, find: "roles <@ ARRAY['admin', 'seller", plant: "roles <@ ARRAY['owner', 'admin', 'seller", tests: ['test/database'] },
  // Ownership
  { file: 'src/domain/ownership/confirm.ts', find: ' || transfer.expiresAt <= now', plant: '', tests: OWNERSHIP },
  { file: 'src/domain/ownership/confirm.ts', find: "new Set<Role>(['admin', ...roles", plant: 'new Set<Role>([...roles', tests: OWNERSHIP },
  { file: 'src/domain/ownership/confirm.ts', find: 'if (triesLeft > 0)', plant: 'if (triesLeft > -99)', tests: OWNERSHIP },
  {
    file: SQL,
    find: 'CREATE TRIGGER membership_voids_transfer AFTER UPDATE OF roles',
    plant: 'CREATE TRIGGER membership_voids_transfer AFTER UPDATE OF id',
    tests: ['test/database'],
  },
  // Plans
  {
    file: 'src/domain/plan/change.ts',
    find: 'planSince: now, nextPlanCode: null, nextPlanDueAt: null',
    plant: 'planSince: now',
    tests: PLAN,
  },
  {
    file: 'src/domain/plan/apply.ts',
    find: 'planSince: nextPlanDueAt, nextPlanCode: null, nextPlanDueAt',
    plant: 'planSince: now, nextPlanCode: null, nextPlanDueAt',
    tests: PLAN,
  },
  { file: 'src/domain/plan/cycle.ts', find: 'Math.min(since.getUTCDate(), days)', plant: 'since.getUTCDate()', tests: PLAN },
  // The log
  {
    file: SQL,
    find: 'NEW.previous_hash := head.hash;',
    plant: 'NEW.previous_hash := public.audit_root(NEW.tenant_id);',
    tests: ['test/domain/audit/chain'],
    short: true,
  },
  {
    file: SQL,
    find: 'e.state_before::text, e.state_after::text, e.request_id)',
    plant: 'e.state_before::text, e.request_id)',
    tests: AUDIT,
  },
  {
    file: 'src/database/admin/grants.ts',
    find: 'audit_event:        { select: true, insert: true,  delete: false',
    plant: 'audit_event:        { select: true, insert: true,  delete: true',
    tests: ['test/database', ...AUDIT],
  },
  // Refusals that are counted
  { file: 'src/domain/invitation/accept.ts', find: '  await checkSecret(context, code);\n', plant: '', tests: COUNTED },
  { file: 'src/database/queries/refusal-count.ts', find: 'Number(row.count) < refusals', plant: 'true', tests: COUNTED },
  {
    file: 'src/database/queries/refusal-count.ts',
    find: 'count = r.count + $7::bigint',
    plant: 'count = r.count + 0 * $7::bigint',
    tests: COUNTED,
  },
  { file: 'src/database/queries/refusal-count.ts', find: ' AS apart) c', plant: ' OR true AS apart) c', tests: COUNTED },
  { file: 'src/jobs/settle.ts', find: "  'log the counts of refusals': logRefusalCounts,\n", plant: '', tests: COUNTED },
  {
    file: 'src/domain/audit/refusal.ts',
    find: '  const { code } = error;\n',
    plant: "  const { code } = error;\n  await query('SELECT pg_advisory_xact_lock_shared(tenant_gate(app_tenant()))', []);\n",
    tests: COUNTED,
  },
  {
    file: 'src/graphql/core/command-plugin.ts',
    find: '    await recordRefusal(command, error);\n',
    plant: '',
    tests: ['test/domain/audit/refusals'],
    short: true,
  },
  {
    file: 'src/graphql/core/command-plugin.ts',
    find: 'place && ruleOf(permission).principals.includes(grant.principal.kind)',
    plant: 'place',
    tests: [...AUDIT, 'test/graphql', 'test/access'],
  },
  // Operations and keys
  {
    file: 'src/domain/core/idempotency.ts',
    find: '!Buffer.from(kept.fingerprint).equals(key.fingerprint)',
    plant: 'false',
    tests: ['test/domain/core/idempotency'],
  },
  { file: 'src/domain/core/idempotency.ts', find: 'sha256(caller, text)', plant: 'sha256(text)', tests: ['test/domain/core/idempotency'] },
  {
    file: 'src/graphql/core/command-plugin.ts',
    find: '    if (concurrent) return concurrent;\n',
    plant: '',
    tests: ['test/races/idempotency', 'test/domain/core/idempotency'],
  },
  {
    file: 'src/jobs/settle.ts',
    find: '  if (failures.length === 1) throw failures[0];\n',
    plant: '  if (failures.length) return;\n',
    tests: ['test/jobs'],
  },
  { file: 'src/jobs/settle.ts', find: '      failures.push(error);', plant: '      throw error;', tests: ['test/jobs/settle'] },
  { file: 'src/mail/recipient.ts', find: 'canonicalAddress(to) !== to', plant: 'false', tests: ['test/mail'] },
];
