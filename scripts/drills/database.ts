import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startEmbedded } from '../../src/database/embedded.ts';
import { migrate } from '../../src/database/migrate.ts';

/** The server that DATABASE_URL names, or an embedded one of its own until `stop`. */
export async function cluster() {
  const given = process.env.DATABASE_URL;
  if (given) return { url: given, stop: async () => {} };
  const directory = await mkdtemp(path.join(tmpdir(), 'ipto-drill-'));
  const embedded = await startEmbedded({ directory, durable: false });
  return {
    url: embedded.url,
    stop: async () => {
      await embedded.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A migrated database of its own on a server, until `drop`. */
export async function makeDatabase(clusterUrl: string) {
  const name = `ipto_drill_${randomBytes(4).toString('hex')}`;
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
  const sql = async <Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await pool.query(text, [...values])).rows;
  return {
    /** Runs a statement as the superuser. */
    sql,
    /** The gateway's URL: under row-level security. */
    runtimeUrl: Object.assign(new URL(adminUrl), { username: runtime.name, password: runtime.password }).href,
    /** Waits until nothing of a process that was killed is at work any more. */
    idle: async () => {
      while ((await sql("SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ipto-gateway'")).length)
        await sleep(5);
    },
    drop: async () => {
      await pool.end();
      await admin(`DROP DATABASE ${name} WITH (FORCE)`, `DROP ROLE ${name}`);
    },
  };
}
