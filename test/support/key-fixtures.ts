import { beforeEach } from 'vitest';
import { keysOf } from './keys.ts';
import { type TenantWithMembers, useTenantActors } from './tenant-actors.ts';

/** For a test file about API keys: one gateway for the file, and a new tenant for each test. */
export function useKeys() {
  const fixtures = useTenantActors();
  const home = {} as TenantWithMembers;
  beforeEach(async () => {
    Object.assign(home, await fixtures.home());
  });
  return { fixtures, keys: keysOf(fixtures), home };
}
