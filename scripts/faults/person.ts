import type { Fault } from './fault.ts';

const SQL = 'prisma/migrations/20261129220300_erasure/migration.sql';
const FORMS = ['test/database/schema/audit-forms'];
const PERSON = ['test/domain/person'];

/** Faults in the export and the erasure of a person (SPEC R10). */
export const PERSON_FAULTS: readonly Fault[] = [
  { file: SQL, find: ' AND public.audit_is_personal_intact(e) AS intact', plant: ' AS intact', tests: PERSON, short: true },
  { file: SQL, find: 'public.is_pseudonym(public.audit_value(e, p.place)) IS NOT TRUE', plant: 'true', tests: PERSON },
  { file: SQL, find: "ARRAY['actor:' || person, 'actor:' || identity] ||", plant: "ARRAY['actor:' || person] ||", tests: PERSON },
  { file: SQL, find: '  PERFORM public.erase_in_events(after, 2147483647);\n', plant: '', tests: PERSON },
  { file: SQL, find: '  IF FOUND THEN\n    RETURN;', plant: '  IF false THEN\n    RETURN;', tests: PERSON },
  {
    file: SQL,
    find: 'CREATE TRIGGER membership_is_noted AFTER INSERT',
    plant: 'CREATE TRIGGER membership_is_noted AFTER DELETE',
    tests: PERSON,
  },
  {
    file: SQL,
    find: 'CREATE TRIGGER owner_is_not_erased BEFORE INSERT OR UPDATE OF roles',
    plant: 'CREATE TRIGGER owner_is_not_erased BEFORE UPDATE OF id',
    tests: PERSON,
  },
  { file: SQL, find: 'h.tenant_id NOT IN (SELECT b.tenant_id FROM crossing_audit_breaks() b)', plant: 'true', tests: FORMS },
  { file: SQL, find: 'AND public.audit_former_hash(k.tenant_id, k.seq) <> k.hash', plant: '', tests: FORMS },
  { file: 'src/domain/person/erase.ts', find: '  checkConfirmation(profile, confirmation);\n', plant: '', tests: PERSON },
  {
    file: 'src/domain/person/erase-in-tenant.ts',
    find: 'for (const id of erasure.memberships) await endInvitations(job, id, []);',
    plant: '',
    tests: PERSON,
  },
  { file: 'src/domain/person/erase-in-tenant.ts', find: "  await voidTransfer(job, 'member left', id);\n", plant: '', tests: PERSON },
  { file: 'src/domain/person/erase-in-tenant.ts', find: 'data: { holderName: erasure.name }', plant: 'data: {}', tests: PERSON },
  { file: 'src/domain/person/export.ts', find: 'if (refusal) throw', plant: 'if (false) throw', tests: PERSON },
  { file: 'src/database/queries/erasure.ts', find: 'emailVerified ? email : null', plant: 'email', tests: PERSON },
];
