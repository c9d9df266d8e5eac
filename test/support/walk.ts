import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { runCommand } from './commands.ts';
import { startTemporaryDemo } from './demo.ts';

/**
 * A walk through a page's commands, in a demo and a folder of its own: runs one by its name, which
 * complains of nothing, and answers what it wrote.
 */
export function walk(commands: ReadonlyMap<string, string>): (name: string) => Promise<string> {
  let running: Awaited<ReturnType<typeof startTemporaryDemo>>;
  let folder: string;
  beforeAll(async () => {
    running = await startTemporaryDemo();
    folder = await mkdtemp(path.join(tmpdir(), 'ipto-walk-'));
  });
  afterAll(async () => {
    await running?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });
  return async name => {
    const { stdout, stderr } = await runCommand(commands.get(name)!, running, folder);
    expect(stderr).toBe('');
    return stdout;
  };
}
