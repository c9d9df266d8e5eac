import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accountFor, handOver } from '../../../src/demo/postgres/account.ts';
import { placesIn } from '../../../src/demo/postgres/cluster.ts';
import { dataArgument, launch, logSince } from '../../../src/demo/postgres/process.ts';
import { serve } from '../../../src/demo/postgres/server.ts';
import type { Engine } from './engine.ts';
import { MissingProgramError } from './missing.ts';

const PACKAGES = '/usr/lib/postgresql';

/** The newest PostgreSQL that Debian's packages have installed. */
async function program(name: string): Promise<string> {
  const versions = await readdir(PACKAGES).catch(() => []);
  const newest = versions.map(Number).sort((a, b) => b - a)[0];
  if (!newest) throw new MissingProgramError('PostgreSQL is missing: apt-get install postgresql');
  return join(PACKAGES, String(newest), 'bin', name);
}

/** Runs a program that fills a data folder, and waits for its end. */
async function fill(name: string, directory: string, args: (data: string) => string[]): Promise<void> {
  const { data, log } = placesIn(directory);
  await mkdir(data, { recursive: true, mode: 0o700 });
  const account = await accountFor(data);
  await handOver(data, account);
  // These programs leave the folder and return to it by its path.
  await chmod(directory, 0o711);
  await writeFile(log, '', { flag: 'a', mode: 0o600 });
  const { ended } = await launch({ program: await program(name), args: args(dataArgument(data, account)), data, account, log });
  if ((await ended) !== 0) throw new Error(`${name} failed:\n${await logSince(log, 0)}`);
}

/** Debian's PostgreSQL; a standby of it is made by pg_basebackup. */
export const debian: Engine = {
  start: async ({ directory, port }) => {
    const places = placesIn(directory);
    const isMade = await stat(join(places.data, 'PG_VERSION')).catch(() => null);
    if (!isMade)
      await fill('initdb', directory, data => [
        ...['-D', data, '--username=postgres', '--auth=trust'],
        ...['--no-instructions', '--encoding=UTF8', '--locale=C.UTF-8'],
      ]);
    const postgres = await program('postgres');
    const account = await accountFor(places.data);
    const server = await serve({ places, postgres, account, durable: true, port });
    return { ...server, url: `postgresql://postgres@127.0.0.1:${server.port}/postgres` };
  },
  copy: ({ url }, directory, name) =>
    fill('pg_basebackup', directory, data => [
      ...['-D', data, '-d', `${url}?application_name=${name}`],
      ...['--checkpoint=fast', '--wal-method=stream', '--create-slot', `--slot=${name}`, '--write-recovery-conf'],
    ]),
};
