import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { GRANTS } from '../../src/database/grants.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

/** What the database's own catalogue says of the wall, for every table and function that there will ever be. */
let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database?.drop());

const { name: runtime } = inject('cluster').runtime;
const sql = <Row extends object>(text: string, values?: readonly unknown[]) => database.sql<Row & Record<string, unknown>>(text, values);
const namesOf = async (text: string, values?: readonly unknown[]) =>
  (await sql<{ name: string }>(text, values)).map(({ name }) => name).sort();

const HAS_TENANT = "EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)";
const OURS = "c.relnamespace = 'public'::regnamespace";

describe('tables', () => {
  test('are these: a new one is to be thought about here', async () => {
    expect(await namesOf(`SELECT relname::text AS name FROM pg_class c WHERE relkind IN ('r', 'p') AND ${OURS}`)).toEqual([
      '_prisma_migrations',
      'audit_event',
      'audit_head',
      'contract',
      'idempotency_key',
      'invitation',
      'membership',
      'ownership_transfer',
      'person',
      'plan',
      'purge_receipt',
      'slug_claim',
      'tenant',
      'tombstone',
    ]);
  });

  test("T6: every tenant's table forces row-level security on everybody, its owner too", async () => {
    const tables = await sql<{ name: string; enabled: boolean; forced: boolean }>(
      `SELECT relname::text AS name, relrowsecurity AS enabled, relforcerowsecurity AS forced FROM pg_class c
       WHERE relkind IN ('r', 'p') AND ${OURS} AND ${HAS_TENANT} ORDER BY 1`,
    );
    const names = [
      ...['audit_event', 'audit_head', 'contract', 'idempotency_key', 'invitation', 'membership', 'ownership_transfer'],
      ...['purge_receipt', 'tenant', 'tombstone'],
    ];
    expect(tables).toEqual(names.map(name => ({ name, enabled: true, forced: true })));
  });

  test('T6: the policies are these, word for word', async () => {
    const policies = await sql(
      `SELECT tablename || '.' || policyname AS policy, cmd, permissive, roles::text AS roles, qual, with_check FROM pg_policies
       WHERE schemaname = 'public' ORDER BY 1`,
    );
    const tenant = '(tenant_id = ( SELECT app_tenant() AS app_tenant))';
    const fellow =
      '((id = ( SELECT app_person() AS app_person)) OR (EXISTS ( SELECT\n   FROM membership m\n  WHERE ((m.tenant_id = ( SELECT app_tenant() AS app_tenant)) AND (m.person_id = person.id)))))';
    const policy = (
      name: string,
      cmd: string,
      roles: string,
      qual: string | null,
      with_check: string | null,
      permissive = 'PERMISSIVE',
    ) => ({
      policy: name,
      cmd,
      permissive,
      roles,
      qual,
      with_check,
    });
    const bound = (table: string) => policy(`${table}.bound_tenant`, 'ALL', '{public}', tenant, tenant);
    const crossing = (table: string) => policy(`${table}.crossing`, 'SELECT', '{ipto_owner}', 'true', null);
    expect(policies).toEqual([
      bound('audit_event'),
      crossing('audit_event'),
      bound('audit_head'),
      crossing('audit_head'),
      bound('contract'),
      bound('idempotency_key'),
      crossing('idempotency_key'),
      bound('invitation'),
      crossing('invitation'),
      bound('membership'),
      crossing('membership'),
      policy('membership.own_membership', 'INSERT', '{public}', null, '(person_id = ( SELECT app_person() AS app_person))', 'RESTRICTIVE'),
      bound('ownership_transfer'),
      crossing('ownership_transfer'),
      policy('person.crossing', 'ALL', '{ipto_owner}', 'true', 'true'),
      policy('person.self_or_fellow_member', 'SELECT', '{public}', fellow, null),
      bound('purge_receipt'),
      bound('tenant'),
      crossing('tenant'),
      bound('tombstone'),
      crossing('tombstone'),
    ]);
  });

  test("the job queue's tables are opened to the gateway's role alone", async () => {
    const policies = await sql(
      'SELECT DISTINCT schemaname::text AS schema, cmd, roles::text AS roles FROM pg_policies WHERE schemaname <> $1',
      ['public'],
    );
    expect(policies).toEqual([{ schema: 'graphile_worker', cmd: 'ALL', roles: `{${runtime}}` }]);
    expect(await namesOf("SELECT nspname::text AS name FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'")).toEqual([
      'graphile_worker',
      'public',
    ]);
  });

  test('T7: every unique key of a tenant\u2019s table holds the tenant', async () => {
    expect(
      await namesOf(`SELECT i.indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        WHERE i.indisunique AND ${OURS} AND ${HAS_TENANT}
          AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnum = ANY (i.indkey::int2[]))`),
    ).toEqual([]);
  });

  test('T7: every foreign key of a tenant\u2019s table holds the tenant on both sides, but those to people and plans', async () => {
    expect(
      await namesOf(`SELECT k.conname::text AS name FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE k.contype = 'f' AND ${OURS} AND ${HAS_TENANT} AND NOT (
          EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attname = 'tenant_id' AND a.attnum = ANY (k.conkey))
          AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = k.confrelid AND a.attname = 'tenant_id' AND a.attnum = ANY (k.confkey)))`),
    ).toEqual(['membership_person_id_fkey', 'tenant_next_plan_code_fkey', 'tenant_plan_code_fkey']);
  });

  test('are read through no view, and by no rule', async () => {
    expect(await namesOf(`SELECT relname::text AS name FROM pg_class c WHERE relkind IN ('v', 'm', 'f') AND ${OURS}`)).toEqual([]);
    expect(await namesOf("SELECT rulename::text AS name FROM pg_rules WHERE schemaname = 'public'")).toEqual([]);
  });
});

describe("the gateway's role", () => {
  test('is nobody special and owns nothing', async () => {
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

  test('may do with each table what is listed here, column by column, and nothing else', async () => {
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
    expect(held.map(row => row.held)).toEqual([
      '_prisma_migrations SELECT finished_at',
      '_prisma_migrations SELECT migration_name',
      '_prisma_migrations SELECT rolled_back_at',
      'audit_event INSERT',
      'audit_event SELECT',
      'contract DELETE',
      'contract INSERT',
      'contract SELECT',
      'idempotency_key DELETE',
      'idempotency_key INSERT',
      'idempotency_key SELECT',
      'invitation DELETE',
      'invitation INSERT',
      'invitation SELECT',
      'invitation UPDATE secret_hash',
      'invitation UPDATE sent_at',
      'membership DELETE',
      'membership INSERT',
      'membership SELECT',
      'membership UPDATE roles',
      'ownership_transfer DELETE',
      'ownership_transfer INSERT',
      'ownership_transfer SELECT',
      'ownership_transfer UPDATE tries_left',
      'person SELECT',
      'plan SELECT',
      'purge_receipt SELECT',
      'tenant INSERT',
      'tenant SELECT',
      'tenant UPDATE billing_email',
      'tenant UPDATE deletion_due_at',
      'tenant UPDATE name',
      'tenant UPDATE next_plan_code',
      'tenant UPDATE next_plan_due_at',
      'tenant UPDATE plan_code',
      'tenant UPDATE plan_since',
      'tenant UPDATE status',
      'tenant UPDATE status_changed_at',
      'tenant UPDATE status_reason',
      'tombstone SELECT',
    ]);
    expect(Object.keys(GRANTS).sort()).toEqual([
      ...['audit_event', 'contract', 'idempotency_key', 'invitation', 'membership', 'ownership_transfer', 'person', 'plan'],
      ...['purge_receipt', 'tenant', 'tombstone'],
    ]);
  });
});
