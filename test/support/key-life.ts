import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Keys, keysOf } from './keys.ts';
import { type Home, type Life, startLife } from './tenant-life.ts';

/** A gateway of the file's own, once {@link liveWithKeys} was called. */
export let life: Life;
/** What is done with keys there. */
export let keys: Keys;
/** A tenant of the test's own. */
export let home: Home;

/** For a test file about API keys: a gateway for the file, and a tenant for each of its tests. */
export function liveWithKeys(): void {
  beforeAll(async () => {
    life = await startLife();
    keys = keysOf(life);
  });
  afterAll(() => life?.stop());
  beforeEach(async () => {
    home = await life.home();
  });
}
