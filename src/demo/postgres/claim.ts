import { createHash } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedError, systemCode } from './error.ts';

/**
 * A lock on a folder, which the kernel releases when its process ends, even if it is killed. A lock
 * file with a process id wouldn't be.
 */
export type Claim = { release(): Promise<void> };

/**
 * Locks a folder for this process by listening on a local socket named after it, which replies with
 * the process id.
 *
 * @throws EmbeddedError while another process, or this one, has the lock.
 */
export async function claimFolder(directory: string): Promise<Claim> {
  const address = await addressOf(directory);
  const server = (await tryListen(address)) ?? (await listenAfterDead(address));
  if (!server) {
    const holder = await askHolder(address);
    const who = holder ? `process ${holder}` : 'another process';
    throw new EmbeddedError(`The database in ${directory} is in use by ${who}. Stop that one, or set IPTO_HOME to another folder.`);
  }
  server.unref();
  return { release: () => new Promise(resolve => server.close(() => resolve())) };
}

async function addressOf(directory: string): Promise<string> {
  const { dev, ino } = await stat(directory, { bigint: true });
  const name = `ipto-${createHash('sha256').update(`${dev}:${ino}`).digest('hex').slice(0, 24)}`;
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

function tryListen(address: string): Promise<Server | null> {
  const server = createServer(socket => socket.on('error', () => undefined).end(String(process.pid)));
  return new Promise((resolve, reject) => {
    server.once('error', error => (systemCode(error) === 'EADDRINUSE' ? resolve(null) : reject(error)));
    server.listen(address, () => resolve(server));
  });
}

/** On macOS the socket's file outlives its process: without a listener it is removed. */
async function listenAfterDead(address: string): Promise<Server | null> {
  if (address.startsWith('\0') || process.platform === 'win32' || (await askHolder(address)) !== null) return null;
  await rm(address, { force: true });
  return tryListen(address);
}

/** The holder's process id (empty if it doesn't reply in time), or null if nobody listens. */
function askHolder(address: string): Promise<string | null> {
  return new Promise(resolve => {
    let answer = '';
    const socket = connect(address);
    socket.setTimeout(2000, () => socket.destroy());
    socket.on('data', chunk => (answer += chunk.toString()));
    socket.on('error', error => resolve(systemCode(error) === 'ECONNREFUSED' || systemCode(error) === 'ENOENT' ? null : ''));
    socket.on('close', () => resolve(answer));
  });
}
