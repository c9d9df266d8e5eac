import { execFileSync } from 'node:child_process';
import { chown, mkdtemp, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { makeDatabase } from '../database.ts';
import { runDrill } from './frame.ts';
import { acknowledgements, untilServed } from './production/load.ts';
import { MissingProgramError } from './production/missing.ts';
import { killablePostgres } from './production/postgres.ts';
import { serveOn } from './production/serving.ts';
import { until } from './production/sockets.ts';

/**
 * `tsx scripts/drills/disk.ts --rounds N`: the disk of the tables fills up under load. Changes that
 * need room are UNAVAILABLE, none is half done, queries are answered, and all works again once
 * there is room, without a restart. The tables are on a small tmpfs, which only root can mount; the
 * log (`pg_wal`) is elsewhere: when its disk is full, PostgreSQL itself ends (see `postgres`).
 */
const SIZE_MB = 96;
const ASKED = 8;

/** A small disk; throws {@link MissingProgramError} for who can't mount one. */
async function mountSmall(): Promise<{ readonly folder: string; unmount(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'ipto-drill-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch {
    await rm(folder, { recursive: true });
    throw new MissingProgramError('a small disk is missing: run as root, where a tmpfs can be mounted');
  }
  return {
    folder,
    unmount: async () => {
      execFileSync('umount', ['--lazy', folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

await runDrill('disk', async frame => {
  const { rounds, fault, atEnd } = frame;
  const disk = await mountSmall();
  atEnd(disk.unmount);
  const postgres = await killablePostgres(frame);
  const { uid, gid } = await stat(join(postgres.directory, 'data'));
  await chown(disk.folder, uid, gid);
  const database = await makeDatabase(postgres.url, 'drill');
  const superuser = new pg.Client({ connectionString: postgres.url });
  superuser.on('error', () => {}); // it ends with its server
  await superuser.connect();
  await superuser.query(`CREATE TABLESPACE small LOCATION '${disk.folder}'`);
  await superuser.query(`ALTER DATABASE ${new URL(database.adminUrl).pathname.slice(1)} SET TABLESPACE small`);
  await superuser.end();
  const { tenants, gateway, load, check } = await serveOn(frame, database, ['dataset', 'rename', 'retrieve', 'read']);
  const filler = join(disk.folder, 'filler');
  const fill = async () => {
    const { bavail, bsize } = await statfs(disk.folder);
    await writeFile(filler, Buffer.alloc(bavail * bsize)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOSPC') throw error; // PostgreSQL was faster
    });
  };
  let [slowest, refused] = [0, 0];
  for (let round = 0; round < rounds; round += 1) {
    load.start(8);
    await acknowledgements(load, ASKED);
    await fill();
    const before = load.failures;
    if (!(await until(() => load.failures >= before + ASKED))) fault('nothing was refused, although the disk is full');
    await load.stop();
    refused += load.failures - before;
    for (const tenant of tenants) if (!(await load.send('read', tenant))) fault('a query fails while the disk is full');
    await rm(filler);
    slowest = Math.max(slowest, await untilServed(load, tenants[0]!));
    await check();
  }
  for (const what of load.faults) fault(what);
  if (!gateway.log().includes('"53100"')) fault('PostgreSQL did not say that its disk is full');
  return `${rounds} times, ${refused} changes refused, ${load.acknowledged.length} acknowledged, served again within ${(slowest / 1_000).toFixed(1)} s`;
});
