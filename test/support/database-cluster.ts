import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startCluster } from '../../scripts/database.ts';
import { migrate } from '../../src/database/admin/migrate.ts';

/** The PostgreSQL of the tests: an embedded one, or that of DATABASE_URL (a superuser's URL). */
export type Cluster = {
  /** A superuser's URL. */
  readonly adminUrl: string;
  /** A migrated database with only the plan catalogue, to copy. */
  readonly template: string;
  /** The gateway's database role in this run. */
  readonly runtime: { readonly name: string; readonly password: string };
  /** The prefix of the database names of this run. */
  readonly prefix: string;
};

declare module 'vitest' {
  export interface ProvidedContext {
    cluster: Cluster;
  }
}

export const withDatabase = (url: string, database: string) => Object.assign(new URL(url), { pathname: `/${database}` }).href;

/** Runs `work` with a new connection. */
export async function admin<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return work(client).finally(() => client.end());
}

export default async function setup({ provide }: TestProject) {
  const { url, stop } = await startCluster();
  const prefix = `ipto_test_${randomBytes(4).toString('hex')}`;
  const cluster: Cluster = {
    adminUrl: url,
    template: `${prefix}_template`,
    runtime: { name: prefix, password: randomBytes(12).toString('hex') },
    prefix,
  };
  await admin(url, client => client.query(`CREATE DATABASE ${cluster.template}`));
  await migrate({ url: withDatabase(url, cluster.template), runtime: cluster.runtime });
  provide('cluster', cluster);
  return async () => {
    await admin(url, async client => {
      const { rows } = await client.query<{ name: string }>('SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)', [
        prefix,
      ]);
      for (const { name } of rows) await client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
      await client.query(`DROP ROLE IF EXISTS ${prefix}`);
    });
    await stop();
  };
}
