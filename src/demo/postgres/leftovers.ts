import { execFile } from 'node:child_process';
import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { EmbeddedError } from './error.ts';

const PATIENCE_MS = 20_000;

/**
 * Ends the processes that a killed run left in a data folder: asks a running PostgreSQL to shut
 * down, kills its stray children, and removes a lock file that names an unrelated process. Only for
 * the holder of the folder's claim.
 */
export async function clearLeftovers(data: string, onFound: () => void): Promise<void> {
  const postmaster = Number((await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0]);
  let pids = await occupants(data);
  if (pids.length > 0) onFound();
  if (pids.includes(postmaster)) signal(postmaster, 'SIGINT');
  else for (const pid of pids) signal(pid, 'SIGKILL');
  for (const deadline = Date.now() + PATIENCE_MS; pids.length > 0; pids = await occupants(data)) {
    if (Date.now() > deadline + 5000) throw new EmbeddedError(`Process ${pids[0]} of an earlier run still uses ${data} and doesn't end.`);
    if (Date.now() > deadline) for (const pid of pids) signal(pid, 'SIGKILL');
    await sleep(50);
  }
  // PostgreSQL ignores the lock file of a dead process, but not one whose id now belongs to another
  // process.
  if (postmaster > 0 && signal(postmaster, 0)) await rm(join(data, 'postmaster.pid'), { force: true });
}

/** PostgreSQL's processes in a data folder. */
async function occupants(data: string): Promise<number[]> {
  if (process.platform === 'win32') return [];
  if (process.platform !== 'linux') return occupantsByArguments(data);
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(async pid => (await isPostgresIn(data, pid)) && Number(pid)));
  return found.filter(pid => pid !== false);
}

/** A zombie has no working directory, so it doesn't count. */
async function isPostgresIn(data: string, pid: string): Promise<boolean> {
  if ((await readlink(`/proc/${pid}/cwd`).catch(() => null)) !== data) return false;
  return /^(postgres|initdb)$/.test((await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim());
}

async function occupantsByArguments(data: string): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,args=']);
  const lines = stdout.split('\n').filter(line => /postgres|initdb/.test(line) && line.includes(data));
  return lines.map(line => Number.parseInt(line, 10)).filter(pid => pid !== process.pid);
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
