import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Shared } from './gateway.ts';

/** The gateway that answers by GraphQL.js over Prisma alone, in a process of its own. */
export type Reference = { readonly url: string; setClock(now: number): Promise<void>; stop(): Promise<void> };

const SCRIPT = fileURLToPath(new URL('reference-child.ts', import.meta.url));

/** Starts the reference. It shares no memory with the gateway under test, hence no cache. */
export async function startReference(shared: Shared): Promise<Reference> {
  const child = fork(SCRIPT, { execArgv: ['--import', 'tsx'], env: { ...process.env, ORACLE: JSON.stringify(shared) } });
  const url = await answerOf(child);
  return {
    url,
    setClock: async now => {
      child.send(now);
      await answerOf(child);
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

async function answerOf(child: ChildProcess): Promise<string> {
  const listening = new AbortController();
  const { signal } = listening;
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message as string),
      once(child, 'exit', { signal }).then(([code]) => {
        throw new Error(`the reference gateway ended with ${code}`);
      }),
    ]);
  } finally {
    listening.abort();
  }
}
