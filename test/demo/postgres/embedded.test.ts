import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type EmbeddedDatabase,
  EmbeddedError,
  type EmbeddedOptions,
  removeEmbedded,
  startEmbedded,
} from '../../../src/demo/postgres/embedded.ts';

let directory: string;
const running: { stop(): Promise<void> }[] = [];

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'ipto-embedded-')), 'database');
});

afterEach(async () => {
  for (const thing of running.splice(0)) await thing.stop();
  await removeEmbedded(directory);
  await rm(join(directory, '..'), { recursive: true });
});

async function start(options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedDatabase> {
  const database = await startEmbedded({ directory, durable: false, ...options });
  running.push(database);
  return database;
}

async function ask(url: string, ...statements: string[]): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    let rows: unknown[][] = [];
    for (const text of statements) rows = (await client.query<unknown[]>({ text, rowMode: 'array' })).rows;
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

/**
 * Another process that runs a database in `directory`, has committed a row, and waits to be killed.
 */
async function startElsewhere(): Promise<{ child: ChildProcess; postmaster: number }> {
  const script = `
    const { startEmbedded } = await import(${JSON.stringify(new URL('../../../src/demo/postgres/embedded.ts', import.meta.url).href)});
    const database = await startEmbedded({ directory: ${JSON.stringify(directory)} });
    process.send(database.url);`;
  const file = join(directory, '..', 'elsewhere.mjs');
  await writeFile(file, script);
  const child = fork(file, { execArgv: ['--import', import.meta.resolve('tsx')] });
  running.push({ stop: () => kill(child) });
  const [url] = (await once(child, 'message')) as [string];
  await ask(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  return { child, postmaster: Number((await readFile(join(directory, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('an embedded database', () => {
  test('is PostgreSQL 18 in UTF-8 that requires a password and keeps its data between runs', async () => {
    const steps: string[] = [];
    const first = await start({ onProgress: step => steps.push(step) });
    expect(first.url).toMatch(new RegExp(`^postgresql://postgres:[0-9a-f]{48}@127\\.0\\.0\\.1:${first.port}/postgres$`));
    expect(await ask(first.url, 'SHOW server_version')).toMatch(/^18\./);
    expect(await ask(first.url, 'SHOW server_encoding')).toBe('UTF8');
    expect(await ask(first.url, "SELECT lower('ÉÑ')")).toBe('éñ');
    expect(await ask(first.url, 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user')).toBe(true);
    await expect(ask(first.url.replace(/:[0-9a-f]{48}@/, ':wrong@'), 'SELECT 1')).rejects.toThrow('password authentication failed');
    await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const second = await start({ onProgress: step => steps.push(step) });
    expect(await ask(second.url, 'SELECT answer FROM kept')).toBe(42);
    expect(steps).toEqual(['Creating a database (first run)', 'Starting PostgreSQL', 'Starting PostgreSQL']);
  });

  test('listens on 127.0.0.1 and on no socket file, for 100 connections', async () => {
    const { url } = await start();
    expect(await ask(url, 'SHOW listen_addresses')).toBe('127.0.0.1');
    expect(await ask(url, 'SHOW unix_socket_directories')).toBe('');
    expect(await ask(url, 'SHOW max_connections')).toBe('100');
  });

  test('syncs to the disk unless configured otherwise', async () => {
    const durable = await start({ durable: true });
    expect(await ask(durable.url, 'SHOW fsync')).toBe('on');
    expect(await ask(durable.url, 'SHOW synchronous_commit')).toBe('on');
    await durable.stop();
    const fast = await start();
    expect(await ask(fast.url, 'SHOW fsync')).toBe('off');
    expect(await ask(fast.url, 'SHOW synchronous_commit')).toBe('off');
    expect(await ask(fast.url, 'SHOW full_page_writes')).toBe('off');
  });

  test('hides its password from other users', async () => {
    const { url } = await start();
    expect((await stat(join(directory, 'password'))).mode & 0o777).toBe(0o600);
    expect(url).toContain(await readFile(join(directory, 'password'), 'utf8'));
    expect((await stat(join(directory, 'data'))).mode & 0o777).toBe(0o700);
  });

  test('is gone after stop, which can be called twice', async () => {
    const database = await start();
    await Promise.all([database.stop(), database.stop()]);
    await expect(ask(database.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
    expect(await readdir(join(directory, 'data'))).not.toContain('postmaster.pid');
  });

  test('runs beside another in another folder', async () => {
    const one = await start();
    const two = await start({ directory: join(directory, '..', 'second') });
    expect(await ask(one.url, 'SELECT 1')).toBe(1);
    expect(await ask(two.url, 'SELECT 2')).toBe(2);
  });

  test('works in a folder without access for others, with a blank in its name', async () => {
    const closed = join(directory, '..', 'closed folder');
    await mkdir(closed, { mode: 0o700 });
    expect(await ask((await start({ directory: join(closed, "it's") })).url, 'SELECT 1')).toBe(1);
  });
});

describe('after a run that was killed', () => {
  test('no process is left running, and the next run finds the committed data', async () => {
    const { child } = await startElsewhere();
    await kill(child);
    expect(await ask((await start()).url, 'SELECT answer FROM kept')).toBe(42);
  });

  test('together with its PostgreSQL, the next run recovers', async () => {
    const { child, postmaster } = await startElsewhere();
    process.kill(postmaster, 'SIGKILL');
    await kill(child);
    expect(await ask((await start()).url, 'SELECT answer FROM kept')).toBe(42);
  });

  test('a PostgreSQL that is still running is stopped by the next run', async () => {
    const { child, postmaster } = await startElsewhere();
    process.kill(postmaster, 'SIGSTOP');
    await kill(child);
    const steps: string[] = [];
    const onProgress = (step: string): void => {
      if (steps.push(step) === 1) process.kill(postmaster, 'SIGCONT');
    };
    expect(await ask((await start({ onProgress })).url, 'SELECT answer FROM kept')).toBe(42);
    expect(steps).toEqual(['Stopping the PostgreSQL of a killed run', 'Starting PostgreSQL']);
  });

  test('a lock file with the id of an unrelated process is ignored', async () => {
    await (await start()).stop();
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    running.push({ stop: () => kill(stranger) });
    await writeFile(
      join(directory, 'data', 'postmaster.pid'),
      `${stranger.pid}\n${join(directory, 'data')}\n1700000000\n5432\n\n127.0.0.1\n`,
    );
    expect(await ask((await start()).url, 'SELECT 1')).toBe(1);
    expect(stranger.exitCode).toBeNull();
  });

  test('a half-created database is created again', async () => {
    await mkdir(join(directory, 'making', 'data', 'base'), { recursive: true });
    await writeFile(join(directory, 'making', 'data', 'PG_VERSION'), '18\n');
    await writeFile(join(directory, 'password'), '');
    expect(await ask((await start()).url, 'SELECT 1')).toBe(1);
    expect(await readdir(directory)).not.toContain('making');
  });
});

describe('an embedded database refuses with one sentence', () => {
  test('a folder that another process uses, and leaves that process alone', async () => {
    const { child } = await startElsewhere();
    const refused = `The database in ${directory} is in use by process ${child.pid}. Stop that one, or set IPTO_HOME to another folder.`;
    await expect(start()).rejects.toThrow(new EmbeddedError(refused));
    await expect(removeEmbedded(directory)).rejects.toThrow(new EmbeddedError(refused));
    expect(child.exitCode).toBeNull();
  });

  test('a folder that can’t be written', async () => {
    const file = join(directory, '..', 'file');
    await writeFile(file, '');
    const refused = `Can't write in ${file}: something in that path is a file. Set IPTO_HOME to a writable folder.`;
    await expect(start({ directory: file })).rejects.toThrow(new EmbeddedError(refused));
  });

  test.skipIf(process.getuid?.() === 0)('a folder that this user may not write', async () => {
    await mkdir(directory);
    await chmod(directory, 0o500);
    const refused = `Can't write in ${directory}: permission denied. Set IPTO_HOME to a writable folder.`;
    await expect(start()).rejects.toThrow(new EmbeddedError(refused));
    await chmod(directory, 0o700);
  });

  test.runIf(process.platform === 'linux')('a folder on a file system without Unix permissions', async () => {
    const refused = /^Can't write in \/proc\/ipto\/home: .+\. Set IPTO_HOME to a writable folder\.$/;
    await expect(start({ directory: '/proc/ipto/home' })).rejects.toThrow(refused);
  });

  test('a port that is in use, and frees the folder', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    running.push({ stop: () => new Promise(resolve => holder.close(() => resolve())) });
    const { port } = holder.address() as { port: number };
    const refused = new EmbeddedError(`Port ${port} is taken, so PostgreSQL can't listen on it.`);
    await expect(start({ port })).rejects.toThrow(refused);
    expect(await ask((await start()).url, 'SELECT 1')).toBe(1);
  });

  test('data of another version', async () => {
    await (await start()).stop();
    await writeFile(join(directory, 'data', 'PG_VERSION'), '17\n');
    await expect(start()).rejects.toThrow(`${join(directory, 'data')} belongs to PostgreSQL 17, but this is 18. Start over with --reset.`);
  });

  test('data whose password is lost', async () => {
    await (await start()).stop();
    await rm(join(directory, 'password'));
    await expect(start()).rejects.toThrow(
      `${join(directory, 'password')} with the database's password is missing. Start over with --reset.`,
    );
  });
});

describe('removing an embedded database', () => {
  test('deletes all that it created, and nothing else', async () => {
    await (await start()).stop();
    await writeFile(join(directory, 'mine.txt'), 'keep');
    await removeEmbedded(directory);
    expect(await readdir(directory)).toEqual(['mine.txt']);
  });

  test('does nothing where there is none', async () => {
    await removeEmbedded(directory);
    await expect(stat(directory)).rejects.toThrow('ENOENT');
  });
});
