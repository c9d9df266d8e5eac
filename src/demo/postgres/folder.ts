import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from './error.ts';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: "folders can't be created there",
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'something in that path is a file',
  EEXIST: 'something in that path is a file',
};

/** Creates a folder if it is missing and tries to write in it. Returns the error, or null. */
export async function makeWritable(directory: string): Promise<string | null> {
  const probe = join(directory, `.probe-${process.pid}-${Math.random().toString(36).slice(2)}`);
  try {
    await makeFolder(directory);
    await writeFile(probe, '');
    await rm(probe);
    return null;
  } catch (error) {
    const code = systemCode(error);
    return `Can't write in ${directory}: ${REASONS[code ?? ''] ?? code ?? String(error)}. Set IPTO_HOME to a writable folder.`;
  }
}

/** Node 20's `mkdir` with `recursive` never returns on file systems such as /proc. */
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
