import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Demo, startDemo } from '../../src/demo/demo.ts';
import { createLog } from '../../src/http/server/log.ts';

/** The demo in a folder of its own, on a free port; `close` ends it and removes the folder. */
export async function startTemporaryDemo(): Promise<{ readonly demo: Demo; readonly directory: string; close(): Promise<void> }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'ipto-demo-'));
  const options = { directory, host: '127.0.0.1', port: 0, corsOrigins: [], reset: false };
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
