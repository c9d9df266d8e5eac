import { type ChildProcess, spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { commandsIn, runCommand } from '../../test/support/commands.ts';

/** The demo of an hour: its address, and its folder. */
export type DemoAt = { readonly url: string; readonly directory: string };

/** The first hour of somebody new: the commands of the pages that they read, one by one. */
export class Hour {
  /** How many commands were typed. */
  commands = 0;
  private readonly programs: ChildProcess[] = [];

  constructor(
    readonly demo: DemoAt,
    private readonly folder: string,
  ) {}

  /**
   * Runs a block of a page, after `before` in the same shell, and returns what it prints.
   *
   * @throws if a command fails, or npm warns.
   */
  async run(page: string, name: string, before = ''): Promise<string> {
    const block = this.block(page, name);
    const { stdout, stderr } = await runCommand(`${before}\n${block}`, { demo: this.demo, directory: this.demo.directory }, this.folder);
    if (/npm warn/.test(stderr)) throw new Error(`${page}, ${name}: ${stderr}`);
    return stdout;
  }

  /** Starts a block that goes on until the end, and returns what `pattern` finds in its output. */
  async start(page: string, name: string, pattern: RegExp): Promise<string> {
    const env = { ...process.env, VITE_GATEWAY: this.demo.url };
    const program = spawn('sh', ['-c', this.block(page, name)], { detached: true, env });
    this.programs.push(program);
    return await new Promise((resolve, reject) => {
      let text = '';
      const read = (chunk: Buffer) => {
        text += chunk;
        // Where CI is set, tools colour what they print, terminal or not.
        const [, found] = pattern.exec(stripVTControlCharacters(text)) ?? [];
        if (found) resolve(found);
      };
      program.stdout.on('data', read);
      program.stderr.on('data', read);
      program.on('exit', code => reject(new Error(`${page}, ${name}: ended with ${code}\n${text}`)));
    });
  }

  /** Stops what was started. */
  end(): void {
    for (const { pid } of this.programs) if (pid) process.kill(-pid);
  }

  private block(page: string, name: string): string {
    const block = commandsIn(page).get(name);
    if (!block) throw new Error(`${page} has no block ${name}.`);
    this.commands += countCommands(block);
    return block;
  }
}

/** The commands in a block of shell text; a pipe is one, and so is what stands in quotes. */
export const countCommands = (block: string): number =>
  block
    .replaceAll(/'[^']*'|"[^"]*"/g, '""')
    .replaceAll(/\\\n|#.*/g, ' ')
    .split(/\n|&&/)
    .filter(line => line.trim()).length;
