import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbedded } from '../../../src/demo/postgres/embedded.ts';
import { type Engine, onServer, type Primary } from './engine.ts';

/** A low-level base backup: the embedded PostgreSQL has no pg_basebackup. */
async function copy(primary: Primary, directory: string, name: string): Promise<void> {
  const [from, to] = [join(primary.directory, 'data'), join(directory, 'data')];
  await onServer(primary.url, async client => {
    await client.query('SELECT pg_create_physical_replication_slot($1, true)', [name]);
    await client.query("SELECT pg_backup_start('drill', fast => true)");
    const isCopied = (path: string) => !/\/(pg_wal\/.+|pg_replslot\/.+|postmaster\.pid|standby\.signal)$/.test(path);
    await cp(from, to, { recursive: true, filter: isCopied });
    const { rows } = await client.query<{ label: string }>('SELECT labelfile AS label FROM pg_backup_stop(false)');
    await writeFile(join(to, 'backup_label'), rows[0]!.label);
  });
  await cp(join(primary.directory, 'password'), join(directory, 'password'));
  await writeFile(join(to, 'standby.signal'), '');
  const { username, password, port } = new URL(primary.url);
  const settings = [
    `primary_conninfo = 'host=127.0.0.1 port=${port} user=${username} password=${password} application_name=${name}'`,
    `primary_slot_name = '${name}'`,
  ];
  await writeFile(join(to, 'postgresql.auto.conf'), `${settings.join('\n')}\n`);
}

/** The PostgreSQL that npm installs. */
export const embedded: Engine = { start: startEmbedded, copy };
