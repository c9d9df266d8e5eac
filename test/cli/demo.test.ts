import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAlive, type RunningDemo, startDemo } from '../demo/run.ts';
import { ask } from '../support/gateway.ts';
import { run, start } from './command.ts';

const LONG = 180_000;

const homes: string[] = [];
const demos: RunningDemo[] = [];
async function newHome() {
  const made = await mkdtemp(join(tmpdir(), 'ipto-demo-'));
  homes.push(made);
  return made;
}
async function begin(directory: string, ...args: string[]) {
  const begun = await startDemo(start, directory, ...args);
  demos.push(begun);
  return begun;
}
const isGone = (pid: number) => expect.poll(() => isAlive(pid), { timeout: 60_000 }).toBe(false);

let home: string;
let demo: RunningDemo;
beforeAll(async () => {
  home = await newHome();
  demo = await begin(home);
}, LONG);
afterAll(async () => {
  for (const { command } of demos) await command.kill('SIGINT');
  for (const directory of homes) await rm(directory, { recursive: true, force: true });
}, LONG);

const NAME = '{ tenant { name } }';
const RENAME = 'mutation { renameTenant(input: { name: "Northwind Renamed" }) { tenant { name } } }';
const OWNER = 'owner@northwind.example';

describe('two demos', () => {
  test('run side by side in two data folders, each with its own data and key', { timeout: LONG }, async () => {
    const other = await begin(await newHome());
    expect(other.url).not.toBe(demo.url);
    expect((await other.as(OWNER, RENAME)).data.renameTenant.tenant.name).toBe('Northwind Renamed');
    expect((await demo.as(OWNER, NAME)).data.tenant.name).toBe('Northwind Traders');
    expect((await ask(demo.url, NAME, { token: await other.token(OWNER) })).status).toBe(401);
    expect(await other.command.kill('SIGINT')).toBe(0);
    await isGone(other.postgres);
  });

  test('cannot share a data folder: the second names the process that uses it, and leaves the first alone', async () => {
    for (const args of [[], ['--reset']]) {
      const { code, err } = await run(['demo', ...args], { IPTO_HOME: home, PORT: '0' });
      expect(code).toBe(1);
      expect(err).toBe(
        `The database in ${join(home, 'database')} is in use by process ${demo.command.child.pid}. Stop that one, or set IPTO_HOME to another folder.\n`,
      );
    }
    expect((await demo.as(OWNER, NAME)).data.tenant.name).toBe('Northwind Traders');
  });

  test('cannot share a port: the second says so, and its database stops with it', { timeout: LONG }, async () => {
    const { port } = new URL(demo.url);
    const { code, out, err } = await run(['demo'], { IPTO_HOME: await newHome(), PORT: port });
    expect(code).toBe(1);
    expect(err).toBe(`Can't listen on 127.0.0.1:${port}: another process listens there; choose another port with PORT.\n`);
    expect(out).toContain('The demo did not start.');
    expect(await run(['demo'], { IPTO_HOME: '/proc/nowhere', PORT: '0' })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^Can't write in \/proc\/nowhere: .+\. Set IPTO_HOME to a writable folder\.\n$/),
    });
  });
});

describe('a demo that stops', () => {
  test('by Ctrl-C stops its PostgreSQL, and keeps its data and tokens for the next run', { timeout: LONG }, async () => {
    const token = await demo.token(OWNER);
    expect((await demo.as(OWNER, RENAME)).errors).toEqual([]);
    expect(await demo.command.kill('SIGINT')).toBe(0);
    expect(isAlive(demo.postgres)).toBe(false);
    expect(demo.command.err()).toBe('');

    demo = await begin(home);
    expect(demo.command.out()).not.toContain('Seeding');
    expect((await ask(demo.url, NAME, { token })).data.tenant.name).toBe('Northwind Renamed');
  });

  test('by being killed stops its PostgreSQL, and the next run continues with its data', { timeout: LONG }, async () => {
    expect(await demo.command.kill('SIGKILL')).toBe('SIGKILL');
    demo = await begin(home);
    expect((await demo.as(OWNER, NAME)).data.tenant.name).toBe('Northwind Renamed');
  });

  test('starts over with --reset: other data, another key', { timeout: LONG }, async () => {
    const token = await demo.token(OWNER);
    expect(await demo.command.kill('SIGTERM')).toBe(0);
    demo = await begin(home, '--reset');
    expect((await demo.as(OWNER, NAME)).data.tenant.name).toBe('Northwind Traders');
    expect((await ask(demo.url, NAME, { token })).status).toBe(401);
  });

  test('by kill -9 leaves no process behind', { timeout: LONG }, async () => {
    await demo.command.kill('SIGKILL');
    await isGone(demo.postgres);
  });
});
