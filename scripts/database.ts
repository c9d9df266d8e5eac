import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { migrate } from '../src/database/admin/migrate.ts';
import { startEmbedded } from '../src/demo/postgres/embedded.ts';

/** A migrated database for one script. */
export type ScriptDatabase = {
  /** A superuser's URL. */
  readonly adminUrl: string;
  /** The gateway's URL: under row-level security. */
  readonly runtimeUrl: string;
  /** Runs a statement as the superuser. */
  sql<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
};

/** Starts an embedded PostgreSQL, or takes the one that DATABASE_URL names (as a superuser). */
export async function startCluster(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const given = process.env.DATABASE_URL;
  if (given) return { url: given, stop: async () => {} };
  const directory = await mkdtemp(path.join(tmpdir(), 'ipto-cluster-'));
  const embedded = await startEmbedded({ directory, durable: false });
  return {
    url: embedded.url,
    stop: async () => {
      await embedded.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Creates a database in a cluster, named after its purpose. */
export async function makeDatabase(clusterUrl: string, purpose: string): Promise<ScriptDatabase> {
  const name = `ipto_${purpose}_${randomBytes(4).toString('hex')}`;
  const runtime = { name, password: randomBytes(12).toString('hex') };
  const admin = async (...statements: string[]) => {
    const client = new pg.Client({ connectionString: clusterUrl });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  await admin(`CREATE DATABASE ${name}`);
  const adminUrl = Object.assign(new URL(clusterUrl), { pathname: `/${name}` }).href;
  await migrate({ url: adminUrl, runtime });
  const pool = new pg.Pool({ connectionString: adminUrl, max: 4 });
  pool.on('error', () => {});
  return {
    adminUrl,
    runtimeUrl: Object.assign(new URL(adminUrl), { username: runtime.name, password: runtime.password }).href,
    sql: async (text, values = []) => (await pool.query(text, [...values])).rows,
    drop: async () => {
      await pool.end();
      await admin(`DROP DATABASE ${name} WITH (FORCE)`, `DROP ROLE ${name}`);
    },
  };
}
