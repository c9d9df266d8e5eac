import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, handOver } from './account.ts';
import type { Binaries } from './binaries.ts';
import { EmbeddedError } from './error.ts';
import { clearLeftovers } from './leftovers.ts';
import { dataArgument, launch, logSince, reasonIn } from './process.ts';

/** The paths in an embedded database's folder. `making` has the data until it is complete. */
export type Places = { data: string; making: string; password: string; log: string; binaries: string };

export function placesIn(directory: string): Places {
  const at = (name: string): string => join(directory, name);
  return { data: at('data'), making: at('making'), password: at('password'), log: at('postgres.log'), binaries: at('binaries') };
}

export type Making = { places: Places; binaries: Binaries; account: Account | null; durable: boolean; onMaking: () => void };

/**
 * Creates the data folder with `initdb` if it is missing. A complete folder is renamed into place,
 * so that an interrupted run simply starts again.
 *
 * @returns the superuser's password.
 */
export async function ensureCluster({ places, binaries, account, durable, onMaking }: Making): Promise<string> {
  await clearLeftovers(join(places.making, 'data'), () => undefined);
  await rm(places.making, { recursive: true, force: true, maxRetries: 5 });
  if (await stat(places.data).catch(() => null)) {
    await handOver(places.data, account);
    return existingPassword(places, binaries.major);
  }
  onMaking();
  const password = randomBytes(24).toString('hex');
  await writeFile(places.password, password, { mode: 0o600 });
  await initialise(places, binaries, account, durable, password);
  await rename(join(places.making, 'data'), places.data);
  await rm(places.making, { recursive: true });
  return password;
}

async function existingPassword(places: Places, major: number): Promise<string> {
  const version = await readFile(join(places.data, 'PG_VERSION'), 'utf8').catch(() => '');
  if (version.trim() !== String(major)) {
    throw new EmbeddedError(
      `${places.data} belongs to PostgreSQL ${version.trim() || '?'}, but this is ${major}. Start over with --reset.`,
    );
  }
  const password = await readFile(places.password, 'utf8').catch(() => '');
  if (!password) throw new EmbeddedError(`${places.password} with the database's password is missing. Start over with --reset.`);
  return password;
}

async function initialise(
  places: Places,
  { initdb }: Binaries,
  account: Account | null,
  durable: boolean,
  password: string,
): Promise<void> {
  const data = join(places.making, 'data');
  await mkdir(data, { recursive: true, mode: 0o700 });
  await writeFile(join(places.making, 'password'), password, { mode: 0o600 });
  await handOver(places.making, account);
  const args = [
    ...['-D', dataArgument(data, account), '--username=postgres', '--pwfile=../password', '--auth=scram-sha-256', '--no-instructions'],
    // PostgreSQL's own locale: the same order and case rules on every machine.
    ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...(durable ? [] : ['--no-sync']),
  ];
  const offset = (await stat(places.log)).size;
  const { ended } = await launch({ program: initdb, args, data, account, log: places.log });
  if ((await ended) !== 0) throw new EmbeddedError(`Can't create the database: ${reasonIn(await logSince(places.log, offset))}.`);
}
