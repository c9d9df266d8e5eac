import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHome } from '../../src/demo/home.ts';
import { openIssuer } from '../../src/demo/issuer.ts';
import { demoRoutes } from '../../src/demo/routes.ts';
import { createLog } from '../../src/http/server/log.ts';
import { type RunningServer, startServer } from '../../src/http/server/server.ts';

let directory: string;
let server: RunningServer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ipto-home-'));
  const home = await openHome(directory);
  const routes = demoRoutes(await openIssuer(home), home, { host: 'demo.lan', corsOrigins: ['http://localhost:*'] });
  server = await startServer({ log: createLog('silent'), host: '127.0.0.1', port: 0, routes, isReady: async () => true });
});
afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true });
});

/** Sends a request as it is written: `fetch` would replace the host and correct the path. */
function send(
  method: string,
  path: string,
  host: string,
  body = '',
  more = {},
): Promise<{ status: number; text: string; origin?: string }> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, method, path, headers: { host, 'content-type': 'application/json', ...more } },
      response => {
        let text = '';
        response.setEncoding('utf8').on('data', chunk => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode!, text, origin: response.headers['access-control-allow-origin'] }));
      },
    );
    sent.on('error', reject).end(body);
  });
}

const token = (host: string) => send('POST', '/demo/token', host, '{"persona":"staff@ipto.example"}');
const mail = (host: string) => send('GET', '/demo/mail?to=owner@northwind.example', host);

describe('the demo', () => {
  test.each([
    'localhost:4000',
    'LOCALHOST',
    'localhost.',
    'a.localhost:80',
    '127.0.0.1:4000',
    '192.168.1.7',
    '[::1]:4000',
    '[::1]',
    'demo.lan:4000',
    'Demo.LAN',
  ])('serves tokens and mail under its own host %s', async host => {
    expect([(await token(host)).status, (await mail(host)).status]).toEqual([200, 404]);
  });

  test.each([
    'evil.example',
    'evil.example:4000',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evillocalhost',
    'xdemo.lan',
    'demo.lan.evil',
    'a@localhost:80@evil',
  ])('serves neither under the foreign host %j, so that DNS rebinding gets no token', async host => {
    for (const answer of [await token(host), await mail(host)]) {
      expect(answer.status).toBe(403);
      expect(answer.text).toBe('Open the demo under localhost, or under the name that HOST sets.\n');
    }
  });

  test.each([
    '//',
    '///',
    '//evil.example/demo/mail',
    '/demo//',
    '/demo/mail/',
    '/%',
    '/demo/%zz',
    '/?to=%',
    'http://[',
    '/\\',
    '/demo/token?a=b',
  ])('answers the path %j as not found', async path => {
    expect((await send('GET', path, 'localhost')).status).toBe(404);
  });

  test.each(['/demo/mail', '/demo/mail?', '/demo/mail?to', '/demo/mail?to=%zz', '/demo/mail?to=../../issuer-key.json'])(
    'has no message for %s',
    async path => {
      expect(await send('GET', path, 'localhost')).toEqual({ status: 404, text: 'There is no message to this address.\n' });
    },
  );

  test('lists its people, with the slug and the roles of each of their tenants', async () => {
    const { personas } = JSON.parse((await send('GET', '/demo/personas', 'localhost')).text);
    expect(personas).toHaveLength(34);
    expect(personas).toContainEqual({
      ...{ email: 'sam@people.example', name: 'Sam Rivera', staff: false },
      memberships: [
        { tenant: 'contoso', roles: ['admin'] },
        { tenant: 'northwind', roles: ['viewer'] },
        { tenant: 'fabrikam', roles: ['operator', 'buyer_manager'] },
      ],
    });
  });

  test('gives tokens and mail to pages of listed origins alone', async () => {
    const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };
    for (const [origin, allowed] of [
      ['http://localhost:5173', 'http://localhost:5173'],
      ['https://evil.example', undefined],
    ]) {
      expect(await send('OPTIONS', '/demo/token', 'localhost', '', { origin, ...preflight })).toMatchObject({
        status: 204,
        origin: allowed,
      });
      const body = '{"persona":"staff@ipto.example"}';
      expect(await send('POST', '/demo/token', 'localhost', body, { origin })).toMatchObject({ status: 200, origin: allowed });
      expect(await send('GET', '/demo/mail?to=', 'localhost', '', { origin })).toMatchObject({ status: 404, origin: allowed });
    }
  });
});
