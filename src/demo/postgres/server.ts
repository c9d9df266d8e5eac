import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account.ts';
import type { Places } from './cluster.ts';
import { EmbeddedError } from './error.ts';
import { dataArgument, launch, logSince, type Running, reasonIn } from './process.ts';

const START_MS = 120_000;
const STOP_MS = 30_000;
const PORTS_TRIED = 5;

export type Server = { port: number; stop(): Promise<void> };

export type Serving = { places: Places; postgres: string; account: Account | null; durable: boolean; port: number | undefined };

/** Starts PostgreSQL on 127.0.0.1, by default on a free port, and waits until it is ready. */
export async function serve(serving: Serving): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    const port = serving.port ?? (await freePort());
    const offset = (await stat(serving.places.log)).size;
    const running = await launch({ ...settings(serving, port), log: serving.places.log });
    const server = { port, stop: stopper(running) };
    if (await isReady(running, serving.places.data)) return server;
    await server.stop();
    const text = await logSince(serving.places.log, offset);
    const taken = /could not bind|could not create any TCP/.test(text);
    if (taken && serving.port !== undefined) throw new EmbeddedError(`Port ${port} is taken, so PostgreSQL can't listen on it.`);
    if (!taken || attempt === PORTS_TRIED)
      throw new EmbeddedError(`PostgreSQL didn't start: ${reasonIn(text)}. More in ${serving.places.log}`);
  }
}

function settings({ places: { data }, postgres, account, durable }: Serving, port: number) {
  const values = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 100,
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const flags = Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return { program: postgres, args: ['-D', dataArgument(data, account), ...flags], data, account };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/**
 * Waits for the state in the lock file, as pg_ctl does: line 1 is the process id, line 8 the state,
 * which is another one for a server that follows a primary.
 * False if the server ends or takes too long.
 */
async function isReady({ child, ended }: Running, data: string): Promise<boolean> {
  let alive = true;
  void ended.then(() => {
    alive = false;
  });
  for (const deadline = Date.now() + START_MS; alive && Date.now() < deadline; await sleep(20)) {
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (Number(lines[0]) === child.pid && /^(ready|standby)\s*$/.test(lines[7] ?? '')) return true;
  }
  return false;
}

/** A fast shutdown, which disconnects clients. Calling it again waits for the same shutdown. */
function stopper({ child, ended }: Running): () => Promise<void> {
  const atExit = (): void => void child.kill('SIGINT');
  process.on('exit', atExit);
  void ended.then(() => process.off('exit', atExit));
  return async () => {
    child.kill('SIGINT');
    const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_MS);
    await ended;
    clearTimeout(timer);
  };
}
