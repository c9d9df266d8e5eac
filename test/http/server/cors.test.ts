import { describe, expect, test } from 'vitest';
import { useDatabase } from '../../support/database.ts';
import { type Served, useServer } from './serve.ts';

const [APP, OTHER] = ['https://app.example', 'http://localhost:5173'];

const database = useDatabase();
const closed = useServer(database);
const one = useServer(database, { corsOrigins: [APP] });
const two = useServer(database, { corsOrigins: [APP, OTHER] });
const everyPort = useServer(database, { corsOrigins: ['http://localhost:*'] });

const body = JSON.stringify({ query: '{ __typename }' });
const call = ({ url }: Served, origin: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', origin, ...headers }, body });
const preflight = ({ url }: Served, origin: string) =>
  fetch(`${url}/graphql`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,x-tenant-id',
    },
  });
const corsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'));

describe('pages of other origins', () => {
  test('are not allowed by default', async () => {
    expect(corsOf(await call(closed, APP))).toEqual({});
    const asked = await preflight(closed, APP);
    expect([asked.status, corsOf(asked)]).toEqual([405, {}]);
    expect(await asked.text()).toContain('CORS_ORIGINS');
  });

  test('may call when they are listed, and read the request id', async () => {
    for (const [gateway, origin] of [
      [one, APP],
      [two, APP],
      [two, OTHER],
    ] as const) {
      const answer = await call(gateway, origin);
      expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
      expect(corsOf(answer)).toEqual({
        vary: 'origin',
        'access-control-allow-origin': origin,
        'access-control-expose-headers':
          'accept-ranges, content-disposition, content-range, etag, ratelimit, ratelimit-policy, retry-after, x-request-id',
      });
    }
  });

  test('that are listed pass the preflight, for the headers that the gateway reads, without cookies', async () => {
    const asked = await preflight(two, OTHER);
    expect([asked.status, await asked.text()]).toEqual([204, '']);
    expect(corsOf(asked)).toEqual({
      vary: 'origin',
      'access-control-allow-origin': OTHER,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers':
        'accept, authorization, content-type, idempotency-key, last-event-id, x-cost, x-graphql-csrf, x-refusals, x-request-id, x-tenant-id, range, if-range, apollo-require-preflight, apollographql-client-name, apollographql-client-version, x-apollo-operation-id, x-apollo-operation-name, traceparent, tracestate',
      'access-control-expose-headers':
        'accept-ranges, content-disposition, content-range, etag, ratelimit, ratelimit-policy, retry-after, x-request-id',
      'access-control-max-age': '600',
    });
  });

  test('may also read the reason of a refusal', async () => {
    const refused = await call(two, APP, { authorization: 'Bearer a.b.c' });
    expect([refused.status, corsOf(refused)['access-control-allow-origin']]).toEqual([401, APP]);
  });

  test.each(['http://localhost', 'http://localhost:1', 'http://localhost:65535'])(
    'are allowed on every port where the list says so: %s',
    async origin => {
      expect(corsOf(await call(everyPort, origin))['access-control-allow-origin']).toBe(origin);
    },
  );

  test.each(['https://localhost:1', 'http://localhost.evil.example:1', 'http://a.localhost:1', 'http://127.0.0.1:1', 'null'])(
    'are not allowed because another host is, on every port: %s',
    async origin => {
      expect(corsOf(await call(everyPort, origin))).toEqual({ vary: 'origin' });
    },
  );

  test.each(['https://evil.example', 'https://app.example.evil.example', 'http://app.example', 'https://app.example:444', 'null'])(
    'that are not listed are not allowed: %s',
    async origin => {
      for (const gateway of [one, two]) {
        expect(corsOf(await call(gateway, origin))).toEqual({ vary: 'origin' });
        expect(corsOf(await preflight(gateway, origin))).toEqual({ vary: 'origin' });
      }
    },
  );
});
