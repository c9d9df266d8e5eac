import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, SETTINGS, type Services, type Settings, systemClock } from '../../src/domain/core/services.ts';
import { objectsRoute } from '../../src/http/routes/objects.ts';
import type { Route } from '../../src/http/server/route.ts';
import { type FolderStore, folderStore } from '../../src/store/folder.ts';
import { WEBHOOK_KEYS } from './webhooks.ts';

/**
 * Limits of messages for tests of other things, which invite the same address from many tenants.
 */
const MESSAGE_LIMITS = { ...SETTINGS.messageLimits, recipient: 10_000 };

/** The services of a gateway under test. Objects are stored in a temporary folder. */
export type TestServices = Services & {
  readonly store: FolderStore;
  readonly directory: string;
  readonly routes: readonly Route[];
  /** Sets the base URL of links, once the gateway listens. */
  listening(url: string): void;
  remove(): Promise<void>;
};

export function testServices({ clock = systemClock, settings = {} }: { clock?: Clock; settings?: Partial<Settings> } = {}): TestServices {
  const directory = join(tmpdir(), `ipto-objects-${randomBytes(8).toString('hex')}`);
  let baseUrl = 'http://nowhere.example';
  const store = folderStore({ directory, secret: randomBytes(32).toString('hex'), url: () => baseUrl, clock });
  return {
    clock,
    settings: { ...SETTINGS, messageLimits: MESSAGE_LIMITS, ...settings },
    store,
    webhooks: { keys: WEBHOOK_KEYS, allowLoopback: true },
    directory,
    routes: [objectsRoute(store, [])],
    listening: url => {
      baseUrl = url;
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Services with system time and default settings, for tests that store no objects. */
export const SERVICES = testServices();
