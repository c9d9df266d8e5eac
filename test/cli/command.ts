import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export type Command = {
  readonly child: ChildProcess;
  /** The output so far. */
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Waits for a text in the output; throws with the output if the process ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ends it and waits. */
  kill(signal?: NodeJS.Signals): Promise<number | string>;
};

/** What a command inherits of the environment: enough to run, and none of the settings. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'USER'];

/**
 * Starts a command of the gateway's as it was built for these tests, with no settings but the given
 * ones.
 */
export const start = (args: readonly string[], settings?: Readonly<Record<string, string>>): Command =>
  startProgram([join(inject('built'), 'cli.js'), ...args], settings);

/** The same from the sources, as the demo is started. */
export const startSources = (args: readonly string[], settings?: Readonly<Record<string, string>>): Command =>
  startProgram(['--import', 'tsx', 'src/cli.ts', ...args], settings);

/** Starts Node with these arguments, in the repository. */
export function startProgram(args: readonly string[], settings: Readonly<Record<string, string>> = {}): Command {
  const inherited = Object.fromEntries(INHERITED.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : [])));
  const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...inherited, ...settings } });
  const written = { out: '', err: '' };
  const listeners = new Set<() => void>();
  const hear = (stream: 'out' | 'err') => (chunk: Buffer) => {
    written[stream] += chunk;
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', hear('out'));
  child.stderr.on('data', hear('err'));
  const ended = new Promise<number | string>(resolve => child.on('close', (code, signal) => resolve(code ?? signal ?? 'nothing')));

  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(written.out) ?? pattern.exec(written.err);
        if (found) {
          listeners.delete(look);
          resolve(found);
        }
      };
      listeners.add(look);
      look();
      void ended.then(how => reject(new Error(`ended (${how}) without ${pattern}:\n${written.out}\n${written.err}`)));
    });

  return {
    child,
    out: () => written.out,
    err: () => written.err,
    ended,
    says,
    kill: (signal = 'SIGKILL') => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Runs a command to its end. */
export const run = (args: readonly string[], settings?: Readonly<Record<string, string>>) => endOf(start(args, settings));

/** Waits for a command's end. */
export async function endOf(command: Command) {
  const code = await command.ended;
  return { code, out: command.out(), err: command.err() };
}
