import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from './error.ts';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'the file system is read-only',
  ENOENT: "folders can't be made there",
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'something in that path is a file',
  EEXIST: 'something in that path is a file',
};

/**
 * Makes `directory` where it is missing and tries to write in it. Gives a sentence that says why it
 * can't be used, or null when it can.
 */
export async function makeWritable(directory: string): Promise<string | null> {
  const probe = join(directory, `.probe-${process.pid}-${Math.random().toString(36).slice(2)}`);
  try {
    await makeFolder(directory);
    await writeFile(probe, '');
    await rm(probe);
    return null;
  } catch (error) {
    const code = systemCode(error);
    return `Can't write in ${directory}: ${REASONS[code ?? ''] ?? code ?? String(error)}. Set IPTO_HOME to a folder that can be written.`;
  }
}

/**
 * Not `mkdir` with `recursive`, which never returns on Node 20 where a file system such as /proc
 * answers ENOENT.
 */
async function makeFolder(directory: string): Promise<void> {
  const outcome = await mkdir(directory).catch((error: unknown) => error);
  if (outcome === undefined || (await isFolder(directory))) return;
  const parent = dirname(directory);
  if (systemCode(outcome) !== 'ENOENT' || parent === directory || (await isFolder(parent))) throw outcome;
  await makeFolder(parent);
  await makeFolder(directory);
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
