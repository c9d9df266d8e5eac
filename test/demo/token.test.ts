import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from 'citty';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { tokenCommand } from '../../src/cli/token.ts';
import { DemoError, openHome } from '../../src/demo/home.ts';
import { openIssuer } from '../../src/demo/issuer.ts';
import { printedToken, tokenArguments } from '../../src/demo/token.ts';

const EXAMPLE = 'npm run --silent token -- --as owner@northwind.example';
const OPTIONS = `The options are --as, --tenant and --expires: ${EXAMPLE}`;
const TIMES = '--expires takes a time from 1s to 365d, such as 30s, 15m, 1h or 7d';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ipto-home-'));
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
  await rm(directory, { recursive: true, force: true });
});

describe('the arguments of token', () => {
  test('are an e-mail address, an optional tenant, and a lifetime of one hour by default', () => {
    expect(tokenArguments(['--as', 'owner@northwind.example'])).toEqual({ email: 'owner@northwind.example', expiresIn: 3600 });
    expect(tokenArguments(['--as=Sam@People.example', '--tenant=contoso', '--expires=30s'])).toEqual({
      email: 'sam@people.example',
      tenant: 'contoso',
      expiresIn: 30,
    });
  });

  test.each([
    ['1s', 1],
    ['90s', 90],
    ['15m', 900],
    ['2h', 7200],
    ['7d', 604_800],
    ['365d', 31_536_000],
  ])('accept %s as %i seconds', (expires, expiresIn) => {
    expect(tokenArguments(['--as', 'a@b.example', '--expires', expires])).toMatchObject({ expiresIn });
  });

  test.each(['0s', '366d', '1y', '1', 'h', '', '-1h', '1.5h', '1h30m', ' 1h'])('refuse %j as a lifetime', expires => {
    expect(() => tokenArguments(['--as', 'a@b.example', `--expires=${expires}`])).toThrow(`${TIMES}, not '${expires}'.`);
  });

  test.each(['', 'owner', 'owner@', '@northwind.example', 'a b@c.example', 'a@b@c.example', 'a@b', 'a@b.'])(
    'refuse %j as an address',
    email => {
      expect(() => tokenArguments([`--as=${email}`])).toThrow(`--as takes an e-mail address, not '${email}': ${EXAMPLE}`);
    },
  );

  test.each(['', 'north wind', '-north', 'north_wind', 'n'.repeat(64)])('refuse %j as a tenant', tenant => {
    const refused = `--tenant takes a tenant's slug or id, such as northwind, not '${tenant}'.`;
    expect(() => tokenArguments(['--as=a@b.example', `--tenant=${tenant}`])).toThrow(refused);
  });

  test.each([
    [[], `--as is missing: name the person that the token is for: ${EXAMPLE}`],
    [['--as'], `Option '--as' has no value. ${OPTIONS}`],
    [['--as', '--tenant', 'contoso'], `Option '--as' has no value. ${OPTIONS}`],
    [['--as', 'a@b.example', '--admin'], `Unknown option '--admin'. ${OPTIONS}`],
    [['--as', 'a@b.example', 'extra'], `Unexpected argument 'extra'. ${OPTIONS}`],
  ])('refuse %j with one sentence', (args, sentence) => {
    expect(() => tokenArguments(args)).toThrow(sentence);
  });
});

describe('token', () => {
  test('is signed with the key of the demo in the folder', async () => {
    const demo = await openIssuer(await openHome(directory));
    const token = await printedToken(['--as', 'owner@northwind.example', '--tenant', 'northwind'], { IPTO_HOME: directory });
    const { payload } = await jwtVerify(token, createLocalJWKSet(demo.jwks));
    expect(payload).toMatchObject({ sub: 'owner@northwind.example', tenant: 'northwind' });
  });

  test.each([
    ['an empty folder', async () => {}],
    ['no folder', async () => await rm(directory, { recursive: true })],
    ['a folder of another program', async () => await writeFile(join(directory, 'notes.txt'), '')],
    [
      'a file',
      async () => {
        await rm(directory, { recursive: true });
        await writeFile(directory, '');
      },
    ],
  ])('of %s is refused, and nothing is created there', async (_what, prepare) => {
    await prepare();
    const before = await readdir(directory).catch(error => error.code);
    const refused = `No demo has run in ${directory}. Start it with \`npm run demo\`, or set IPTO_HOME to the folder of the demo.`;
    await expect(printedToken(['--as', 'a@b.example'], { IPTO_HOME: directory })).rejects.toThrow(new DemoError(refused));
    expect(await readdir(directory).catch(error => error.code)).toEqual(before);
  });

  test('prints only the token', async () => {
    await openIssuer(await openHome(directory));
    vi.stubEnv('IPTO_HOME', directory);
    const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await runCommand(tokenCommand, { rawArgs: ['--as', 'staff@ipto.example'] });
    expect(out.mock.calls.map(([text]) => text)).toEqual([expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)]);
    expect(process.exitCode).toBeUndefined();
  });

  test('prints one sentence on stderr, nothing on stdout, and exits with 1 when it refuses', async () => {
    vi.stubEnv('IPTO_HOME', directory);
    const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
      throw new Error('ended');
    });
    await expect(runCommand(tokenCommand, { rawArgs: ['--as', 'nobody'] })).rejects.toThrow('ended');
    expect(out.mock.calls).toEqual([]);
    expect(err.mock.calls.map(([text]) => text)).toEqual([`--as takes an e-mail address, not 'nobody': ${EXAMPLE}\n`]);
    expect(exit).toHaveBeenCalledWith(1);
  });
});
