import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** A drill that lacks a program: it neither held nor failed, and its row says so. */
export class MissingProgramError extends Error {
  override name = 'MissingProgramError';
}

/** Where a program is, or null. */
function placeOf(program: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
  const isProgram = (file: string) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  return folders.map(folder => path.join(folder, program)).find(isProgram) ?? null;
}

export const hasProgram = (program: string): boolean => placeOf(program) !== null;

/**
 * The path of a program that npm doesn't bring.
 *
 * @throws {MissingProgramError} which says how to get it.
 */
export function programPath(program: string): string {
  const place = placeOf(program);
  if (!place) throw new MissingProgramError(`${program} is missing: apt-get install ${program}`);
  return place;
}
