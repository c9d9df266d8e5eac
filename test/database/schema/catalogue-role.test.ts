import { describe, expect, inject, test } from 'vitest';
import { GRANTS } from '../../../src/database/admin/grants.ts';
import { useDatabase } from '../../support/database.ts';
import { mismatches } from '../../support/mismatches.ts';
import { INTERNAL, TABLES } from '../../support/tables.ts';

/** What the database's own catalogue says of the role that the gateway logs in as. */
const database = useDatabase();

const { name: runtime } = inject('cluster').runtime;
const sql = <Row extends object>(text: string, values?: readonly unknown[]) => database.sql<Row & Record<string, unknown>>(text, values);
const namesOf = async (text: string, values?: readonly unknown[]) =>
  (await sql<{ name: string }>(text, values)).map(({ name }) => name).sort();

const OURS = "c.relnamespace = 'public'::regnamespace";

describe("the gateway's role", () => {
  test('has no special privilege and owns nothing', async () => {
    expect(
      await sql('SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit FROM pg_roles WHERE rolname = $1', [
        runtime,
      ]),
    ).toEqual([
      { rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false, rolreplication: false, rolinherit: false },
    ]);
    expect(await namesOf('SELECT relname::text AS name FROM pg_class WHERE relowner = $1::regrole', [runtime])).toEqual([]);
    expect(await namesOf('SELECT proname::text AS name FROM pg_proc WHERE proowner = $1::regrole', [runtime])).toEqual([]);
    expect(await namesOf('SELECT roleid::regrole::text AS name FROM pg_auth_members WHERE member = $1::regrole', [runtime])).toEqual([]);
    expect(await sql("SELECT has_schema_privilege($1, 'public', 'CREATE') AS creates", [runtime])).toEqual([{ creates: false }]);
  });

  test('has exactly the privileges that are listed here, column by column', async () => {
    const held = await sql<{ held: string }>(
      `SELECT c.relname || ' ' || p.privilege || coalesce(' ' || a.attname, '') AS held
       FROM pg_class c CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS p (privilege)
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE c.relkind IN ('r', 'p') AND ${OURS} AND has_column_privilege($1, c.oid, a.attname, p.privilege)
         AND NOT has_table_privilege($1, c.oid, p.privilege)
       UNION ALL SELECT c.relname || ' ' || p.privilege
       FROM pg_class c CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p (privilege)
       WHERE c.relkind IN ('r', 'p', 'S') AND ${OURS} AND has_table_privilege($1, c.oid, p.privilege) ORDER BY 1`,
      [runtime],
    );
    const listed = HELD.flatMap(([table, held]) => held.map(each => `${table} ${each}`));
    expect(
      mismatches(
        held.map(({ held }) => held),
        listed,
        'HELD in test/database/schema/catalogue-role.test.ts',
        'or grant it in src/database/admin/grants.ts',
      ),
    ).toEqual([]);
  });

  test('has a row in the table of privileges for every table with a model', () => {
    const due = TABLES.filter(table => !INTERNAL.includes(table));
    expect(mismatches(due, Object.keys(GRANTS), 'src/database/admin/grants.ts')).toEqual([]);
  });
});

const columns = (privilege: string, names: string) => names.split(' ').map(name => `${privilege} ${name}`);

/** Table by table, in words; a privilege on some columns alone names them. */
// biome-ignore format: a table is read by its columns
const HELD: readonly (readonly [table: string, held: readonly string[]])[] = [
  ['_prisma_migrations', columns('SELECT', 'finished_at migration_name rolled_back_at')],
  ['trusted_document', ['DELETE', 'INSERT', 'SELECT', ...columns('UPDATE', 'retired_at')]],
  ['webhook', ['DELETE', 'INSERT', 'SELECT', ...columns('UPDATE', 'name url types status membership_id secret earlier_secret earlier_until last_number failures paused_until updated_at rotated_at')]],
  ['webhook_delivery', ['DELETE', 'INSERT', 'SELECT', ...columns('UPDATE', 'status tries status_code failure duration_ms last_try_at next_try_at ended_at')]],
  ['api_key',            ['INSERT', 'SELECT', ...columns('UPDATE', 'document_mode earlier_expires_at earlier_hash holder_id holder_name last_used_at revoked_at rotated_at scopes secret_hash')]],
  ['audit_event',        ['INSERT', 'SELECT']],
  ['charge',             columns('SELECT', 'amount at currency id provider tenant_id title')],
  ['contract',           ['DELETE', 'INSERT', 'SELECT']],
  ['data_object',        ['DELETE', 'INSERT', 'SELECT', 'UPDATE stored_at']],
  ['dataset',            ['DELETE', 'INSERT', 'SELECT', ...columns('UPDATE', 'description name updated_at')]],
  ['deprecated_use',     ['DELETE', 'INSERT', 'SELECT', ...columns('UPDATE', 'count last_at')]],
  ['earning',            columns('SELECT', 'amount at currency dataset_id id tenant_id title')],
  ['entitlement',        ['INSERT', 'SELECT', 'UPDATE ended_at']],
  ['event',              ['SELECT']],
  ['event_head',         ['SELECT']],
  ['event_outbox',       ['INSERT']],
  ['idempotency_key',    ['DELETE', 'INSERT', 'SELECT']],
  ['invitation',         ['DELETE', 'INSERT', 'SELECT', ...columns('UPDATE', 'secret_hash sent_at tries refusals reply_code next_try_at given_up_at')]],
  ['listing',            ['DELETE', 'INSERT', 'SELECT', ...columns('UPDATE', 'currency price published_at status summary tags title updated_at')]],
  ['membership',         ['DELETE', 'INSERT', 'SELECT', 'UPDATE roles']],
  ['notice',             ['DELETE', 'INSERT', 'SELECT', ...columns('UPDATE', 'next_try_at refusals tries')]],
  ['ownership_transfer', ['DELETE', 'INSERT', 'SELECT', 'UPDATE tries_left']],
  ['person',             ['SELECT']],
  ['plan',               ['SELECT']],
  ['purge_receipt',      ['SELECT']],
  ['refusal_count',      ['DELETE', 'INSERT', 'SELECT', 'UPDATE count']],
  ['retrieval_count',    ['INSERT', 'SELECT', ...columns('UPDATE', 'cap used')]],
  ['stale_object',       ['DELETE', 'INSERT', 'SELECT']],
  ['tenant',             ['INSERT', 'SELECT', ...columns('UPDATE', 'billing_email buys deletion_due_at documents_revision name next_plan_code next_plan_due_at plan_code plan_since sells status status_changed_at status_reason')]],
  ['tombstone',          ['SELECT']],
  ['usage_record',       ['SELECT']],
];
