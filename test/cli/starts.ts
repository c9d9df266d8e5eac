import { afterAll, afterEach, beforeAll } from 'vitest';
import { AUDIENCE, createKey, type Key, type LoopbackIssuer, startIssuer } from '../http/auth/oidc.ts';
import type { TestDatabase } from '../support/database.ts';
import { type Command, start } from './command.ts';

type Settings = Readonly<Record<string, string>>;

/**
 * For a test file that runs `ipto start`: an issuer, the settings that a gateway needs with it, and
 * a start whose process ends with its test.
 */
export function useStarts(database: Pick<TestDatabase, 'runtimeUrl'>) {
  const handle = {} as { issuer: LoopbackIssuer; key: Key };
  const started: Command[] = [];
  beforeAll(async () => {
    handle.issuer = await startIssuer();
    handle.key = await createKey('ES256');
    handle.issuer.state.keys = [handle.key];
  });
  afterEach(async () => {
    for (const command of started.splice(0)) await command.kill();
  });
  afterAll(() => handle.issuer?.close());

  const settings = (more: Settings = {}) => ({
    DATABASE_URL: database.runtimeUrl,
    OIDC_ISSUER: handle.issuer.issuer,
    OIDC_AUDIENCE: AUDIENCE,
    HOST: '127.0.0.1',
    PORT: '0',
    STORE_DIRECTORY: '/nowhere/objects',
    STORE_SECRET: 'a secret of thirty-two characters',
    PUBLIC_URL: 'https://gateway.example',
    NODE_ENV: 'production',
    ...more,
  });
  const starting = (more?: Settings): Command => {
    const command = start(['start'], settings(more));
    started.push(command);
    return command;
  };
  return Object.assign(handle, { settings, starting });
}
