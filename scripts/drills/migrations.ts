import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { migrate, migrationsIn } from '../../src/database/admin/migrate.ts';
import { startCluster } from '../database.ts';
import { runDrill } from './frame.ts';

/**
 * `tsx scripts/drills/migrations.ts --rounds N`: three `ipto migrate` at the same time, on an empty
 * database and on one that lacks the last migrations. All end with 0, each migration is applied
 * once, and the tables are those of a database that one migrated.
 */
const AT_ONCE = 3;
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

type Ended = { readonly code: number; readonly text: string };

const runMigrate = (env: Readonly<Record<string, string>>): Promise<Ended> =>
  new Promise(resolve => {
    execFile(process.execPath, [CLI, 'migrate'], { env: { PATH: process.env.PATH, ...env } }, (error, out, err) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, text: out + err }),
    );
  });

const APPLIED = `SELECT string_agg(migration_name, ',' ORDER BY migration_name COLLATE "C") AS names FROM _prisma_migrations
  WHERE finished_at IS NOT NULL`;

/** A table or a function is missing. */
const MISSING: readonly unknown[] = ['42P01', '42883'];
const onlyIfMissing = (error: { readonly code?: string }) => {
  if (!MISSING.includes(error.code)) throw error;
};

/** The columns, indexes, policies and functions of a database, and who may do what with a table. */
const SHAPE = `
  SELECT string_agg(line, E'\\n' ORDER BY line) AS shape FROM (
    SELECT table_name || '.' || column_name || ' ' || data_type AS line FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT tablename || ' ' || policyname || ' ' || coalesce(qual, '') FROM pg_policies WHERE schemaname = 'public'
    UNION ALL SELECT proname || ' ' || md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace) AS lines`;

await runDrill(
  'migrations',
  async ({ rounds, fault, atEnd }) => {
    const cluster = await startCluster();
    atEnd(cluster.stop);
    const all = migrationsIn();
    const earlier = await mkdtemp(join(tmpdir(), 'ipto-drill-migrations-'));
    atEnd(() => rm(earlier, { recursive: true, force: true }));
    await cp(MIGRATIONS, earlier, { recursive: true });
    for (const name of all.slice(-3)) await rm(join(earlier, name), { recursive: true });

    const superuser = new pg.Client({ connectionString: cluster.url });
    await superuser.connect();
    const made: string[] = [];
    atEnd(async () => {
      for (const name of made) {
        await superuser.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
        await superuser.query(`DROP ROLE IF EXISTS ${name}`);
      }
      await superuser.end();
    });
    const inDatabase = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return await work(client).finally(() => client.end());
    };
    let expected: string | null = null;
    let applied = 0;
    for (let round = 0; round < rounds; round += 1) {
      for (const before of ['nothing', 'all but three'] as const) {
        const name = `ipto_drill_${randomBytes(4).toString('hex')}`;
        made.push(name);
        await superuser.query(`CREATE DATABASE ${name}`);
        const adminUrl = Object.assign(new URL(cluster.url), { pathname: `/${name}` }).href;
        const runtime = { name, password: randomBytes(12).toString('hex') };
        const runtimeUrl = Object.assign(new URL(adminUrl), { username: name, password: runtime.password }).href;
        // They are applied; then its privileges name a table or function that is to come.
        if (before === 'all but three') await migrate({ url: adminUrl, runtime, folder: earlier }).catch(onlyIfMissing);
        const env = { DATABASE_URL: runtimeUrl, MIGRATE_DATABASE_URL: adminUrl };
        const ends = await Promise.all(Array.from({ length: AT_ONCE }, () => runMigrate(env)));
        for (const { code, text } of ends) if (code !== 0) fault(`on ${before}: one ended with ${code}: ${text}`);
        if (ends.filter(({ text }) => text.includes('Nothing to apply.')).length !== AT_ONCE - 1)
          fault(`on ${before}: not one of them applied, and the others nothing: ${ends.map(({ text }) => text).join('; ')}`);
        const { names, shape } = await inDatabase(adminUrl, async client => ({
          names: (await client.query<{ names: string }>(APPLIED)).rows[0]!.names,
          shape: (await client.query<{ shape: string }>(SHAPE)).rows[0]!.shape,
        }));
        if (names !== all.join()) fault(`on ${before}: applied are ${names}`);
        expected ??= shape;
        if (shape !== expected) fault(`on ${before}: the tables differ from those of the first database`);
        applied += 1;
      }
    }
    return `${applied} databases, ${AT_ONCE} processes each, ${all.length} migrations once`;
  },
  { rounds: 5 },
);
