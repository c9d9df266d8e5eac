import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../../src/http/server/server.ts';
import { open } from './raw.ts';
import { keepLog } from './serve.ts';

let kept: ReturnType<typeof keepLog>;
let server: RunningServer;
beforeEach(async () => {
  kept = keepLog();
  server = await startServer({ log: kept.log, host: '127.0.0.1', port: 0, isReady: async () => true });
});
afterEach(() => server.stop(0));

describe('the log', () => {
  test('has one JSON line for each request, with its id, and without its query and variables', async () => {
    const { lines, text } = kept;
    await fetch(`${server.url}/livez?query=canary`, {
      headers: { 'x-request-id': 'req-1', authorization: 'Bearer canary', cookie: 'canary' },
    });
    await expect.poll(() => lines(), { timeout: 30_000 }).toHaveLength(1);
    expect(lines()).toEqual([
      {
        level: 30,
        time: expect.any(String),
        requestId: 'req-1',
        method: 'GET',
        path: '/livez',
        status: 200,
        ms: expect.any(Number),
        msg: 'request',
      },
    ]);
    expect(text()).not.toContain('canary');
  });

  test('has no status for a client that disconnected before the response', async () => {
    const asked = new Promise<void>(resolve => server.serve(async () => resolve()));
    const socket = await open(server.url);
    socket.write('GET /graphql HTTP/1.1\r\nhost: gateway\r\n\r\n');
    await asked;
    socket.destroy();
    await expect.poll(() => kept.lines(), { timeout: 30_000 }).toMatchObject([{ path: '/graphql', status: null }]);
  });

  test('redacts secrets wherever they occur in a logged value', () => {
    const { log, text } = keepLog();
    const secret = {
      authorization: 'canary',
      password: 'canary',
      token: 'canary',
      secret: 'canary',
      cookie: 'canary',
      connectionString: 'canary',
    };
    log.info({ ...secret, a: secret, b: { c: secret, d: { e: secret } } }, 'all of it');
    expect(text()).toContain('[redacted]');
    expect(text()).not.toContain('canary');
  });

  test("A4: has PostgreSQL's errors without the values of a client, in causes as well", () => {
    const { log, lines, text } = keepLog();
    const failed = (message: string, code: string) =>
      Object.assign(new Error(message), { code, severity: 'ERROR', table: 'tenant', detail: 'canary', where: 'canary', hint: 'canary' });
    log.error({ err: failed('duplicate key value violates unique constraint "slug"', '23505') }, 'failed');
    log.error({ err: new Error('wrapped', { cause: failed('invalid input syntax for type uuid: "canary"', '22P02') }) }, 'failed');
    log.error({ err: new AggregateError([failed('value "canary" is out of range', '22003')], 'several') }, 'failed');
    expect(lines()[0]).toMatchObject({
      err: { message: 'duplicate key value violates unique constraint "slug"', code: '23505', table: 'tenant' },
    });
    expect(lines()[1]).toMatchObject({ err: { message: 'wrapped: invalid input syntax for type uuid: "…"' } });
    expect(text()).not.toContain('canary');
  });
});
