import { afterAll, beforeAll } from 'vitest';

/**
 * Sets `resource` up before the tests of a file (or of a `describe`) and tears it down after them.
 * Returns a handle that has the resource's properties once `beforeAll` ran: read them in hooks and
 * tests only. Hooks run in the order of the calls, and in reverse order to tear down.
 */
export function useResource<T extends object>(setUp: () => T | Promise<T>, tearDown: (resource: T) => unknown = () => {}): T {
  const handle = {} as T;
  let resource: T | undefined;
  beforeAll(async () => {
    resource = await setUp();
    Object.assign(handle, resource);
  });
  afterAll(async () => {
    if (resource) await tearDown(resource);
  });
  return handle;
}
