import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedDatabase } from '../../../src/demo/postgres/embedded.ts';
import type { Frame } from '../frame.ts';
import { debian } from './debian.ts';
import { embedded } from './embedded.ts';
import type { Engine } from './engine.ts';

export const ENGINES = { embedded, debian } as const;

/** A PostgreSQL of its own that a drill kills and starts again, at the same port. */
export type KillablePostgres = {
  /** The superuser's URL. */
  readonly url: string;
  readonly directory: string;
  readonly port: number;
  readonly engine: Engine;
  /** Kills the server, as the kernel does when memory is short, and waits until it is gone. */
  kill(): Promise<void>;
  start(): Promise<void>;
};

/**
 * Starts it in a folder, a new one if none is given. It writes as in production, so that what is
 * committed survives.
 */
export async function killablePostgres(
  { atEnd }: Pick<Frame, 'atEnd'>,
  { engine = ENGINES.embedded, folder }: { readonly engine?: Engine; readonly folder?: string } = {},
): Promise<KillablePostgres> {
  const directory = folder ?? (await mkdtemp(join(tmpdir(), 'ipto-drill-postgres-')));
  atEnd(() => rm(directory, { recursive: true, force: true }));
  let server: EmbeddedDatabase | null = await engine.start({ directory });
  const { url, port } = server;
  atEnd(() => server?.stop());
  return {
    ...{ url, directory, port, engine },
    kill: async () => {
      const [pid] = (await readFile(join(directory, 'data', 'postmaster.pid'), 'utf8')).split('\n');
      process.kill(Number(pid), 'SIGKILL');
      await server!.stop(); // it has ended: this releases the folder
      server = null;
    },
    start: async () => {
      server = await engine.start({ directory, port });
    },
  };
}
