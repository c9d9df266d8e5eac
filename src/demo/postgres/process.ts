import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { Account } from './account.ts';

/**
 * A program of PostgreSQL at work. `ended` resolves with its exit code (null after a signal) and
 * never rejects.
 */
export type Running = { child: ChildProcess; ended: Promise<number | null> };

export type LaunchOptions = { program: string; args: string[]; data: string; account: Account | null; log: string };

/**
 * A subshell, which init adopts, waits at the other end of a pipe to Node. A line says that the
 * program has ended. An end of file says that Node has died, and then the program is asked to stop
 * as well. The shell itself becomes the program, so its process id is kept.
 */
const WATCHED = '( (read -r _ <&3 || kill -INT $$) 2>/dev/null & ); exec "$0" "$@" 3<&-';

/**
 * Starts a program in a session of its own, so that a Ctrl-C in the terminal reaches only Node,
 * which then stops things in order. Its output is added to the file `log`.
 */
export async function launch({ program, args, data, account, log }: LaunchOptions): Promise<Running> {
  const output = await open(log, 'a', 0o600);
  const windows = process.platform === 'win32';
  const command: [string, string[]] = windows ? [program, args] : ['/bin/sh', ['-c', WATCHED, program, ...args]];
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
 * What `-D` says for a data folder that is the program's working directory. Root's PostgreSQL runs
 * as a user who may not walk through root's closed folders; the working directory is entered before
 * the user changes, and this name leads straight back to it.
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
  const told = lines.findLast(line => /(FATAL|PANIC|ERROR|error|could not|denied)/.test(line)) ?? lines.at(-1) ?? 'it says nothing';
  return told.replace(/^.*?(FATAL|PANIC|ERROR|error): +/, '');
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

/** No setting of a PostgreSQL, locale or loader that the person has in their shell gets in. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG|LD_|DYLD_)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
