import { readFile, rename, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import type { AuditAnchor } from '../database/queries/audit.ts';

/** The file of anchors can't be read or written. The message is one sentence for the operator. */
export class AnchorsError extends Error {
  override name = 'AnchorsError';
}

const Anchors = z.array(z.strictObject({ tenantId: z.uuid(), seq: z.int().min(1), hash: z.string().regex(/^[0-9a-f]{64}$/) }));

/**
 * The heads that an earlier run saved; null if the file doesn't exist yet.
 *
 * @throws {AnchorsError}
 */
export async function readAnchors(file: string): Promise<readonly AuditAnchor[] | null> {
  const text = await readFile(file, 'utf8').catch(error => {
    if (error.code === 'ENOENT') return null;
    throw new AnchorsError(`${file} can't be read: ${error.message}.`);
  });
  if (text === null) return null;
  try {
    return Anchors.parse(JSON.parse(text));
  } catch {
    throw new AnchorsError(`${file} is not a file that \`audit verify --anchors\` wrote.`);
  }
}

/**
 * Saves the heads for the next run, by an atomic rename.
 *
 * @throws {AnchorsError}
 */
export async function writeAnchors(file: string, anchors: readonly AuditAnchor[]): Promise<void> {
  const lines = anchors.map(anchor => `  ${JSON.stringify(anchor)}`).join(',\n');
  try {
    await writeFile(`${file}.part`, `[\n${lines}\n]\n`, { mode: 0o600 });
    await rename(`${file}.part`, file);
  } catch (error) {
    throw new AnchorsError(`${file} can't be written: ${(error as Error).message}.`);
  }
}
