import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the bytes of a file must be. */
export type Expected = { readonly size: number; readonly sha256: string };

/** How often at most a lost connection is opened again, and the pause before, ms. */
const RETRIES = 5;
const PAUSE_MS = 500;

/** Whether a file is there, with the right checksum. */
export const isComplete = async (file: string, { size, sha256 }: Expected): Promise<boolean> =>
  (await sizeOf(file)) === size && (await sha256Of(file)) === sha256;

/**
 * Downloads a file. What arrived before a lost connection, or before a restart of this program,
 * isn't requested again. The file gets its name once its checksum is right.
 */
export async function download(link: string, file: string, expected: Expected): Promise<void> {
  const part = `${file}.${expected.sha256.slice(0, 16)}.part`;
  for (let retried = 0; (await sizeOf(part)) < expected.size; retried += 1) {
    if (retried > RETRIES) throw new Error(`The connection was lost ${retried} times. Start again to go on with ${file}.`);
    await sleep(retried * PAUSE_MS);
    await appendRest(link, part).catch(error => {
      if (error instanceof LinkError) throw error;
    });
  }
  if (!(await isComplete(part, expected))) {
    await rm(part);
    throw new Error(`${file} doesn't have the announced checksum. Its part was removed; start again.`);
  }
  await rename(part, file);
}

/** The link has expired, or isn't one. */
export class LinkError extends Error {}

async function appendRest(link: string, part: string): Promise<void> {
  const from = Math.max(await sizeOf(part), 0);
  const response = await fetch(link, from ? { headers: { range: `bytes=${from}-` } } : {});
  if (response.status >= 400 && response.status < 500) throw new LinkError(`The link answers ${response.status}.`);
  if (!response.ok || !response.body) throw new Error(`The link answers ${response.status}.`);
  const flags = response.status === 206 ? 'a' : 'w';
  await pipeline(Readable.fromWeb(response.body as ReadableStream), createWriteStream(part, { flags }));
}

/** The size of a file; -1 if it isn't there. */
const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => -1,
  );

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
