import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openHome } from '../../src/demo/home.ts';
import { openIssuer } from '../../src/demo/issuer.ts';
import { signed } from '../http/auth/oidc.ts';
import { startProxy } from '../http/server/proxy.ts';
import { fixtures, useDatabase } from '../support/database.ts';
import { ask } from '../support/gateway.ts';
import { run } from './command.ts';
import { useStarts } from './starts.ts';

const database = useDatabase();
const starts = useStarts(database);
const { settings, starting } = starts;

async function serving(more?: Record<string, string>) {
  const command = starting(more);
  const [, url = ''] = await command.says(/"url":"([^"]+)","msg":"serving"/);
  return { command, url };
}

describe('npm start', () => {
  test('without settings names the missing ones, without a stack trace, and exits with 1', async () => {
    expect(await run(['start'])).toEqual({
      code: 1,
      out: '',
      err: 'DATABASE_URL is missing; OIDC_ISSUER is missing; OIDC_AUDIENCE is missing; STORE_DIRECTORY (or S3_BUCKET) is missing. docs/settings.md describes them.\n',
    });
  });

  test.each([
    ['the demo’s issuer', { OIDC_ISSUER: 'urn:ipto:demo' }, /^OIDC_ISSUER is wrong: .+\n$/],
    ['an issuer without encryption', { OIDC_ISSUER: 'http://issuer.example' }, /^OIDC_ISSUER is wrong: .+\n$/],
  ])('refuses %s', async (_what, more, message) => {
    const { code, err } = await run(['start'], settings(more));
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });

  test('refuses a superuser in one sentence', async () => {
    const command = starting({ DATABASE_URL: database.adminUrl });
    expect(await command.ended).toBe(1);
    expect(command.err()).toMatch(
      /^The gateway does not start on this database: role \S+ is a superuser, which row-level security does not restrict; .+\.\n$/m,
    );
    expect(command.err()).not.toMatch(/^ +at /m);
  });

  test('reports a password that the database refuses in one sentence, which does not contain the password', async () => {
    const url = Object.assign(new URL(database.runtimeUrl), { username: 'ipto_nobody', password: 'canary' }).href;
    const command = starting({ DATABASE_URL: url });
    expect(await command.ended).toBe(1);
    expect(command.err()).toMatch(/^The database refuses connections: .*ipto_nobody.*\.\n$/m);
    expect(command.err()).not.toMatch(/canary|^ +at /m);
  });

  test('serves with an unprivileged role and the issuer’s tokens, and exits with 0 on SIGTERM', async () => {
    const { command, url } = await serving();
    const { person, tenant } = fixtures(database);
    await tenant('north', await person('ann', starts.issuer.issuer));
    const token = await signed(starts.key, starts.issuer.claims({ sub: 'ann@people.example' }));
    expect((await ask(url, '{ tenant { slug } }', { token })).data).toEqual({ tenant: { slug: 'north' } });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(await command.kill('SIGTERM')).toBe(0);
    expect(command.out()).toBe('');
    for (const line of command.err().trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('level');
    expect(command.err()).not.toContain(token);
    expect(command.err()).not.toContain(new URL(database.runtimeUrl).password);
  });

  test('has no explorer, no personas and no token route', async () => {
    const { url } = await serving();
    const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toMatch(/json/);
    const asked = await fetch(`${url}/demo/token`, { method: 'POST', body: '{"persona":"owner@northwind.example"}' });
    expect(asked.status).toBe(404);
  });

  test('has the explorer with GRAPHIQL=true, still without personas', async () => {
    const { url } = await serving({ GRAPHIQL: 'true' });
    const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
    const html = await page.text();
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(html).not.toMatch(/persona|northwind/i);
    expect((await fetch(`${url}/demo/token`, { method: 'POST', body: '{}' })).status).toBe(404);
  });

  test('refuses a token of the demo', async () => {
    const { url } = await serving();
    const directory = await mkdtemp(join(tmpdir(), 'ipto-home-'));
    try {
      const demo = await openIssuer(await openHome(directory));
      const token = await demo.sign({ email: 'owner@northwind.example', expiresIn: 60 });
      expect(await ask(url, '{ __typename }', { token })).toMatchObject({
        status: 401,
        errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  test('reports a port that is in use in one sentence', async () => {
    const other = createServer();
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const command = starting({ PORT: String(port) });
    const code = await command.ended;
    await new Promise(resolve => other.close(resolve));
    const message = `Can't listen on 127.0.0.1:${port}: another process listens there; choose another port with PORT.\n`;
    expect({ code, err: command.err() }).toEqual({ code: 1, err: message });
  });
});

describe('a database that is not up yet', () => {
  test('is waited for: the gateway is alive, not ready, and becomes ready with the database', async () => {
    const proxy = await startProxy(database.runtimeUrl);
    await proxy.shut();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const command = starting({ DATABASE_URL: proxy.url, PORT: String(port) });
    try {
      await command.says(/cannot reach the database; retrying/);
      expect([(await fetch(`${url}/livez`)).status, (await fetch(`${url}/readyz`)).status]).toEqual([200, 503]);
      await proxy.open();
      await command.says(/"msg":"serving"/);
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
    } finally {
      await command.kill('SIGTERM');
      await proxy.shut();
    }
  });

  test('does not delay a SIGTERM', async () => {
    const proxy = await startProxy(database.runtimeUrl);
    await proxy.shut();
    const command = starting({ DATABASE_URL: proxy.url });
    await command.says(/cannot reach the database; retrying/);
    expect(await command.kill('SIGTERM')).toBe(0);
    expect(command.err()).not.toMatch(/AbortError/);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise(resolve => server.close(resolve));
  return port;
}
