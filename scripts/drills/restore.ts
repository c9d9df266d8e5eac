import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import pg from 'pg';
import { startEmbedded } from '../../src/demo/postgres/embedded.ts';
import { seed } from '../../src/demo/seed.ts';
import { filesIn } from '../../src/store/files.ts';
import { makeDatabase } from '../database.ts';

/**
 * `npm run drill:restore`: backs a database with the demo's data up in the two ways of
 * docs/backup.md, loses it, restores it, and compares: every row, `audit verify` and
 * `billing verify`. Changes one restored audit event, which the verification must find. A dump
 * needs the PostgreSQL of this machine, with its programs.
 */
const LOCAL = 'postgresql://postgres@127.0.0.1:5432/postgres';
const run = promisify(execFile);
const faults: string[] = [];
const say = (line: string) => process.stdout.write(`${line}\n`);
const home = await mkdtemp(join(tmpdir(), 'ipto-restore-'));

type Rows = Readonly<Record<string, string>>;
type Urls = { readonly adminUrl: string; readonly runtimeUrl: string };

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return await work(client).finally(() => client.end());
}

/** The number of rows of each table, and a hash of them. */
const rowsIn = (url: string): Promise<Rows> =>
  withClient(url, async client => {
    const tables = await client.query<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
    const found: Record<string, string> = {};
    for (const { name } of tables.rows) {
      const text = `SELECT count(*) || ' ' || md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) AS hash FROM ${name} t`;
      found[name] = (await client.query<{ hash: string }>(text)).rows[0]!.hash;
    }
    return found;
  });

/** Runs a verification as the gateway's role, and returns its exit code and its first line. */
async function verify(command: string, { runtimeUrl }: Urls): Promise<{ readonly code: number; readonly text: string }> {
  const args = ['--import', 'tsx', 'src/cli.ts', command, 'verify'];
  const { code, stdout } = await run(process.execPath, args, { env: { ...process.env, DATABASE_URL: runtimeUrl } }).then(
    done => ({ code: 0, stdout: done.stdout }),
    (error: { code: number; stdout: string }) => error,
  );
  return { code, text: stdout.split('\n')[0]! };
}

async function compare(way: string, before: Rows, restored: Urls): Promise<void> {
  const after = await rowsIn(restored.adminUrl);
  const isSame = isDeepStrictEqual(after, before) && Object.keys(before).length > 0;
  if (!isSame) faults.push(`${way}: the restored rows differ`);
  say(`${way}: ${Object.keys(before).length} tables ${isSame ? 'restored with the same rows' : 'DIFFER'}`);
  for (const command of ['audit', 'billing']) {
    const { code, text } = await verify(command, restored);
    if (code !== 0) faults.push(`${way}: ${command} verify exits with ${code}`);
    say(`${way}: ${command} verify: ${text}`);
  }
  await withClient(restored.adminUrl, async client => {
    await client.query("SET session_replication_role = replica; UPDATE audit_event SET actor_name = actor_name || '!' WHERE seq = 1");
  });
  const { code } = await verify('audit', restored);
  if (code !== 1) faults.push(`${way}: audit verify doesn't find a changed event`);
  say(`${way}: audit verify ${code === 1 ? 'finds' : 'MISSES'} an event that was changed afterwards`);
}

/** A dump of one database, for any cluster of the same or a newer version. */
async function dump(clusterUrl: string): Promise<void> {
  const database = await makeDatabase(clusterUrl, 'restore');
  const file = join(home, 'ipto.dump');
  try {
    await seed(database.adminUrl, filesIn(join(home, 'objects')));
    const before = await rowsIn(database.adminUrl);
    await run('pg_dump', ['--format=custom', '--file', file, database.adminUrl]);
    const [name] = new URL(database.adminUrl).pathname.slice(1).split('/') as [string];
    await database.sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()', [name]);
    await withClient(clusterUrl, async client => {
      await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await client.query(`CREATE DATABASE ${name}`);
    });
    await run('pg_restore', ['--exit-on-error', '--dbname', database.adminUrl, file]);
    await compare('dump', before, database);
  } finally {
    await database.drop();
  }
}

/** A copy of a running cluster's files, as pg_basebackup makes it, with a write in the meantime. */
async function baseBackup(): Promise<void> {
  const [from, to] = [join(home, 'from'), join(home, 'to')];
  const first = await startEmbedded({ directory: from, durable: false });
  const database = await makeDatabase(first.url, 'restore');
  await seed(database.adminUrl, filesIn(join(home, 'objects')));
  await withClient(database.adminUrl, async client => {
    await client.query("SELECT pg_backup_start('drill', fast => true)");
    await cp(join(from, 'data'), join(to, 'data'), { recursive: true, filter: path => !/\/(pg_wal\/.+|postmaster\.pid)$/.test(path) });
    await database.sql("UPDATE person SET name = name || ' (renamed during the backup)' WHERE email = 'sam@people.example'");
    const { rows } = await client.query<{ label: string }>('SELECT labelfile AS label FROM pg_backup_stop(false)');
    await writeFile(join(to, 'data', 'backup_label'), rows[0]!.label);
    await cp(join(from, 'data', 'pg_wal'), join(to, 'data', 'pg_wal'), { recursive: true });
    await cp(join(from, 'password'), join(to, 'password'));
  });
  const before = await rowsIn(database.adminUrl);
  await database.sql("UPDATE person SET name = 'Lost' WHERE email = 'sam@people.example'");
  await database.drop();
  await first.stop();
  const second = await startEmbedded({ directory: to, durable: false });
  const moved = (url: string) => Object.assign(new URL(url), { port: String(second.port) }).href;
  try {
    await compare('base backup', before, { adminUrl: moved(database.adminUrl), runtimeUrl: moved(database.runtimeUrl) });
  } finally {
    await second.stop();
  }
}

try {
  const isLocal = await withClient(LOCAL, async () => true).catch(() => false);
  const hasPrograms = await run('pg_dump', ['--version']).then(
    () => true,
    () => false,
  );
  if (isLocal && hasPrograms) await dump(LOCAL);
  else say('dump: skipped, because no PostgreSQL answers at 127.0.0.1:5432, or pg_dump is missing');
  await baseBackup();
} finally {
  await rm(home, { recursive: true, force: true });
}
for (const fault of faults) process.stderr.write(`fault: ${fault}\n`);
say(`drill restore: ${faults.length} faults`);
process.exitCode = faults.length ? 1 : 0;
