import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { SERVER_LIMITS } from '../../../src/http/server/limits.ts';
import { type RunningServer, startServer } from '../../../src/http/server/server.ts';
import { open, raw, rest } from './raw.ts';
import { keepLog } from './serve.ts';

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.stop(0);
  server = undefined;
});

/** A server whose GraphQL answers when a test says so. */
async function start(isReady: () => Promise<boolean> = async () => true) {
  const kept = keepLog();
  const waiting: ServerResponse[] = [];
  const asked: (() => void)[] = [];
  const heard: (() => void)[] = [];
  const routes = [
    ({ url }: IncomingMessage) => {
      if (url === '/heard') heard.shift()?.();
      return false;
    },
  ];
  const running = await startServer({ log: kept.log, host: '127.0.0.1', port: 0, isReady, routes });
  server = running;
  return {
    ...kept,
    ...running,
    waiting,
    /** Resolves when GraphQL is asked the next time. */
    isAsked: () => new Promise<void>(resolve => asked.push(resolve)),
    /** Resolves when `/heard` is requested. */
    isHeard: () => new Promise<void>(resolve => heard.push(resolve)),
    serve: () =>
      running.serve(async (_request, response) => {
        waiting.push(response);
        asked.shift()?.();
      }),
  };
}

const status = async (url: string, path: string) => (await fetch(url + path)).status;
const ASK = ['GET /graphql HTTP/1.1', 'host: gateway', '', ''].join('\r\n');
const HEARD = ASK.replace('/graphql', '/heard');
const READY = ['GET /readyz HTTP/1.1', 'host: gateway', '', ''].join('\r\n');

describe('health', () => {
  test('the server is alive from the start, and ready once GraphQL is served', async () => {
    const { url, serve } = await start();
    expect([await status(url, '/livez'), await status(url, '/readyz')]).toEqual([200, 503]);
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'not ready' });
    serve();
    expect([await status(url, '/livez'), await status(url, '/readyz')]).toEqual([200, 200]);
    expect(await (await fetch(`${url}/readyz?from=probe`)).json()).toEqual({ status: 'ready' });
  });

  test('is not ready while the database refuses or does not respond', async () => {
    let answer: () => Promise<boolean> = async () => false;
    const { url, serve } = await start(() => answer());
    serve();
    expect(await status(url, '/readyz')).toBe(503);
    answer = async () => Promise.reject(new Error('gone'));
    expect([await status(url, '/livez'), await status(url, '/readyz')]).toEqual([200, 503]);
    answer = async () => true;
    expect(await status(url, '/readyz')).toBe(200);
  });

  test('before it is ready, GraphQL is UNAVAILABLE with Retry-After', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/graphql`, { headers: { 'x-request-id': 'early' } });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.json()).toEqual({
      errors: [{ message: 'The gateway is starting or stopping. Try again.', extensions: { code: 'UNAVAILABLE', requestId: 'early' } }],
    });
  });

  test('HEAD returns the headers only', async () => {
    const { url, serve } = await start();
    serve();
    for (const path of ['/livez', '/readyz']) {
      const { status: code, head, body } = await raw(url, [`HEAD ${path} HTTP/1.1`]);
      expect({ code, body }).toEqual({ code: 200, body: '' });
      expect(head).toMatch(/^content-type: application\/json; charset=utf-8\r?$/m);
    }
  });
});

test.each(['/', '/graphq', '/graphql/', '/graphql/x', '//graphql', '/Graphql', '/livez/', '/.env', '/demo/token'])(
  '%s is not found, and the response names the path of GraphQL',
  async path => {
    const { url, serve } = await start();
    serve();
    const { status: code, body } = await raw(url, [`GET ${path} HTTP/1.1`, 'x-request-id: lost']);
    expect({ code, told: JSON.parse(/\{.*\}/.exec(body)![0]) }).toEqual({
      code: 404,
      told: {
        errors: [{ message: 'There is nothing here; GraphQL is at /graphql.', extensions: { code: 'NOT_FOUND', requestId: 'lost' } }],
      },
    });
  },
);

describe('a server that turned away', () => {
  test('is not ready, serves on, and asks to close each connection', async () => {
    const { url, serve, turnAway, waiting, isAsked } = await start();
    serve();
    const kept = await open(url);
    const answers = rest(kept);
    turnAway();
    expect([await status(url, '/livez'), await status(url, '/readyz')]).toEqual([200, 503]);
    const asked = isAsked();
    kept.write(ASK);
    await asked;
    waiting[0]!.end('done');
    expect((await answers).toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*connection: close\r\n.*done/s);
  });
});

describe('a graceful shutdown', () => {
  test('completes running requests and accepts no more', async () => {
    const { url, serve, stop, waiting, isAsked } = await start();
    serve();
    const asked = isAsked();
    const answer = fetch(`${url}/graphql`);
    await asked;
    let stopped = false;
    const stopping = stop(60_000).then(() => {
      stopped = true;
    });
    await expect(fetch(`${url}/livez`)).rejects.toThrow();
    expect(stopped).toBe(false);
    waiting[0]!.end('done');
    expect(await (await answer).text()).toBe('done');
    await stopping;
  });

  test('does not wait for idle connections, whether used before or not', async () => {
    const { url, stop } = await start();
    const [silent, half, kept] = [await open(url), await open(url), await open(url)];
    half.write('GET /livez HT');
    const answered = new Promise(resolve => kept.once('data', resolve));
    kept.write(READY);
    await answered;
    const ends = [silent, half, kept].map(rest);
    await stop(2 ** 30);
    await Promise.all(ends);
  });

  test('answers the first request of a connection that was opened just before', async () => {
    const { url, stop } = await start();
    const socket = await open(url);
    const answer = rest(socket);
    await status(url, '/livez'); // connections are accepted in order
    const stopping = stop(2 ** 30);
    socket.write(READY.replace('/readyz', '/livez'));
    await stopping;
    expect((await answer).toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*connection: close\r\n/s);
  });

  test('closes a keep-alive connection after its last response, and is not ready meanwhile', async () => {
    const { url, serve, stop, waiting, isAsked, isHeard } = await start();
    serve();
    const socket = await open(url);
    const answers = rest(socket);
    const asked = isAsked();
    socket.write(ASK);
    await asked;
    const stopping = stop(2 ** 30);
    const heard = isHeard();
    // in one connection answers come in order, while requests are heard at once
    socket.write(READY + HEARD);
    await heard;
    waiting[0]!.end('done');
    await stopping;
    expect((await answers).toString()).toMatch(
      /^HTTP\/1\.1 200 OK\r\n.*done.*HTTP\/1\.1 503 Service Unavailable\r\n.*connection: close\r\n.*\{"status":"not ready"\}/s,
    );
  });

  test('does not wait for further requests on a keep-alive connection', async () => {
    const { url, serve, stop, waiting, isAsked } = await start();
    serve();
    const socket = await open(url);
    const answers = rest(socket);
    const asked = isAsked();
    socket.write(ASK);
    await asked;
    const [response] = waiting;
    (response!.socket as Socket & { server: Server }).server.keepAliveTimeout = 2 ** 30;
    const stopping = stop(2 ** 30);
    response!.end('done');
    await stopping;
    expect((await answers).toString()).toMatch(/done/);
  });

  test('aborts requests that do not end within the grace period', async () => {
    const { url, serve, stop, isAsked } = await start();
    serve();
    const asked = isAsked();
    const answer = fetch(`${url}/graphql`);
    const failed = expect(answer).rejects.toThrow();
    await asked;
    await stop(1);
    await failed;
  });

  test('may be requested twice', async () => {
    const { stop } = await start();
    await Promise.all([stop(), stop()]);
    await stop();
  });
});

describe('a response has its request id and nosniff, however its headers are written', () => {
  const ways: Record<string, (response: ServerResponse) => unknown> = {
    'a status': response => response.writeHead(202),
    'a reason': response => response.writeHead(202, 'Fine'),
    headers: response => response.writeHead(202, { own: 'yes' }),
    'a reason and headers': response => response.writeHead(202, 'Fine', { own: 'yes' }),
    'a list of headers': response => response.writeHead(202, ['own', 'yes']),
    'headers that were set, and more': response => response.setHeader('own', 'yes').writeHead(202, { more: 'yes' }),
    'nothing but headers that were set': response => Object.assign(response.setHeader('own', 'yes'), { statusCode: 202 }),
  };

  test.each(Object.entries(ways))('%s', async (way, write) => {
    const { url, serve, waiting, isAsked } = await start();
    serve();
    const asked = isAsked();
    const answer = fetch(`${url}/graphql`, { headers: { 'x-request-id': 'mine' } });
    await asked;
    write(waiting[0]!);
    waiting[0]!.end();
    const { status, statusText, headers } = await answer;
    expect([status, headers.get('x-request-id'), headers.get('x-content-type-options')]).toEqual([202, 'mine', 'nosniff']);
    expect(headers.get('own')).toBe(way.includes('headers') ? 'yes' : null);
    expect(statusText).toBe(way.includes('reason') ? 'Fine' : 'Accepted');
  });
});

test('a client that neither sends nor reads is disconnected, and keep-alive outlasts that of load balancers', async () => {
  expect(SERVER_LIMITS.keepAliveTimeout).toBeGreaterThan(60);
  const { log } = keepLog();
  const limits = { ...SERVER_LIMITS, idleTimeout: 0.2, headersTimeout: 0.2, keepAliveTimeout: 0.2 };
  server = await startServer({ log, host: '127.0.0.1', port: 0, isReady: async () => true, limits });
  server.serve(async (_request, response) => void response.write('x'.repeat(50_000_000)));
  const unread = await open(server.url);
  const closed = new Promise(resolve => unread.once('close', resolve));
  unread.on('error', () => undefined);
  unread.pause();
  unread.write(ASK);
  const idle = rest(await open(server.url));
  await new Promise(resolve => setTimeout(resolve, 1_000));
  unread.resume();
  await Promise.all([closed, idle]);
});
