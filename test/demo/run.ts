import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, endOf, type start as startCommand, startProgram } from '../cli/command.ts';
import { ask } from '../support/gateway.ts';

export type RunningDemo = {
  readonly command: Command;
  readonly url: string;
  /** The process of its PostgreSQL. */
  readonly postgres: number;
  /** A persona's token, as the explorer gets it. */
  token(persona: string): Promise<string>;
  as(persona: string, query: string, tenant?: string): ReturnType<typeof ask>;
};

/**
 * Starts a demo in a folder, on a free port, and waits until it has said all that it says.
 *
 * @param start starts the command.
 */
export async function startDemo(start: typeof startCommand, home: string, ...args: string[]): Promise<RunningDemo> {
  const command = start(['demo', ...args], { IPTO_HOME: home, PORT: '0' });
  const [, url = ''] = await command.says(/Endpoint +(http:\/\/\S+)\/graphql/);
  await command.says(/Ctrl-C stops everything/);
  const token = async (persona: string) => {
    const response = await fetch(`${url}/demo/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ persona }),
    });
    return ((await response.json()) as { token: string }).token;
  };
  return {
    command,
    url,
    postgres: await postgresOf(home),
    token,
    as: async (persona, query, tenant) => ask(url, query, { token: await token(persona), tenant }),
  };
}

/** The process id that PostgreSQL itself wrote down. */
async function postgresOf(home: string): Promise<number> {
  return Number((await readFile(join(home, 'database', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The result of `npm run token` for a folder, as npm runs it. */
export const printedToken = (home: string, args: readonly string[]) =>
  endOf(startProgram(['scripts/token.mjs', ...args], { IPTO_HOME: home }));
