import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type MigrateOptions, migrate } from '../src/database/admin/migrate.ts';
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

/** A PostgreSQL for scripts. */
export type Cluster = {
  /** A superuser's URL. */
  readonly url: string;
  /** Kills all its processes with SIGKILL, and starts it again on the same port. */
  crash(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Starts an embedded PostgreSQL, or takes the one that DATABASE_URL names (as a superuser), which
 * can't be crashed.
 *
 * @param durable false skips fsync, and loses what was committed right before a crash.
 */
export async function startCluster({ durable = false } = {}): Promise<Cluster> {
  const given = process.env.DATABASE_URL;
  const refuse = () => Promise.reject(new Error('PostgreSQL of DATABASE_URL is not to be killed; unset it'));
  if (given) return { url: given, crash: refuse, stop: async () => {} };
  const directory = await mkdtemp(path.join(tmpdir(), 'ipto-cluster-'));
  let embedded = await startEmbedded({ directory, durable });
  return {
    url: embedded.url,
    crash: async () => {
      await killPostgres(path.join(directory, 'data'));
      await embedded.stop();
      embedded = await startEmbedded({ directory, durable, port: embedded.port });
    },
    stop: async () => {
      await embedded.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Kills the postmaster of a data folder, then its children, so that nothing ends in good order. */
async function killPostgres(data: string): Promise<void> {
  const postmaster = (await readFile(path.join(data, 'postmaster.pid'), 'utf8')).split('\n')[0]!;
  const children = (await readFile(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8')).trim().split(' ');
  for (const pid of [postmaster, ...children].map(Number).filter(Boolean))
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended with its postmaster.
    }
}

/** Creates a database in a cluster, named after its purpose, and migrates it. */
export async function makeDatabase(
  clusterUrl: string,
  purpose: string,
  migrating: (options: MigrateOptions) => Promise<unknown> = migrate,
): Promise<ScriptDatabase> {
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
  await migrating({ url: adminUrl, runtime });
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
