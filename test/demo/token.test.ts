import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Home, openHome, START_OR_CHOOSE } from '../../src/demo/home.ts';
import { type Issuer, openIssuer } from '../../src/demo/issuer.ts';
import { demoRoutes } from '../../src/demo/routes.ts';
import { tokenArguments } from '../../src/demo/token.ts';
import { createLog } from '../../src/http/server/log.ts';
import { type RunningServer, startServer } from '../../src/http/server/server.ts';
import { printedToken } from './run.ts';

const EXAMPLE = 'npm run --silent token -- --as owner@northwind.example';
const OPTIONS = `The options are --as, --tenant and --expires: ${EXAMPLE}`;
const TIMES = '--expires takes a time from 1s to 365d, such as 30s, 15m, 1h or 7d';

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

describe('npm run token', () => {
  let directory: string;
  let server: RunningServer | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ipto-home-'));
  });
  afterEach(async () => {
    await server?.stop();
    server = undefined;
    await rm(directory, { recursive: true, force: true });
  });

  /** Serves the demo's routes for a folder, and returns their address. */
  async function serve(home: Home, issuer: Issuer): Promise<string> {
    const routes = demoRoutes(issuer, home, { host: '127.0.0.1', corsOrigins: [] });
    server = await startServer({ log: createLog('silent'), host: '127.0.0.1', port: 0, routes, isReady: async () => true });
    return server.url;
  }

  const printed = (...args: string[]) => printedToken(directory, args);

  test('prints only a token, which the demo in the folder has signed', async () => {
    const home = await openHome(directory);
    const issuer = await openIssuer(home);
    await writeFile(home.address, await serve(home, issuer));
    const { code, out, err } = await printed('--as', 'Owner@northwind.example', '--tenant', 'northwind', '--expires=1m');
    expect({ code, out, err }).toEqual({ code: 0, err: '', out: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/) });
    const { payload } = await jwtVerify(out.trim(), createLocalJWKSet(issuer.jwks));
    expect(payload).toMatchObject({ sub: 'owner@northwind.example', tenant: 'northwind', exp: payload.iat! + 60 });
  });

  test('prints one sentence on stderr, nothing on stdout, and exits with 1 when it refuses', async () => {
    const home = await openHome(directory);
    await writeFile(home.address, await serve(home, await openIssuer(home)));
    expect(await printed('--as', 'nobody')).toEqual({ code: 1, out: '', err: `--as takes an e-mail address, not 'nobody': ${EXAMPLE}\n` });
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
    expect(await printed('--as', 'a@b.example')).toEqual({
      code: 1,
      out: '',
      err: `No demo has run in ${directory}. ${START_OR_CHOOSE}\n`,
    });
    expect(await readdir(directory).catch(error => error.code)).toEqual(before);
  });

  test('of a demo that has stopped, or was killed, says that none is running', async () => {
    const home = await openHome(directory);
    const url = await serve(home, await openIssuer(home));
    expect((await printed('--as', 'a@b.example')).err).toBe(`No demo is running in ${directory}. ${START_OR_CHOOSE}\n`);
    await writeFile(home.address, url);
    await server!.stop();
    expect(await printed('--as', 'a@b.example')).toEqual({
      code: 1,
      out: '',
      err: `No demo is running in ${directory}: nothing answers at ${url}. ${START_OR_CHOOSE}\n`,
    });
  });

  test('gets no token of another demo, which has the port of one that was killed', async () => {
    const other = await openHome(join(directory, 'other'));
    const home = await openHome(directory);
    await writeFile(home.address, await serve(other, await openIssuer(other)));
    expect(await printed('--as', 'a@b.example')).toEqual({
      code: 1,
      out: '',
      err: `No demo is running in ${directory}. ${START_OR_CHOOSE}\n`,
    });
  });
});
