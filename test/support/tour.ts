import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { runCommand } from './commands.ts';
import { useDemo } from './demo.ts';

/**
 * Starts a demo for a test file and returns a function that runs a page's commands by name. A
 * command must write nothing to stderr; its stdout is returned.
 */
export function useTour(commands: ReadonlyMap<string, string>): (name: string) => Promise<string> {
  const demo = useDemo();
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ipto-walk-'));
  });
  afterAll(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });
  return async name => {
    const { stdout, stderr } = await runCommand(commands.get(name)!, demo, folder);
    expect(stderr).toBe('');
    return stdout;
  };
}
