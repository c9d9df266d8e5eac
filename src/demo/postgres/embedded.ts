import { realpath, rm, stat, writeFile } from 'node:fs/promises';
import { accountFor } from './account.ts';
import { findBinaries, removeCopy } from './binaries.ts';
import { claimFolder } from './claim.ts';
import { ensureCluster, placesIn } from './cluster.ts';
import { EmbeddedError } from './error.ts';
import { makeWritable } from './folder.ts';
import { clearLeftovers } from './leftovers.ts';
import { serve } from './server.ts';

export { EmbeddedError } from './error.ts';

export type EmbeddedOptions = {
  /** The folder of the data, created if it is missing. */
  directory: string;
  /** A TCP port; a free one by default. */
  port?: number;
  /** False skips fsync, for tests. */
  durable?: boolean;
  /** Called with a few words about each step. */
  onProgress?: (step: string) => void;
};

/**
 * A PostgreSQL 18 that listens on 127.0.0.1. `url` is the superuser's. `stop` shuts it down and
 * waits for its end; it never throws.
 */
export type EmbeddedDatabase = { url: string; port: number; stop(): Promise<void> };

/**
 * Starts PostgreSQL from node_modules, even as root, and cleans up after a killed run. It ends with
 * this process, even if that is killed.
 *
 * @throws EmbeddedError if the folder is in use or not writable, the port is taken, or PostgreSQL
 * can't run here.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { port, durable = true, onProgress = () => undefined } = options;
  const directory = await claimable(options.directory);
  const undo = [(await claimFolder(directory)).release];
  const unwind = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const places = placesIn(directory);
    await clearLeftovers(places.data, () => onProgress('Stopping the PostgreSQL of a killed run'));
    const account = await accountFor(places.data);
    const binaries = await findBinaries(places.binaries, account);
    undo.push(binaries.discard);
    await writeFile(places.log, '', { mode: 0o600 });
    const onMaking = (): void => onProgress('Creating a database (first run)');
    const password = await ensureCluster({ places, binaries, account, durable, onMaking });
    onProgress('Starting PostgreSQL');
    const server = await serve({ places, postgres: binaries.postgres, account, durable, port });
    undo.push(server.stop);
    return { url: `postgresql://postgres:${password}@127.0.0.1:${server.port}/postgres`, port: server.port, stop: once(unwind) };
  } catch (error) {
    await unwind();
    throw error;
  }
}

/**
 * Removes the files of {@link startEmbedded} from a folder, if there are any, and nothing else.
 *
 * @throws EmbeddedError while the database is in use.
 */
export async function removeEmbedded(folder: string): Promise<void> {
  if (!(await stat(folder).catch(() => null))) return;
  const directory = await claimable(folder);
  const claim = await claimFolder(directory);
  try {
    const { data, ...places } = placesIn(directory);
    await clearLeftovers(data, () => undefined);
    await removeCopy(places.binaries);
    for (const place of [data, ...Object.values(places)]) await rm(place, { recursive: true, force: true, maxRetries: 5 });
  } finally {
    await claim.release();
  }
}

async function claimable(directory: string): Promise<string> {
  const problem = await makeWritable(directory);
  if (problem) throw new EmbeddedError(problem);
  return realpath(directory);
}

function once(task: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= task();
    return done;
  };
}
