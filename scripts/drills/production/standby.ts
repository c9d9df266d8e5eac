import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from '../frame.ts';
import { onServer } from './engine.ts';
import { type KillablePostgres, killablePostgres } from './postgres.ts';

/** Makes a standby of a running server, which follows by streaming. */
export async function follow(frame: Pick<Frame, 'atEnd'>, primary: KillablePostgres, name: string): Promise<KillablePostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'ipto-drill-standby-'));
  await primary.engine.copy(primary, folder, name);
  return await killablePostgres(frame, { engine: primary.engine, folder });
}

/** Makes a standby that a COMMIT of the primary waits for from then on. */
export async function followSynchronously(frame: Pick<Frame, 'atEnd'>, primary: KillablePostgres, name: string): Promise<KillablePostgres> {
  const standby = await follow(frame, primary, name);
  await onServer(primary.url, async client => {
    await client.query(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
    await client.query('SELECT pg_reload_conf()');
    const isSynchronous = "SELECT FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming'";
    while (!(await client.query(isSynchronous)).rowCount) await sleep(20);
  });
  return standby;
}

/** Makes a standby the primary, which waits for no other. */
export const promote = (standby: KillablePostgres): Promise<void> =>
  onServer(standby.url, async client => {
    await client.query('SELECT pg_promote()');
  });
