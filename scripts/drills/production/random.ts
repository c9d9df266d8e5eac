import { createHash } from 'node:crypto';

/** A number from 0 to 1 that depends on its arguments alone, so that a seed replays a drill. */
export const drawn = (...of: readonly (number | string)[]): number =>
  createHash('sha256').update(of.join(':')).digest().readUInt32BE() / 2 ** 32;
