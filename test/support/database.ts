import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { uuidv7 as uuid } from 'uuidv7';
import { inject } from 'vitest';
import type { PlanCode, Role, TenantStatus } from '../../src/access/vocabulary.ts';
import { admin, withDatabase } from './database-cluster.ts';
import { useResource } from './resource.ts';

export type TestDatabase = {
  readonly name: string;
  /** A superuser's URL, which no row-level security restricts. */
  readonly adminUrl: string;
  /** The URL of the gateway's role, under row-level security. */
  readonly runtimeUrl: string;
  /** Runs a statement as the superuser. One with a name is planned once on a connection. */
  sql<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: readonly unknown[], name?: string): Promise<Row[]>;
  drop(): Promise<void>;
};

/** A migrated database with only the plan catalogue, for a test file; see {@link useResource}. */
export const useDatabase = (): TestDatabase => useResource(createDatabase, database => database.drop());

/** Creates a migrated database with only the plan catalogue. */
export async function createDatabase(): Promise<TestDatabase> {
  const { adminUrl: clusterUrl, template, runtime, prefix } = inject('cluster');
  const name = `${prefix}_${randomBytes(4).toString('hex')}`;
  await exclusively(clusterUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const adminUrl = withDatabase(clusterUrl, name);
  const pool = new pg.Pool({ connectionString: adminUrl, max: 2 });
  pool.on('error', () => {});
  return {
    name,
    adminUrl,
    runtimeUrl: Object.assign(new URL(adminUrl), { username: runtime.name, password: runtime.password }).href,
    sql: async (text, values = [], name) => (await pool.query({ text, values: [...values], name })).rows,
    drop: async () => {
      await pool.end();
      await admin(clusterUrl, client => client.query(waitUntilUnused(name)));
      await exclusively(clusterUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/**
 * Waits up to two seconds until no client is connected. A pool of pg ends before its connections
 * do, and a connection that FORCE breaks would raise an unhandled error in the test.
 */
const waitUntilUnused = (name: string) => `DO $$ BEGIN
  FOR tries IN 1..200 LOOP
    EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = '${name}' AND backend_type = 'client backend');
    PERFORM pg_sleep(0.01), pg_stat_clear_snapshot();
  END LOOP;
END $$`;

/** Runs CREATE or DROP DATABASE under a lock: a template can only be copied once at a time. */
const exclusively = (url: string, statement: string) =>
  admin(url, async client => {
    await client.query('SELECT pg_advisory_lock(4711)');
    await client.query(statement);
  });

export type Person = { readonly id: string; readonly subject: string; readonly email: string; readonly name: string };
export type Tenant = { readonly id: string; readonly slug: string; readonly name: string };
export type Member = { readonly id: string; readonly tenantId: string; readonly person: Person; readonly roles: readonly Role[] };

/** The issuer of test tokens. */
export const ISSUER = 'https://issuer.test.example';

/** The assignments that set a status and its dependent columns. */
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

    /** Inserts a tenant and its owner, which the database requires in one transaction. */
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

    /** Sets any status. Triggers are off, so transitions aren't checked. */
    setStatus: (tenant: Pick<Tenant, 'id'>, status: TenantStatus, reason: string | null = null) =>
      sql(`BEGIN; SET LOCAL session_replication_role = replica;
      UPDATE tenant SET ${statusColumns(status)}, status_reason = ${reason === null ? 'NULL' : pg.escapeLiteral(reason)} WHERE tenant_id = '${tenant.id}';
      ${status === 'deleted' ? `DELETE FROM slug_claim WHERE held_by = '${tenant.id}';` : ''} COMMIT`),
  };
}
