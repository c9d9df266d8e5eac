import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { v7 as uuid } from 'uuid';
import { inject } from 'vitest';
import type { PlanCode, Role, TenantStatus } from '../../src/access/vocabulary.ts';
import { admin, withDatabase } from './database-cluster.ts';
import { useResource } from './resource.ts';

/** A database of a test file's own. */
export type TestDatabase = {
  readonly name: string;
  /** A superuser's URL: past both walls. */
  readonly adminUrl: string;
  /** The gateway's URL: under row-level security. */
  readonly runtimeUrl: string;
  /** Runs a statement as the superuser. */
  sql<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
};

/** A migrated database for a test file, with the catalogue's rows only; see {@link useResource}. */
export const useDatabase = (): TestDatabase => useResource(createDatabase, database => database.drop());

/** Creates a migrated database with the catalogue's rows only. */
export async function createDatabase(): Promise<TestDatabase> {
  const { adminUrl: clusterUrl, template, runtime, prefix } = inject('cluster');
  const name = `${prefix}_${randomBytes(4).toString('hex')}`;
  await once(clusterUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const adminUrl = withDatabase(clusterUrl, name);
  const pool = new pg.Pool({ connectionString: adminUrl, max: 2 });
  pool.on('error', () => {});
  return {
    name,
    adminUrl,
    runtimeUrl: Object.assign(new URL(adminUrl), { username: runtime.name, password: runtime.password }).href,
    sql: async (text, values = []) => (await pool.query(text, [...values])).rows,
    drop: async () => {
      await pool.end();
      await admin(clusterUrl, client => client.query(leftAlone(name)));
      await once(clusterUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/**
 * Waits, for two seconds at most, until nobody is connected. pg's pool has ended before its
 * connections have: one that FORCE breaks tells the pool of an error, and vitest of it where nobody
 * listens.
 */
const leftAlone = (name: string) => `DO $$ BEGIN
  FOR tries IN 1..200 LOOP
    EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = '${name}' AND backend_type = 'client backend');
    PERFORM pg_sleep(0.01), pg_stat_clear_snapshot();
  END LOOP;
END $$`;

/**
 * CREATE DATABASE from one template runs one at a time in a cluster: test files that meet there
 * wait for each other.
 */
const once = (url: string, statement: string) =>
  admin(url, async client => {
    await client.query('SELECT pg_advisory_lock(4711)');
    await client.query(statement);
  });

export type Person = { readonly id: string; readonly subject: string; readonly email: string; readonly name: string };
export type Tenant = { readonly id: string; readonly slug: string; readonly name: string };
export type Member = { readonly id: string; readonly tenantId: string; readonly person: Person; readonly roles: readonly Role[] };

/** The issuer of the tests' tokens. */
export const ISSUER = 'https://issuer.test.example';

/** A status and what goes with it. */
export const statusColumns = (status: TenantStatus): string =>
  `status = '${status}', ${
    status === 'pending_deletion'
      ? "status_before = CASE WHEN status IN ('active', 'suspended') THEN status ELSE 'active' END, deletion_due_at = now() + interval '30 days'"
      : 'status_before = NULL, status_reason_before = NULL, deletion_due_at = NULL'
  }`;

/** Inserts rows as a superuser. `database` may be a handle whose database doesn't exist yet. */
export function fixtures(database: Pick<TestDatabase, 'sql'>) {
  const sql: TestDatabase['sql'] = (text, values) => database.sql(text, values);
  return {
    async person(name: string, issuer = ISSUER): Promise<Person> {
      const id = uuid();
      const email = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '.')}@people.example`;
      await sql('INSERT INTO person (id, issuer, subject, name, email, email_verified) VALUES ($1, $2, $3, $4, $5, true)', [
        id,
        issuer,
        email,
        name,
        email,
      ]);
      return { id, subject: email, email, name };
    },

    /** A tenant with its owner, in one transaction as the database wants it. */
    async tenant(
      slug: string,
      owner: Person,
      { status = 'active', plan = 'FREE', name = `Tenant ${slug}` }: { status?: TenantStatus; plan?: PlanCode; name?: string } = {},
    ) {
      const id = uuid();
      const membershipId = uuid();
      await sql(
        `WITH t AS (INSERT INTO tenant (tenant_id, slug, name, status, plan_code, billing_email) VALUES ($1, $2, $3, $4, $5, $2 || '@bills.example'))
       INSERT INTO membership (tenant_id, id, person_id, roles) VALUES ($1, $6, $7, '{owner}')`,
        [id, slug, name, status, plan, membershipId, owner.id],
      );
      return { id, slug, name, owner: { id: membershipId, tenantId: id, person: owner, roles: ['owner'] } satisfies Member };
    },

    async member(tenant: Pick<Tenant, 'id'>, person: Person, roles: readonly Role[]): Promise<Member> {
      const id = uuid();
      await sql('INSERT INTO membership (tenant_id, id, person_id, roles) VALUES ($1, $2, $3, $4)', [tenant.id, id, person.id, roles]);
      return { id, tenantId: tenant.id, person, roles };
    },

    /**
     * Whatever it was before, and whether or not a tenant goes that way: the database's own moves are
     * looked away from.
     */
    setStatus: (tenant: Pick<Tenant, 'id'>, status: TenantStatus, reason: string | null = null) =>
      sql(`BEGIN; SET LOCAL session_replication_role = replica;
      UPDATE tenant SET ${statusColumns(status)}, status_reason = ${reason === null ? 'NULL' : pg.escapeLiteral(reason)} WHERE tenant_id = '${tenant.id}';
      ${status === 'deleted' ? `DELETE FROM slug_claim WHERE held_by = '${tenant.id}';` : ''} COMMIT`),
  };
}
