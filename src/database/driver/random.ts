import { randomFillSync } from 'node:crypto';

const SIZE = 16;
const drawn = new Uint8Array(256 * SIZE);
let used = drawn.length;

/**
 * 16 random bytes, for an id: the system is asked for many of them at once, which costs it as
 * little as for one.
 */
export function randomBytes(): Uint8Array {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += SIZE;
  return drawn.subarray(used - SIZE, used);
}
