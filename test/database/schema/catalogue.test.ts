import { describe, expect, inject, test } from 'vitest';
import { useDatabase } from '../../support/database.ts';

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
    expect(await namesOf(`SELECT relname::text AS name FROM pg_class c WHERE relkind IN ('r', 'p') AND ${OURS}`)).toEqual([
      ...[
        '_prisma_migrations',
        'api_key',
        'audit_event',
        'audit_head',
        'charge',
        'contract',
        'data_object',
        'dataset',
        'earning',
        'entitlement',
      ],
      ...[
        'idempotency_key',
        'invitation',
        'listing',
        'market_index',
        'membership',
        'ownership_transfer',
        'person',
        'plan',
        'purge_receipt',
      ],
      ...['retrieval_count', 'slug_claim', 'stale_object', 'tenant', 'tombstone', 'usage_record'],
    ]);
  });

  test('T6: the table of people, who belong to no tenant, forces row-level security too', async () => {
    expect(await sql("SELECT relrowsecurity AS enabled, relforcerowsecurity AS forced FROM pg_class WHERE relname = 'person'")).toEqual([
      { enabled: true, forced: true },
    ]);
  });

  test("T6: every tenant's table forces row-level security on everybody, its owner too", async () => {
    const tables = await sql<{ name: string; enabled: boolean; forced: boolean }>(
      `SELECT relname::text AS name, relrowsecurity AS enabled, relforcerowsecurity AS forced FROM pg_class c
       WHERE relkind IN ('r', 'p') AND ${OURS} AND ${HAS_TENANT} ORDER BY 1`,
    );
    const names = [
      ...[
        'api_key',
        'audit_event',
        'audit_head',
        'charge',
        'contract',
        'data_object',
        'dataset',
        'earning',
        'entitlement',
        'idempotency_key',
      ],
      ...['invitation', 'listing', 'market_index', 'membership', 'ownership_transfer', 'purge_receipt', 'retrieval_count', 'stale_object'],
      ...['tenant', 'tombstone', 'usage_record'],
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
      bound('api_key'),
      bound('audit_event'),
      crossing('audit_event'),
      bound('audit_head'),
      crossing('audit_head'),
      bound('charge'),
      crossing('charge'),
      bound('contract'),
      bound('data_object'),
      crossing('data_object'),
      bound('dataset'),
      bound('earning'),
      crossing('earning'),
      policy('earning.crossing_retrieval', 'INSERT', '{ipto_owner}', null, 'true'),
      bound('entitlement'),
      bound('idempotency_key'),
      crossing('idempotency_key'),
      bound('invitation'),
      crossing('invitation'),
      bound('listing'),
      crossing('listing'),
      bound('market_index'),
      policy('market_index.crossing', 'ALL', '{ipto_owner}', 'true', 'true'),
      bound('membership'),
      crossing('membership'),
      policy('membership.own_membership', 'INSERT', '{public}', null, '(person_id = ( SELECT app_person() AS app_person))', 'RESTRICTIVE'),
      bound('ownership_transfer'),
      crossing('ownership_transfer'),
      policy('person.crossing', 'ALL', '{ipto_owner}', 'true', 'true'),
      policy('person.self_or_fellow_member', 'SELECT', '{public}', fellow, null),
      bound('purge_receipt'),
      bound('retrieval_count'),
      bound('stale_object'),
      crossing('stale_object'),
      bound('tenant'),
      crossing('tenant'),
      policy('tenant.crossing_holds', 'UPDATE', '{ipto_owner}', 'true', 'false'),
      bound('tombstone'),
      crossing('tombstone'),
      bound('usage_record'),
      crossing('usage_record'),
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
