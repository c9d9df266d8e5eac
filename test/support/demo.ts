import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Demo, type DemoOptions, startDemo } from '../../src/demo/demo.ts';
import { createLog } from '../../src/http/server/log.ts';
import { useResource } from './resource.ts';

export type TemporaryDemo = { readonly demo: Demo; readonly directory: string; close(): Promise<void> };

/** A demo for a test file; see {@link useResource}. */
export const useDemo = (): TemporaryDemo =>
  useResource(
    () => startTemporaryDemo(),
    demo => demo.close(),
  );

/** Starts the demo in a new folder on a free port; `close` stops it and removes the folder. */
export async function startTemporaryDemo(given: Pick<DemoOptions, 'documents'> = {}): Promise<TemporaryDemo> {
  const directory = await mkdtemp(path.join(tmpdir(), 'ipto-demo-'));
  const options = { directory, host: '127.0.0.1', port: 0, corsOrigins: [], budget: null, reset: false, ...given };
  const demo = await startDemo({ ...options, log: createLog('silent'), onProgress: () => {} });
  return {
    demo,
    directory,
    close: async () => {
      await demo.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
