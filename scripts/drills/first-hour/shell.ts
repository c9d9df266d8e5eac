import { spawn } from 'node:child_process';

/** How long a command may take, and a process to say that it works, ms. */
const WAIT_MS = 180_000;

export type Process = { stop(): Promise<void> };

/** Runs commands with `sh`, as the page has them. Throws with what they printed if one fails. */
export function createShell(cwd: string, env: Readonly<Record<string, string>>) {
  function open(name: string, commands: string, folder = cwd) {
    const child = spawn('sh', ['-euc', commands], { cwd: folder, env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env } });
    const written = { out: '', all: '' };
    let heard = () => {};
    const listen = (listener: () => void) => {
      heard = listener;
    };
    child.stdout.on('data', chunk => {
      written.out += chunk;
      written.all += chunk;
      heard();
    });
    child.stderr.on('data', chunk => {
      written.all += chunk;
      heard();
    });
    const ended = new Promise<number | string>(resolve => child.on('close', (code, signal) => resolve(code ?? signal ?? '')));
    const timer = setTimeout(() => child.kill('SIGKILL'), WAIT_MS);
    const failed = (how: number | string) => new Error(`${name} ended with ${how}:\n${written.all}`);
    return { child, written, ended, timer, failed, listen };
  }

  return {
    /** Runs commands to their end; returns their standard output. */
    async run(name: string, commands: string, folder?: string): Promise<string> {
      const { written, ended, timer, failed } = open(name, commands, folder);
      const code = await ended;
      clearTimeout(timer);
      if (code !== 0) throw failed(code);
      return written.out;
    },

    /** Starts a process, and resolves when its log has a text. */
    async start(name: string, commands: string, until: string): Promise<Process> {
      const { child, written, ended, timer, failed, listen } = open(name, commands);
      await new Promise<void>((resolve, reject) => {
        listen(() => written.all.includes(until) && resolve());
        void ended.then(how => reject(failed(how)));
      });
      clearTimeout(timer);
      return {
        async stop() {
          child.kill('SIGTERM');
          const code = await ended;
          if (code !== 0) throw failed(code);
        },
      };
    },
  };
}
