import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, chownSync, constants, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const MISSING = 'PgBouncer is missing, so its tests are skipped: `apt-get install pgbouncer`, or put it on the PATH.';

const executable = (): string | undefined =>
  [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin']
    .map(folder => path.join(folder, 'pgbouncer'))
    .find(file => {
      try {
        accessSync(file, constants.X_OK);
        return existsSync(file);
      } catch {
        return false;
      }
    });

/** Whether PgBouncer is installed. If not, warns how to install it, or throws under CI. */
export function hasPgBouncer(): boolean {
  if (executable()) return true;
  if (process.env.CI) throw new Error(MISSING);
  console.warn(MISSING);
  return false;
}

export type PgBouncer = { readonly url: string; stop(): Promise<void> };

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** The user id of `nobody`: PgBouncer refuses to run as root. */
const NOBODY_UID = 65_534;

/** Starts PgBouncer in transaction mode on 127.0.0.1, with few connections to a database. */
export async function startPgBouncer(target: string, { connections }: { connections: number }): Promise<PgBouncer> {
  const { hostname, port: targetPort, username, password, pathname } = new URL(target);
  const folder = mkdtempSync(path.join(tmpdir(), 'ipto-pgbouncer-'));
  const port = await freePort();
  const [ini, users] = ['pgbouncer.ini', 'users.txt'].map(name => path.join(folder, name)) as [string, string];
  writeFileSync(users, `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`);
  writeFileSync(
    ini,
    `[databases]
${pathname.slice(1)} = host=${hostname} port=${targetPort || 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${connections}
max_client_conn = 200
logfile = ${path.join(folder, 'log')}
`,
  );
  const isRoot = process.getuid?.() === 0;
  if (isRoot) for (const file of [folder, ini, users]) chownSync(file, NOBODY_UID, NOBODY_UID);
  const child = spawn(executable()!, ['-q', ini], { stdio: 'ignore', ...(isRoot && { uid: NOBODY_UID, gid: NOBODY_UID }) });
  const url = Object.assign(new URL(target), { hostname: '127.0.0.1', port: String(port) }).href;
  const stop = async () => {
    await kill(child);
    rmSync(folder, { recursive: true, force: true });
  };
  await waitUntilReady(url, child).catch(async error => {
    await stop();
    throw error;
  });
  return { url, stop };
}

async function waitUntilReady(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; ; tries++) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.query('SELECT 1');
      return;
    } catch (error) {
      if (child.exitCode !== null || tries > 100) throw error;
      await sleep(50);
    } finally {
      await client.end().catch(() => {});
    }
  }
}

const kill = (child: ChildProcess) =>
  new Promise<void>(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
