import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { CROSSINGS } from '../../src/database/crossings.ts';
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
      'membership',
      'person',
      'plan',
      'slug_claim',
      'tenant',
    ]);
  });

  test("T6: every tenant's table forces row-level security on everybody, its owner too", async () => {
    const tables = await sql<{ name: string; enabled: boolean; forced: boolean }>(
      `SELECT relname::text AS name, relrowsecurity AS enabled, relforcerowsecurity AS forced FROM pg_class c
       WHERE relkind IN ('r', 'p') AND ${OURS} AND ${HAS_TENANT} ORDER BY 1`,
    );
    expect(tables).toEqual(['membership', 'tenant'].map(name => ({ name, enabled: true, forced: true })));
  });

  test('T6: the policies are these, word for word', async () => {
    const policies = await sql(
      `SELECT tablename || '.' || policyname AS policy, cmd, permissive, roles::text AS roles, qual, with_check FROM pg_policies ORDER BY 1`,
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
    expect(policies).toEqual([
      policy('membership.bound_tenant', 'ALL', '{public}', tenant, tenant),
      policy('membership.crossing', 'SELECT', '{ipto_owner}', 'true', null),
      policy('membership.own_membership', 'INSERT', '{public}', null, '(person_id = ( SELECT app_person() AS app_person))', 'RESTRICTIVE'),
      policy('person.crossing', 'ALL', '{ipto_owner}', 'true', 'true'),
      policy('person.self_or_fellow_member', 'SELECT', '{public}', fellow, null),
      policy('tenant.bound_tenant', 'ALL', '{public}', tenant, tenant),
      policy('tenant.crossing', 'SELECT', '{ipto_owner}', 'true', null),
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
    ).toEqual(['membership_person_id_fkey', 'tenant_plan_code_fkey']);
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
      'membership INSERT',
      'membership SELECT',
      'person SELECT',
      'plan SELECT',
      'tenant INSERT',
      'tenant SELECT',
      'tenant UPDATE name',
    ]);
    expect(Object.keys(GRANTS).sort()).toEqual(['membership', 'person', 'plan', 'tenant']);
  });
});

describe('functions', () => {
  test('that run as their owner are the crossings, each with a search path that nobody can change', async () => {
    const functions = await sql<{ name: string; config: string[] }>(
      `SELECT proname::text AS name, proconfig AS config FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace`,
    );
    expect(functions.map(({ name }) => name).sort()).toEqual(Object.keys(CROSSINGS).sort());
    expect(Object.keys(CROSSINGS).sort()).toEqual([
      'assert_owner',
      'claim_slug',
      'crossing_memberships_of',
      'crossing_owned_free_tenants',
      'crossing_register_person',
    ]);
    for (const { name, config } of functions) expect(config, name).toEqual(['search_path=pg_catalog, pg_temp']);
  });

  test('that run as their owner belong to a role that is no superuser and nobody logs in as', async () => {
    expect(
      await sql(
        `SELECT DISTINCT o.rolname::text AS owner, o.rolsuper, o.rolbypassrls, o.rolcanlogin FROM pg_proc p JOIN pg_roles o ON o.oid = p.proowner
         WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace`,
      ),
    ).toEqual([{ owner: 'ipto_owner', rolsuper: false, rolbypassrls: false, rolcanlogin: false }]);
  });

  test('are executed by the gateway exactly if they are callable, and by nobody else', async () => {
    const functions = await sql<{ name: string; gateway: boolean; anybody: boolean }>(
      `SELECT p.proname::text AS name, has_function_privilege($1, p.oid, 'EXECUTE') AS gateway,
         EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x WHERE x.grantee = 0) AS anybody
       FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace`,
      [runtime],
    );
    for (const { name, gateway, anybody } of functions) {
      expect(gateway, name).toBe(CROSSINGS[name as keyof typeof CROSSINGS].callable);
      expect(anybody, name).toBe(false);
    }
    expect(
      Object.entries(CROSSINGS)
        .filter(([, { callable }]) => callable)
        .map(([name]) => name),
    ).toEqual(['crossing_memberships_of', 'crossing_register_person', 'crossing_owned_free_tenants']);
  });

  test('T5: the crossings take and tell this, and nothing more', async () => {
    const told = await sql<{ name: string; takes: string; tells: string }>(
      `SELECT proname::text AS name, pg_get_function_identity_arguments(oid) AS takes, pg_get_function_result(oid) AS tells
       FROM pg_proc WHERE starts_with(proname, 'crossing_') ORDER BY 1`,
    );
    expect(told).toEqual([
      {
        name: 'crossing_memberships_of',
        takes: 'issuer text, subject text, named_id uuid, named_slug text',
        tells:
          'TABLE(person_id uuid, tenant_id uuid, slug text, name text, status text, status_reason text, plan_code text, features text[], sells boolean, buys boolean, membership_id uuid, roles text[], joined_at timestamp with time zone)',
      },
      { name: 'crossing_owned_free_tenants', takes: '', tells: 'integer' },
      {
        name: 'crossing_register_person',
        takes: 'candidate uuid, issuer text, subject text, name text, email text, email_verified boolean',
        tells: 'uuid',
      },
    ]);
  });
});
