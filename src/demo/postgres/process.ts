import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { Account } from './account.ts';

/** A running program. `ended` resolves with the exit code, or null after a signal. */
export type Running = { child: ChildProcess; ended: Promise<number | null> };

export type LaunchOptions = { program: string; args: string[]; data: string; account: Account | null; log: string };

/**
 * Stops the program if Node dies: a subshell reads a pipe from Node, which sends a line when the
 * program has ended and closes when Node dies. The shell is replaced by the program, so the process
 * id remains.
 */
const STOP_WITH_NODE = '( (read -r _ <&3 || kill -INT $$) 2>/dev/null & ); exec "$0" "$@" 3<&-';

/**
 * Starts a program in its own session, so that Ctrl-C reaches Node alone, which stops everything in
 * order. Its output is appended to `log`.
 */
export async function launch({ program, args, data, account, log }: LaunchOptions): Promise<Running> {
  const output = await open(log, 'a', 0o600);
  const windows = process.platform === 'win32';
  const command: [string, string[]] = windows ? [program, args] : ['/bin/sh', ['-c', STOP_WITH_NODE, program, ...args]];
  try {
    const stdio = ['ignore', output.fd, output.fd, 'pipe'] as const;
    const child = spawn(...command, {
      ...account,
      cwd: data,
      detached: !windows,
      windowsHide: true,
      env: environment(),
      stdio: [...stdio],
    });
    return { child, ended: ending(child) };
  } finally {
    await output.close();
  }
}

/**
 * The `-D` argument for a data folder that is the working directory. An unprivileged user can't
 * open a path through root's folders, but the working directory is entered before the user changes.
 */
export function dataArgument(data: string, account: Account | null): string {
  return account && process.platform === 'linux' ? '/proc/self/cwd' : data;
}

/** The part of a log from `offset` (bytes) on. */
export async function logSince(log: string, offset: number): Promise<string> {
  const bytes = await readFile(log).catch(() => Buffer.alloc(0));
  return bytes.subarray(offset).toString();
}

/** The last line of a log that names a reason. */
export function reasonIn(text: string): string {
  const lines = text.split('\n').filter(line => line.trim() !== '');
  const line = lines.findLast(line => /(FATAL|PANIC|ERROR|error|could not|denied)/.test(line)) ?? lines.at(-1) ?? 'no output';
  return line.replace(/^.*?(FATAL|PANIC|ERROR|error): +/, '');
}

function ending(child: ChildProcess): Promise<number | null> {
  const watcher = child.stdio[3] as Writable | null;
  watcher?.on('error', () => undefined);
  return new Promise(resolve => {
    const end = (code: number | null): void => {
      watcher?.end('\n');
      resolve(code);
    };
    child.on('error', () => end(127));
    child.on('exit', end);
  });
}

/** The environment without the shell's settings of PostgreSQL, locale and loader. */
function environment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG|LD_|DYLD_)/.test(name));
  return { ...Object.fromEntries(entries), LC_ALL: 'C' };
}
