import { beforeEach } from 'vitest';
import { keysOf } from './keys.ts';
import { type Home, useLife } from './tenant-life.ts';

/** For a test file about API keys: one gateway for the file, and a new tenant for each test. */
export function useKeys() {
  const life = useLife();
  const home = {} as Home;
  beforeEach(async () => {
    Object.assign(home, await life.home());
  });
  return { life, keys: keysOf(life), home };
}
