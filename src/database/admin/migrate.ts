import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { CROSSINGS } from '../queries/crossings.ts';
import { readConversion } from './conversion.ts';
import { grantStatements } from './grants.ts';
import { ensureJobSchema } from './job-schema.ts';
import { localeFault } from './locale.ts';
import { ensureRoles, type RuntimeRole } from './roles.ts';

/** A migration failed or doesn't match the database. The message names it and the reason. */
export class MigrationError extends Error {
  override name = 'MigrationError';
}

/** The advisory lock of Prisma's `migrate deploy`, so that the two wait for each other. */
export const LOCK = 72707369;
const FOLDER = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));

export type MigrateOptions = {
  /**
   * The connection of a superuser or of the schema's owner. Directly to PostgreSQL: session locks
   * don't work through PgBouncer.
   */
  readonly url: string;
  /** The gateway's role: created if it is missing, and granted exactly what grants.ts lists. */
  readonly runtime: RuntimeRole;
  readonly folder?: string;
  readonly onProgress?: (line: string) => void;
};

/** The migrations that were applied, and whether the gateway's role was created. */
export type Migrated = { readonly applied: readonly string[]; readonly isRoleCreated: boolean };

/**
 * Applies the pending migrations and grants the roles their privileges. Safe to run concurrently
 * and repeatedly. It uses Prisma's `_prisma_migrations`, checksums and lock, so that
 * `prisma migrate deploy` agrees with it.
 *
 * @throws {MigrationError} if the locale is unsuitable, a migration failed, was edited after it was
 * applied, or isn't part of this build, or the large tables are being converted.
 */
export async function migrate({ url, runtime, folder = FOLDER, onProgress = () => {} }: MigrateOptions): Promise<Migrated> {
  const client = new pg.Client({ connectionString: url, application_name: 'ipto-migrate' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    const fault = await localeFault(async (text, values) => (await client.query(text, [...values])).rows);
    if (fault) throw new MigrationError(`Can't migrate: ${fault}.`);
    const isRoleCreated = await ensureRoles(client, runtime);
    const applied = await applyAll(client, folder, onProgress);
    await client.query(
      grantStatements(
        runtime.name,
        Object.keys(CROSSINGS).filter(name => CROSSINGS[name as keyof typeof CROSSINGS].callable),
      ),
    );
    await ensureJobSchema(client, url, runtime.name);
    return { applied, isRoleCreated };
  } finally {
    await client.end();
  }
}

type Applied = { migration_name: string; checksum: string; finished_at: Date | null; logs: string | null };

/** The names of this build's migrations, oldest first. */
export const migrationsIn = (folder: string = FOLDER): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort();

async function applyAll(client: pg.Client, folder: string, onProgress: (line: string) => void): Promise<readonly string[]> {
  await client.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL,
    logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`);
  const { rows } = await client.query<Applied>(
    'SELECT migration_name, checksum, finished_at, logs FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at',
  );
  const names = migrationsIn(folder);
  const done = new Map(rows.map(row => [row.migration_name, row]));
  for (const row of rows) checkApplied(row, names, folder);
  const pending = names.filter(name => !done.has(name));
  // A table that changed would differ from its copy, which then refuses what is written to both.
  if (pending.length && (await readConversion(client)).begun.length)
    throw new MigrationError(
      'The large tables are being converted. Complete it with `ipto partition`, or end it with `ipto partition --cancel`.',
    );
  for (const name of pending) {
    onProgress(`applying ${name}`);
    await applyOne(client, name, readFileSync(path.join(folder, name, 'migration.sql')));
  }
  return pending;
}

function checkApplied({ migration_name: name, checksum, finished_at, logs }: Applied, names: readonly string[], folder: string) {
  if (!finished_at)
    throw new MigrationError(`migration ${name} failed earlier: ${logs}. Fix the cause, then delete its row from _prisma_migrations`);
  if (!names.includes(name)) throw new MigrationError(`migration ${name} is applied to this database but isn't part of this build`);
  const sql = readFileSync(path.join(folder, name, 'migration.sql'), 'utf8');
  const [unix, windows] = ['\n', '\r\n'].map(end => sql.replace(/\r?\n/g, end)) as [string, string];
  if (![sql, unix, windows].map(digest).includes(checksum)) throw new MigrationError(`migration ${name} was edited after it was applied`);
}

const digest = (sql: string | Buffer) => createHash('sha256').update(sql).digest('hex');

async function applyOne(client: pg.Client, name: string, sql: Buffer) {
  const id = randomUUID();
  await client.query('INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)', [id, digest(sql), name]);
  try {
    await client.query(sql.toString()); // one simple query: one implicit transaction
  } catch (error) {
    const { message } = error as Error;
    await client.query('UPDATE _prisma_migrations SET logs = $2 WHERE id = $1', [id, message]);
    throw new MigrationError(`migration ${name} failed: ${message}`, { cause: error });
  }
  await client.query('UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1 WHERE id = $1', [id]);
}
