import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { uuidv7 as uuid } from 'uuidv7';
import type { ObjectFacts, ObjectRemoval, ObjectStore } from '../domain/core/services.ts';
import { checkKey, checkPrefix } from './key.ts';

/** The bytes differ from the announced size or checksum. None of them is stored. */
export class UnlikeError extends Error {
  override name = 'UnlikeError';
}

/** An open object. Reading its bytes to the end closes it, as does `close`. */
export type OpenObject = {
  readonly size: number;
  /** The bytes from `start` to `end`, both included; all without. */
  bytes(range?: { readonly start: number; readonly end: number }): Readable;
  close(): Promise<void>;
};

/** Objects as files of a folder. */
export type Files = ObjectRemoval &
  Pick<ObjectStore, 'find'> & {
    /**
     * Stores an object atomically: it exists once all bytes have arrived and match the announced
     * size and checksum.
     *
     * @throws {UnlikeError}
     */
    write(key: string, facts: ObjectFacts, bytes: Readable): Promise<void>;
    /** Opens an object for reading; null if it doesn't exist. */
    open(key: string): Promise<OpenObject | null>;
  };

/** The folder of incomplete uploads, on the same disk, so that a rename completes them. */
const INCOMING = 'incoming';

/** The age, in ms, at which an incomplete upload counts as abandoned. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

const absent = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT') return null;
  throw error;
};

/** The objects in a folder, which the first write creates. */
export function filesIn(directory: string): Files {
  const pathOf = (key: string) => join(directory, checkKey(key));
  return {
    find: async key => {
      const place = pathOf(key);
      const found = await stat(place).catch(absent);
      return found && { size: BigInt(found.size), sha256: await hashOf(place) };
    },
    write: async (key, facts, bytes) => {
      const [place, incoming] = [pathOf(key), join(directory, INCOMING)];
      await mkdir(incoming, { recursive: true, mode: 0o700 });
      await removeAbandoned(incoming);
      const part = join(incoming, uuid());
      try {
        await pipeline(bytes, checked(facts), createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }));
        await mkdir(dirname(place), { recursive: true, mode: 0o700 });
        await rename(part, place);
      } finally {
        await rm(part, { force: true });
      }
    },
    open: async key => {
      const file = await open(pathOf(key)).catch(absent);
      if (!file) return null;
      const { size } = await file.stat();
      return { size, bytes: range => file.createReadStream(range), close: () => file.close() };
    },
    remove: async keys => {
      for (const key of keys) await rm(pathOf(key), { force: true });
    },
    removeAll: prefix => rm(join(directory, checkPrefix(prefix)), { recursive: true, force: true }),
  };
}

async function hashOf(place: string): Promise<Uint8Array> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(place), hash);
  return Uint8Array.from(hash.digest());
}

/** Passes bytes on while they can match the announced size and checksum. */
const checked = ({ size, sha256 }: ObjectFacts) =>
  async function* (bytes: AsyncIterable<Uint8Array>) {
    const hash = createHash('sha256');
    let count = 0n;
    for await (const chunk of bytes) {
      count += BigInt(chunk.length);
      if (count > size) throw new UnlikeError(`more than the announced ${size} bytes`);
      hash.update(chunk);
      yield chunk;
    }
    if (count < size) throw new UnlikeError(`${count} bytes instead of ${size}`);
    if (!hash.digest().equals(sha256)) throw new UnlikeError('the SHA-256 differs from the announced one');
  };

async function removeAbandoned(incoming: string): Promise<void> {
  for (const name of await readdir(incoming)) {
    const place = join(incoming, name);
    const found = await stat(place).catch(absent);
    if (found && found.mtimeMs < Date.now() - ABANDONED_MS) await rm(place, { force: true });
  }
}
