import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The groups of processes of the tests that run. */
const groups = new Set<number>();

function end(group: number): void {
  groups.delete(group);
  try {
    process.kill(-group, 'SIGKILL');
  } catch {} // all of them have ended
}
process.on('exit', () => groups.forEach(end));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

export type TestRun = { readonly directory: string; readonly databaseUrl: string; readonly timeout: number };

/**
 * Runs test files until the first failure; whether they pass in time. A fault may keep a test from
 * ending: its process, and the programs that it started, end here.
 */
export async function pass(tests: readonly string[], { directory, databaseUrl, timeout }: TestRun): Promise<boolean> {
  const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--bail', '1', ...tests], {
    cwd: directory,
    env: { ...process.env, DATABASE_URL: databaseUrl },
    detached: true,
    stdio: 'ignore',
  });
  const group = child.pid!;
  groups.add(group);
  const timer = setTimeout(() => end(group), timeout);
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  end(group);
  return code === 0;
}
