import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, SETTINGS, type Services, type Settings, systemClock } from '../../src/domain/core/services.ts';
import { objectsRoute } from '../../src/http/routes/objects.ts';
import type { Route } from '../../src/http/server/route.ts';
import { type FolderStore, folderStore } from '../../src/store/folder.ts';

/**
 * What a gateway under test works with. Its objects lie in a folder of its own, which isn't there
 * before the first of them.
 */
export type TestServices = Services & {
  readonly store: FolderStore;
  readonly directory: string;
  readonly routes: readonly Route[];
  /** Where the links lead to: known once the gateway listens. */
  listening(url: string): void;
  remove(): Promise<void>;
};

export function testServices({ clock = systemClock, settings = {} }: { clock?: Clock; settings?: Partial<Settings> } = {}): TestServices {
  const directory = join(tmpdir(), `ipto-objects-${randomBytes(8).toString('hex')}`);
  let at = 'http://nowhere.example';
  const store = folderStore({ directory, secret: randomBytes(32).toString('hex'), url: () => at, clock });
  return {
    clock,
    settings: { ...SETTINGS, ...settings },
    store,
    directory,
    routes: [objectsRoute(store, [])],
    listening: url => {
      at = url;
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** The system's time, the usual settings, and a store that nobody puts anything into. */
export const SERVICES = testServices();
