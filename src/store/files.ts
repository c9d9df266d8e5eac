import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { v7 as uuid } from 'uuid';
import type { ObjectFacts, ObjectRemoval, ObjectStore } from '../domain/core/services.ts';
import { checkKey, checkPrefix } from './key.ts';

/** The bytes are not those that were announced. Nothing of them is kept. */
export class UnlikeError extends Error {
  override name = 'UnlikeError';
}

/** Objects as files of a folder. */
export type Files = ObjectRemoval &
  Pick<ObjectStore, 'find'> & {
    /**
     * Takes bytes, whole or not at all: they are there once all have come and are what was
     * announced.
     *
     * @throws {UnlikeError}
     */
    write(key: string, facts: ObjectFacts, bytes: Readable): Promise<void>;
    /** The bytes that lie there and how many, or null. */
    read(key: string): Promise<{ readonly size: number; readonly bytes: Readable } | null>;
  };

/** Bytes that are still coming lie here, on the same disk, so that a rename puts them in place. */
const INCOMING = 'incoming';

/** What came in part and lies there for longer was left by a process that died, ms. */
const LEFT = 24 * 60 * 60 * 1000;

const absent = (error: NodeJS.ErrnoException): null => {
  if (error.code === 'ENOENT') return null;
  throw error;
};

/** The objects in a folder, which is made with the first of them. */
export function filesIn(directory: string): Files {
  const placeOf = (key: string) => join(directory, checkKey(key));
  return {
    find: async key => {
      const place = placeOf(key);
      const found = await stat(place).catch(absent);
      return found && { size: BigInt(found.size), sha256: await hashOf(place) };
    },
    write: async (key, facts, bytes) => {
      const [place, incoming] = [placeOf(key), join(directory, INCOMING)];
      await mkdir(incoming, { recursive: true, mode: 0o700 });
      await removeLeft(incoming);
      const part = join(incoming, uuid());
      try {
        await pipeline(bytes, checked(facts), createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }));
        await mkdir(dirname(place), { recursive: true, mode: 0o700 });
        await rename(part, place);
      } finally {
        await rm(part, { force: true });
      }
    },
    read: async key => {
      const file = await open(placeOf(key)).catch(absent);
      return file && { size: (await file.stat()).size, bytes: file.createReadStream() };
    },
    remove: async keys => {
      for (const key of keys) await rm(placeOf(key), { force: true });
    },
    removeAll: prefix => rm(join(directory, checkPrefix(prefix)), { recursive: true, force: true }),
  };
}

async function hashOf(place: string): Promise<Uint8Array> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(place), hash);
  return Uint8Array.from(hash.digest());
}

/** Passes bytes on as long as they can be those that were announced. */
const checked = ({ size, sha256 }: ObjectFacts) =>
  async function* (bytes: AsyncIterable<Uint8Array>) {
    const hash = createHash('sha256');
    let count = 0n;
    for await (const chunk of bytes) {
      count += BigInt(chunk.length);
      if (count > size) throw new UnlikeError(`more than the ${size} bytes that were announced`);
      hash.update(chunk);
      yield chunk;
    }
    if (count < size) throw new UnlikeError(`${count} bytes instead of ${size}`);
    if (!hash.digest().equals(sha256)) throw new UnlikeError('other bytes than those that were announced');
  };

async function removeLeft(incoming: string): Promise<void> {
  for (const name of await readdir(incoming)) {
    const place = join(incoming, name);
    const found = await stat(place).catch(absent);
    if (found && found.mtimeMs < Date.now() - LEFT) await rm(place, { force: true });
  }
}
