import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { readBody } from '../../../src/http/graphql/read.ts';
import { fixtures, useDatabase } from '../../support/database.ts';
import { open, post, raw, rest } from '../server/raw.ts';
import { useServer } from '../server/serve.ts';

const database = useDatabase();
const gateway = useServer(database);
let token: string;
beforeAll(async () => {
  const { person, tenant } = fixtures(database);
  const ann = await person('Ann');
  await tenant('north', ann);
  token = await gateway.tokens.sign({ sub: ann.subject });
});

const ASK = JSON.stringify({ query: '{ __typename }' });
const padded = (bytes: number) => ASK.padEnd(bytes);
const send = (body: string | Uint8Array, ...headers: string[]) => raw(gateway.url, post(body, ...headers), body);
const get = (query: string, ...headers: string[]) => raw(gateway.url, [`GET /graphql?${query} HTTP/1.1`, ...headers]);
const read = ({ status, body }: { status: number; body: string }) => {
  const { data, errors } = JSON.parse(/\{.*\}/s.exec(body)![0]);
  return { status, data, code: errors?.[0].extensions.code };
};
const refused = (status: number, code: string) => ({ status, data: undefined, code });
const fine = { status: 200, data: { __typename: 'Query' }, code: undefined };

describe('a request body', () => {
  const KB256 = 256 * 1024;
  const chunked = (body: string) =>
    `${[body.slice(0, 100_000), body.slice(100_000)].map(part => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`;
  const sendChunked = (body: string) =>
    raw(gateway.url, ['POST /graphql HTTP/1.1', 'content-type: application/json', 'transfer-encoding: chunked'], chunked(body));

  test('of 256 kB is read; one more byte is refused, with or without Content-Length', async () => {
    expect(read(await send(padded(KB256)))).toEqual(fine);
    expect(read(await sendChunked(padded(KB256)))).toEqual(fine);
    expect(read(await send(padded(KB256 + 1)))).toEqual(refused(413, 'REQUEST_ENTITY_TOO_LARGE'));
    expect(read(await sendChunked(padded(KB256 + 1)))).toEqual(refused(413, 'REQUEST_ENTITY_TOO_LARGE'));
  });

  test('is limited to 256 kB in bytes, not characters', async () => {
    const body = JSON.stringify({ query: '{ __typename }', extensions: { text: 'é'.repeat(KB256 / 2) } });
    expect(read(await send(body))).toEqual(refused(413, 'REQUEST_ENTITY_TOO_LARGE'));
  });

  test('announced as 1 TB is refused before it arrives', async () => {
    const head = ['POST /graphql HTTP/1.1', 'content-type: application/json', 'content-length: 1099511627776'];
    expect(read(await raw(gateway.url, head, ASK))).toEqual(refused(413, 'REQUEST_ENTITY_TOO_LARGE'));
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string | Uint8Array]>([
    ['nothing',                             ''],
    ['no JSON',                             '{'],
    ['JSON with a suffix',                  `${ASK}x`],
    ['a null',                              'null'],
    ['a number',                            '7'],
    ['a string',                            '"{ __typename }"'],
    ['a batch',                             `[${ASK},${ASK}]`],
    ['a batch of one',                      `[${ASK}]`],
    ['an empty batch',                      '[]'],
    ['130,000 nested lists',                '['.repeat(130_000) + ']'.repeat(130_000)],
    ['no query',                            '{}'],
    ['a query that is a number',            '{"query":7}'],
    ['a query that is null',                '{"query":null}'],
    ['an unknown member',                   '{"query":"{ __typename }","role":"owner"}'],
    ['a persisted operation',               '{"query":"{ __typename }","documentId":"abc"}'],
    ['__proto__',                           '{"query":"{ __typename }","__proto__":{"admin":true}}'],
    ['variables that are a string',         '{"query":"{ __typename }","variables":"{}"}'],
    ['variables that are a list',           '{"query":"{ __typename }","variables":[]}'],
    ['variables that are a number',         '{"query":"{ __typename }","variables":1}'],
    ['variables that are true',             '{"query":"{ __typename }","variables":true}'],
    ['extensions that are a list',          '{"query":"{ __typename }","extensions":[]}'],
    ['bytes that are not UTF-8',             Buffer.from('{"query":"{ __typename } #\xff\xfe"}', 'latin1')],
    ['a NUL in overlong UTF-8',             Buffer.from('{"query":"{ __typename } #\xc0\x80"}', 'latin1')],
    ['a surrogate in UTF-8',                Buffer.from('{"query":"{ __typename } #\xed\xa0\x80"}', 'latin1')],
    ['a truncated UTF-8 character',         Buffer.from('{"query":"{ __typename }"}\xc3', 'latin1')],
  ])('of %s is BAD_REQUEST', async (_what, body) => {
    expect(read(await send(body))).toEqual(refused(400, 'BAD_REQUEST'));
    expect(read(await send(body, 'accept: application/graphql-response+json'))).toEqual(refused(400, 'BAD_REQUEST'));
  });

  test('may begin with a byte order mark, and have null for optional members', async () => {
    expect(read(await send(`\ufeff${ASK}`))).toEqual(fine);
    expect(read(await send('{"query":"{ __typename }","variables":null,"extensions":null,"operationName":null}'))).toEqual(fine);
  });

  // It arrives in parts, and the parts end within characters.
  test('of 200 kB is read as a whole, and is BAD_REQUEST where one of its last bytes is not UTF-8', async () => {
    const query = (text: string) => Buffer.from(`{"query":"{ __typename @skip(if: false) a: __typename } #${'€'.repeat(66_000)}${text}"}`);
    const whole = query('end');
    expect(JSON.parse((await send(whole)).body)).toEqual({ data: { __typename: 'Query', a: 'Query' } });
    whole[whole.length - 4] = 0xff;
    expect(read(await send(whole))).toEqual(refused(400, 'BAD_REQUEST'));
    expect(read(await send(Buffer.from([...query('').subarray(0, -2), 0xe2])))).toEqual(refused(400, 'BAD_REQUEST'));
  });

  test('that is not JSON is refused, and the error does not contain the text', async () => {
    const { body } = await send('{"query": canary}');
    expect(body).toContain('The body is not JSON.');
    expect(body).not.toMatch(/canary|position|SyntaxError/);
  });
});

describe('a media type', () => {
  test.each(['application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'Application/JSON', 'application/json; profile=x'])(
    '%s is accepted',
    async type => {
      expect(read(await send(ASK, `content-type: ${type}`))).toEqual(fine);
    },
  );

  test.each([
    'application/graphql',
    'application/xml',
    'application/jsonp',
    'application/graphql-response+json',
    'text/json',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
  ])('%s is refused', async type => {
    expect(read(await send(ASK, `content-type: ${type}`))).toEqual(refused(415, 'UNSUPPORTED_MEDIA_TYPE'));
  });

  test('that a form can send is refused as cross-site; a custom header does not make it JSON', async () => {
    for (const type of [
      'text/plain',
      'text/plain; application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      '',
    ]) {
      expect(read(await send(ASK, `content-type: ${type}`))).toEqual(refused(403, 'CSRF_REFUSED'));
      expect(read(await send(ASK, `content-type: ${type}`, 'x-graphql-csrf: 1'))).toEqual(refused(415, 'UNSUPPORTED_MEDIA_TYPE'));
    }
  });

  test('of a compressed body is refused', async () => {
    expect(read(await send(ASK, 'content-encoding: gzip'))).toEqual(refused(415, 'UNSUPPORTED_MEDIA_TYPE'));
  });

  test.each(['application/xml', 'text/html', 'text/event-stream;q=0', 'application/json;q=0', 'application/json; charset=utf-16'])(
    'of %s alone is not acceptable for the response, and nothing runs',
    async accept => {
      const body = JSON.stringify({ query: 'mutation { renameTenant(input: { name: "Renamed unseen" }) { tenant { name } } }' });
      const answer = await send(body, `accept: ${accept}`, `authorization: Bearer ${token}`);
      expect(read(answer)).toEqual(refused(406, 'NOT_ACCEPTABLE'));
      expect(await database.sql('SELECT name FROM tenant')).toEqual([{ name: 'Tenant north' }]);
    },
  );
});

describe('a GET request', () => {
  const QUERY = 'query=%7B__typename%7D';
  const MUTATION = 'mutation B { renameTenant(input: { name: "By GET" }) { tenant { name } } }';

  test('can run a query with a header that a foreign page cannot send', async () => {
    expect(read(await get(QUERY))).toEqual(refused(403, 'CSRF_REFUSED'));
    for (const header of ['x-graphql-csrf: 1', 'x-tenant-id: north', `authorization: Bearer ${token}`, 'apollo-require-preflight: true'])
      expect(read(await get(QUERY, header))).toEqual(fine);
  });

  test('never runs a mutation, not even as one of two operations', async () => {
    for (const query of [
      `query=${encodeURIComponent(MUTATION)}`,
      `query=${encodeURIComponent(`query A { __typename } ${MUTATION}`)}&operationName=B`,
    ]) {
      const answer = await get(query, `authorization: Bearer ${token}`);
      expect(read(answer)).toEqual(refused(405, 'METHOD_NOT_ALLOWED'));
      expect(answer.head).toMatch(/^allow: POST\r?$/im);
    }
    expect(await database.sql('SELECT name FROM tenant')).toEqual([{ name: 'Tenant north' }]);
  });

  // biome-ignore format: a table is read by its columns
  test.each([
    ['no query',                          'a=b'],
    ['variables that are not JSON',       `${QUERY}&variables=%7B`],
    ['variables that are a list',         `${QUERY}&variables=[]`],
    ['extensions that are not JSON',      `${QUERY}&extensions=x`],
    ['bytes that are not UTF-8',           'query=%7B__typename%7D%20%23%ff'],
    ['a truncated percent escape',        'query=%7B__typename%7D%'],
  ])('with %s is BAD_REQUEST', async (_what, query) => {
    expect(read(await get(query, 'x-graphql-csrf: 1'))).toEqual(refused(400, 'BAD_REQUEST'));
  });

  test.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'])('and a POST request are the only methods: %s is refused', async method => {
    const answer = await raw(gateway.url, [`${method} /graphql HTTP/1.1`, 'content-length: 0', 'x-graphql-csrf: 1']);
    expect(read(answer)).toEqual(refused(405, 'METHOD_NOT_ALLOWED'));
    expect(answer.head).toMatch(/^allow: GET, POST\r?$/im);
  });
});

describe('a refusal of the whole request', () => {
  const MODERN = 'accept: application/graphql-response+json, application/json;q=0.5';
  // biome-ignore format: a table is read by its columns
  test.each<[string, readonly string[], string, number]>([
    ['UNAUTHENTICATED',          post(ASK, 'authorization: Bearer a.b.c'),                 ASK, 401],
    ['TENANT_NOT_FOUND',         post(ASK, 'authorization: Bearer :token', 'x-tenant-id: south'), ASK, 403],
    ['CSRF_REFUSED',             post(ASK, 'content-type: text/plain'),                    ASK, 403],
    ['BAD_REQUEST',              post('{'),                                                '{', 400],
    ['UNSUPPORTED_MEDIA_TYPE',   post(ASK, 'content-type: application/xml'),               ASK, 415],
    ['REQUEST_ENTITY_TOO_LARGE', post(' '.repeat(300_000)),                                ' '.repeat(300_000), 413],
    ['METHOD_NOT_ALLOWED',       ['PUT /graphql HTTP/1.1'],                                '',  405],
    ['NOT_FOUND',                ['GET /nothing HTTP/1.1'],                                '',  404],
  ])('%s is sent in the media type that the client prefers', async (code, head, body, status) => {
    const answer = await raw(gateway.url, [...head.map(line => line.replace(':token', token)), MODERN], body);
    expect(read(answer)).toEqual(refused(status, code));
    expect(answer.head).toMatch(/^content-type: application\/graphql-response\+json; charset=utf-8\r?$/im);
    expect(answer.head).toMatch(/^cache-control: no-store\r?$/im);
  });

  test('contains the largest body size, and the headers that prevent a cross-site refusal', async () => {
    expect((await send(padded(300_000))).body).toContain('"limit":262144');
    const { body } = await send(ASK, 'content-type: text/plain');
    for (const name of ['X-GraphQL-CSRF', 'Apollo-Require-Preflight', 'Authorization', 'X-Tenant-Id']) expect(body).toContain(name);
  });

  test('after a client disconnected in the middle of its body is not logged as an error', async () => {
    const before = gateway.lines().length;
    const socket = await open(gateway.url);
    socket.write(`${post(ASK, 'host: gateway').join('\r\n')}\r\n\r\n${ASK.slice(0, 5)}`);
    await expect
      .poll(() => gateway.lines().slice(before).length, { timeout: 300 })
      .toBe(0)
      .catch(() => undefined);
    socket.destroy();
    await expect.poll(() => gateway.lines().slice(before)).toMatchObject([{ msg: 'request', status: null }]);
    expect(
      gateway
        .lines()
        .slice(before)
        .filter(({ level }) => (level as number) > 30),
    ).toEqual([]);
  });
});

test('a target in absolute form is served on every route', async () => {
  const target = (path: string) => `http://gateway.example:80${path}`;
  expect(read(await raw(gateway.url, post(ASK).with(0, `POST ${target('/graphql')} HTTP/1.1`), ASK))).toEqual(fine);
  expect(read(await raw(gateway.url, [`GET ${target('/graphql?query=%7B__typename%7D')} HTTP/1.1`, 'x-graphql-csrf: 1']))).toEqual(fine);
  const statusOf = async (path: string) => (await raw(gateway.url, [`GET ${target(path)} HTTP/1.1`])).status;
  expect([await statusOf('/livez'), await statusOf('/audit/export'), await statusOf('/nothing'), await statusOf('')]).toEqual([
    ...[200, 400, 404, 404],
  ]);
});

test('a slow body is refused after the time-out, however often a byte arrives', async () => {
  const server = createServer(async (request, response) => {
    const answer = await readBody(request, 0.2).catch(error => error.message);
    response.end(String(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = await open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const answer = rest(socket);
  socket.write('POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 1000\r\n\r\n');
  const drip = setInterval(() => socket.write('x'), 20);
  await once(socket, 'end');
  clearInterval(drip);
  socket.destroy();
  expect((await answer).toString()).toContain('The body did not arrive within 0.2 seconds.');
  server.close();
});
