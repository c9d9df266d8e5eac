import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { LARGE_TABLES, migrateBefore } from '../../scripts/earlier-migrations.ts';
import { migrate } from '../../src/database/admin/migrate.ts';
import { fixtures, type TestDatabase } from './database.ts';
import { admin, withDatabase } from './database-cluster.ts';

/**
 * Creates a database that had rows before {@link LARGE_TABLES}: its large tables aren't in
 * partitions. It has one tenant, whose log has one event.
 */
export async function createUnpartitioned(): Promise<TestDatabase> {
  const { adminUrl: clusterUrl, runtime, prefix } = inject('cluster');
  const name = `${prefix}_${randomBytes(4).toString('hex')}`;
  await admin(clusterUrl, client => client.query(`CREATE DATABASE ${name}`));
  const adminUrl = withDatabase(clusterUrl, name);
  const pool = new pg.Pool({ connectionString: adminUrl, max: 2 });
  pool.on('error', () => {});
  const sql: TestDatabase['sql'] = async (text, values = []) => (await pool.query(text, [...values])).rows;
  await migrateBefore({ url: adminUrl, runtime }, LARGE_TABLES);
  const make = fixtures({ sql });
  const first = await make.tenant('first', await make.person('First Owner'));
  await addEvents({ sql }, first.id, 1);
  await migrate({ url: adminUrl, runtime });
  return {
    name,
    adminUrl,
    runtimeUrl: Object.assign(new URL(adminUrl), { username: runtime.name, password: runtime.password }).href,
    sql,
    drop: async () => {
      await pool.end();
      await admin(clusterUrl, client => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

/** Adds events to a tenant's log, bound for the trigger that chains them. */
export const addEvents = ({ sql }: Pick<TestDatabase, 'sql'>, tenantId: string, many: number) =>
  sql(
    `INSERT INTO audit_event (tenant_id, id, at, actor_kind, actor_id, actor_name, action, outcome, rule, request_id)
     SELECT b.id::uuid, gen_random_uuid(), now(), 'system', 'test', 'Test', 'tenant.create', 'done', 'R2', 'r'
     FROM (SELECT set_config('app.tenant_id', $1, true) AS id OFFSET 0) AS b, generate_series(1, $2::int)`,
    [tenantId, many],
  );

/** What the catalogue says of the large tables, their partitions, and what takes their rows. */
export const catalogueOf = async ({ sql }: Pick<TestDatabase, 'sql'>): Promise<readonly string[]> =>
  (
    await sql<{ line: string }>(`
      WITH large AS (SELECT c.* FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
        WHERE c.relkind IN ('r', 'p') AND coalesce(i.inhparent, c.oid)::regclass::text IN ('audit_event', 'charge', 'earning', 'usage_record'))
      SELECT format('%s %s rls %s %s owner %s acl %s', oid::regclass, relkind, relrowsecurity, relforcerowsecurity, relowner::regrole, ARRAY(SELECT x::text FROM unnest(coalesce(relacl, acldefault('r', relowner))) x ORDER BY 1)) AS line FROM large
      UNION ALL SELECT format('%s: %s', c.oid::regclass, pg_get_expr(c.relpartbound, c.oid)) FROM large c WHERE c.relispartition
      UNION ALL SELECT format('%s.%s %s null %s default %s acl %s', c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull, pg_get_expr(d.adbin, d.adrelid), ARRAY(SELECT x::text FROM unnest(a.attacl) x ORDER BY 1))
        FROM large c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
      UNION ALL SELECT format('%s %s valid %s %s', c.oid::regclass, regexp_replace(k.conname, '\\d+$', ''), k.convalidated, pg_get_constraintdef(k.oid)) FROM large c JOIN pg_constraint k ON k.conrelid = c.oid
      UNION ALL SELECT format('%s valid %s', pg_get_indexdef(i.indexrelid), i.indisvalid) FROM large c JOIN pg_index i ON i.indrelid = c.oid
      UNION ALL SELECT format('%s enabled %s', pg_get_triggerdef(t.oid), t.tgenabled) FROM large c JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
      UNION ALL SELECT format('%s refers by %s %s', r.tgrelid::regclass, r.tgfoid::regproc, r.tgtype) FROM pg_trigger r WHERE r.tgisinternal AND r.tgrelid::regclass::text IN ('tenant', 'entitlement')
      UNION ALL SELECT format('policy %s %s %s %s %s %s %s', p.polname, c.oid::regclass, p.polcmd, p.polpermissive, p.polroles::regrole[], pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
        FROM large c JOIN pg_policy p ON p.polrelid = c.oid
      UNION ALL SELECT format('%s owner %s acl %s', pg_get_functiondef(p.oid), p.proowner::regrole, ARRAY(SELECT x::text FROM unnest(coalesce(p.proacl, acldefault('f', p.proowner))) x ORDER BY 1)) FROM pg_proc p
        WHERE p.pronamespace IN ('public'::regnamespace, 'tenant_hash'::regnamespace)
      UNION ALL SELECT format('type %s', t.oid::regtype) FROM pg_type t WHERE t.typnamespace = 'tenant_hash'::regnamespace
      ORDER BY 1`)
  ).map(({ line }) => line);
