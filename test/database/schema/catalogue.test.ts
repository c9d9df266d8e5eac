import { describe, expect, inject, test } from 'vitest';
import { useDatabase } from '../../support/database.ts';
import { mismatches } from '../../support/mismatches.ts';
import { TABLES, TABLES_FILE, TENANT_TABLES } from '../../support/tables.ts';

/**
 * What the database's own catalogue says of the wall, for every table and function that there will
 * ever be.
 */
const database = useDatabase();

const { name: runtime } = inject('cluster').runtime;
const sql = <Row extends object>(text: string, values?: readonly unknown[]) => database.sql<Row & Record<string, unknown>>(text, values);
const namesOf = async (text: string, values?: readonly unknown[]) =>
  (await sql<{ name: string }>(text, values)).map(({ name }) => name).sort();

const HAS_TENANT = "EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)";
const OURS = "c.relnamespace = 'public'::regnamespace";

describe('tables', () => {
  test('are these; a new one must be added here on purpose', async () => {
    const names = await namesOf(`SELECT relname::text AS name FROM pg_class c WHERE relkind IN ('r', 'p') AND ${OURS}`);
    expect(mismatches(names, ['_prisma_migrations', ...TABLES], TABLES_FILE)).toEqual([]);
  });

  test('T6: the tables of people, who belong to no tenant, force row-level security too', async () => {
    const forced = { enabled: true, forced: true };
    expect(
      await sql("SELECT relrowsecurity AS enabled, relforcerowsecurity AS forced FROM pg_class WHERE relname IN ('person', 'erasure')"),
    ).toEqual([forced, forced]);
  });

  test("T6: every tenant's table forces row-level security on everybody, its owner too", async () => {
    const tables = await sql<{ name: string; enabled: boolean; forced: boolean }>(
      `SELECT relname::text AS name, relrowsecurity AS enabled, relforcerowsecurity AS forced FROM pg_class c
       WHERE relkind IN ('r', 'p') AND ${OURS} AND ${HAS_TENANT} ORDER BY 1`,
    );
    const open = tables.filter(({ enabled, forced }) => !enabled || !forced).map(({ name }) => name);
    expect(open.map(name => `a new migration: ENABLE and FORCE ROW LEVEL SECURITY of ${name}`)).toEqual([]);
    expect(
      mismatches(
        tables.map(({ name }) => name),
        TENANT_TABLES,
        TABLES_FILE,
      ),
    ).toEqual([]);
  });

  test("T1: a trigger of every tenant's table keeps a row in its tenant", async () => {
    const open = await namesOf(
      `SELECT c.relname::text AS name FROM pg_class c WHERE c.relkind IN ('r', 'p') AND ${OURS} AND ${HAS_TENANT} AND NOT EXISTS (
         SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgfoid = 'refuse_change'::regproc AND t.tgenabled = 'O'
           AND t.tgname = CASE c.relname WHEN 'tenant' THEN '' ELSE c.relname || '_' END || 'tenant_id_is_immutable'
           AND pg_get_triggerdef(t.oid) LIKE '% BEFORE UPDATE OF tenant_id ON %')`,
    );
    expect(open.map(name => `a new migration: a trigger ${name}_tenant_id_is_immutable`)).toEqual([]);
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
    const due = [
      ...TENANT_TABLES.map(bound),
      crossing('api_key'),
      crossing('audit_event'),
      crossing('audit_head'),
      policy('audit_subject.crossing', 'ALL', '{ipto_owner}', 'true', 'true'),
      crossing('charge'),
      crossing('contract'),
      crossing('data_object'),
      crossing('deprecated_use'),
      crossing('earning'),
      policy('erasure.crossing', 'ALL', '{ipto_owner}', 'true', 'true'),
      policy('earning.crossing_retrieval', 'INSERT', '{ipto_owner}', null, 'true'),
      crossing('idempotency_key'),
      policy('event.crossing', 'ALL', '{ipto_owner}', 'true', 'true'),
      policy('event_head.crossing', 'ALL', '{ipto_owner}', 'true', 'true'),
      policy('event_outbox.crossing', 'ALL', '{ipto_owner}', 'true', 'true'),
      crossing('invitation'),
      crossing('listing'),
      policy('market_index.crossing', 'ALL', '{ipto_owner}', 'true', 'true'),
      crossing('membership'),
      policy('membership.own_membership', 'INSERT', '{public}', null, '(person_id = ( SELECT app_person() AS app_person))', 'RESTRICTIVE'),
      crossing('notice'),
      crossing('ownership_transfer'),
      policy('person.crossing', 'ALL', '{ipto_owner}', 'true', 'true'),
      policy('person.self_or_fellow_member', 'SELECT', '{public}', fellow, null),
      crossing('refusal_count'),
      crossing('stale_object'),
      crossing('tenant'),
      policy('tenant.crossing_holds', 'UPDATE', '{ipto_owner}', 'true', 'false'),
      crossing('tombstone'),
      crossing('usage_record'),
      crossing('webhook'),
      crossing('webhook_delivery'),
    ];
    const byName = (rows: readonly { policy?: unknown }[]) => Object.fromEntries(rows.map(row => [row.policy, row]));
    expect(byName(policies)).toEqual(byName(due));
    expect(policies).toHaveLength(due.length);
  });

  test("the job queue's tables are opened to the gateway's role alone", async () => {
    const policies = await sql(
      'SELECT DISTINCT schemaname::text AS schema, cmd, roles::text AS roles FROM pg_policies WHERE schemaname <> $1',
      ['public'],
    );
    expect(policies).toEqual([{ schema: 'graphile_worker', cmd: 'ALL', roles: `{${runtime}}` }]);
    expect(await namesOf("SELECT nspname::text AS name FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'")).toEqual([
      'event_day',
      'graphile_worker',
      'public',
      'tenant_hash',
    ]);
  });

  test('T6: every partition is in a schema that is closed to the gateway, and forces row-level security without a policy', async () => {
    const open = await namesOf(
      `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relispartition AND c.relkind IN ('r', 'p') AND (
         has_schema_privilege($1, c.relnamespace, 'USAGE') OR has_table_privilege($1, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
         OR has_any_column_privilege($1, c.oid, 'SELECT, INSERT, UPDATE') OR NOT (c.relrowsecurity AND c.relforcerowsecurity)
         OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))`,
      [runtime],
    );
    expect(open).toEqual([]);
    const partitioned = await namesOf(`SELECT c.relname::text AS name FROM pg_class c WHERE c.relkind = 'p' AND ${OURS}`);
    expect(partitioned).toEqual(['audit_event', 'charge', 'earning', 'event', 'usage_record']);
    for (const name of partitioned) {
      const parts = await sql('SELECT FROM pg_inherits WHERE inhparent = $1::regclass', [name]);
      expect(parts.length, name).toBe(name === 'event' ? 3 : 16);
    }
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

  test('every foreign key has an index for deletions, except those to plans, which stay', async () => {
    expect(
      await namesOf(`SELECT k.conname::text AS name FROM pg_constraint k WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indpred IS NULL AND (
          (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey OR i.indisunique AND i.indkey::int2[] <@ k.conkey))`),
    ).toEqual(['tenant_next_plan_code_fkey', 'tenant_plan_code_fkey']);
  });

  test('have no view and no rule', async () => {
    expect(await namesOf(`SELECT relname::text AS name FROM pg_class c WHERE relkind IN ('v', 'm', 'f') AND ${OURS}`)).toEqual([]);
    expect(await namesOf("SELECT rulename::text AS name FROM pg_rules WHERE schemaname = 'public'")).toEqual([]);
  });
});
