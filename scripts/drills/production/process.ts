import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A gateway or a worker, as production runs it: `node dist/cli.js`. */
export type Process = {
  readonly pid: number;
  /** Where a gateway listens; empty for a worker. */
  readonly url: string;
  /** Its metrics port. */
  readonly metricsUrl: string;
  readonly isRunning: () => boolean;
  /** Everything that it logged, on both streams. */
  readonly log: () => string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
};

const CLI = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
/** How long a process may take until it works, ms. */
const START_MS = 60_000;
/** The end of a log that is kept, in characters. */
const MAX_LOG = 200_000_000;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** What the image sets (Dockerfile). */
const IMAGE = { NODE_ENV: 'production', MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' };

/** Starts a command and resolves once it logs that it works. */
export async function startProcess(command: 'start' | 'worker', env: Readonly<Record<string, string>>): Promise<Process> {
  const child = spawn(process.execPath, [CLI, command], { env: { PATH: process.env.PATH, ...IMAGE, ...env } });
  running.add(child);
  const ended = new Promise<number | NodeJS.Signals>(resolve =>
    child.on('exit', (code, signal) => {
      running.delete(child);
      resolve(code ?? signal!);
    }),
  );
  let [log, url, metricsUrl] = ['', '', ''];
  const works = new Promise<void>(resolve => {
    const read = (line: string) => {
      if (log.length < MAX_LOG) log += `${line}\n`;
      if (metricsUrl && url) return;
      metricsUrl ||= /"url":"([^"]+)","msg":"metrics"/.exec(line)?.[1] ?? '';
      if (!/"msg":"(serving|working)"/.test(line)) return;
      url = /"url":"([^"]+)","msg":"serving"/.exec(line)?.[1] ?? '';
      resolve();
    };
    for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', read);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  const failed = ended.then(code => {
    throw new Error(`ipto ${command} ended with ${code} before it worked:\n${log}`);
  });
  await Promise.race([works, failed]).finally(() => clearTimeout(timer));
  failed.catch(() => {}); // it ends some day
  return {
    ...{ pid: child.pid!, url, metricsUrl, ended },
    isRunning: () => child.exitCode === null && child.signalCode === null,
    log: () => log,
    end: signal => {
      child.kill(signal);
      return ended;
    },
  };
}
