import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { minutesAfter } from '../../src/domain/core/services.ts';
import { objectKey } from '../../src/domain/object/key.ts';
import { objectsRoute } from '../../src/http/routes/objects.ts';
import { type RunningServer, startServer } from '../../src/http/server/server.ts';
import { folderStore } from '../../src/store/folder.ts';
import { keepLog } from '../http/server/serve.ts';
import { movableClock } from '../support/gateway.ts';
import { type TestServices, testServices } from '../support/services.ts';

const TENANT = '018f2b9a-0000-7000-8000-000000000001';
const OTHER = '018f2b9a-0000-7000-8000-000000000002';
const KEY = objectKey(TENANT, '018f2b9a-0000-7000-8000-00000000000a');
const ELSE = objectKey(OTHER, '018f2b9a-0000-7000-8000-00000000000b');
const BYTES = randomBytes(200_000);

const sha256 = (bytes: Uint8Array) => Uint8Array.from(createHash('sha256').update(bytes).digest());
const factsOf = (bytes: Uint8Array, mediaType = 'text/csv') => ({ size: BigInt(bytes.length), mediaType, sha256: sha256(bytes) });

const clock = movableClock();
let services: TestServices;
let server: RunningServer;
let log: ReturnType<typeof keepLog>;
beforeEach(async () => {
  services = testServices({ clock });
  log = keepLog();
  const routes = [objectsRoute(services.store, ['https://app.example'])];
  server = await startServer({ log: log.log, host: '127.0.0.1', port: 0, routes, isReady: async () => true });
  services.listening(server.url);
});
afterEach(async () => {
  await server.stop();
  await services.remove();
});

const soon = () => minutesAfter(clock.now(), 5);
const linkFor = (bytes: Uint8Array = BYTES, key = KEY) => services.store.uploadLink(key, factsOf(bytes), soon());
const put = async (bytes: Uint8Array, link: Awaited<ReturnType<typeof linkFor>>, headers: Record<string, string> = {}) =>
  answerOf(await fetch(link.url, { method: 'PUT', headers: { ...link.headers, ...headers }, body: Buffer.from(bytes) }));
const answerOf = async (response: Response) => {
  const text = await response.text();
  return { status: response.status, code: text ? JSON.parse(text).errors[0].extensions.code : null };
};
const DONE = { status: 204, code: null };
const UNLIKE = { status: 400, code: 'OBJECT_NOT_STORED' };
const INVALID = { status: 403, code: 'LINK_INVALID' };
const stored = async () => expect(await put(BYTES, await linkFor())).toEqual(DONE);
const downloadOf = (name = 'rows.csv', mediaType = 'text/csv') => services.store.downloadLink(KEY, { name, mediaType }, soon());
/** Every file in the folder. */
const files = async () =>
  (await readdir(services.directory, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter(entry => entry.isFile())
    .map(({ name }) => name);

describe('an upload', () => {
  test('is stored whole, and found with its size and checksum', async () => {
    expect(await services.store.find(KEY)).toBeNull();
    await stored();
    expect(await services.store.find(KEY)).toEqual({ size: BigInt(BYTES.length), sha256: sha256(BYTES) });
    expect(await readFile(join(services.directory, KEY))).toEqual(BYTES);
    expect(await files()).toHaveLength(1);
  });

  test('of no bytes works', async () => {
    const nothing = new Uint8Array();
    expect(await put(nothing, await linkFor(nothing))).toEqual(DONE);
    expect(await services.store.find(KEY)).toEqual({ size: 0n, sha256: sha256(nothing) });
  });

  test('may be repeated with the same bytes', async () => {
    await stored();
    await stored();
    expect(await files()).toHaveLength(1);
  });

  test('of other bytes of the same length stores nothing', async () => {
    expect(await put(randomBytes(BYTES.length), await linkFor())).toEqual(UNLIKE);
    expect([await files(), await services.store.find(KEY)]).toEqual([[], null]);
  });

  test.each([
    ['longer', BYTES.length + 1],
    ['shorter', BYTES.length - 1],
    ['empty', 0],
  ])('that is %s leaves nothing', async (_what, length) => {
    expect(await put(randomBytes(length), await linkFor())).toEqual(UNLIKE);
    expect(await files()).toEqual([]);
  });

  test('of other bytes leaves the stored object', async () => {
    await stored();
    expect(await put(randomBytes(BYTES.length), await linkFor())).toEqual(UNLIKE);
    expect(await services.store.find(KEY)).toEqual({ size: BigInt(BYTES.length), sha256: sha256(BYTES) });
  });

  test('under another media type stores nothing', async () => {
    expect(await put(BYTES, await linkFor(), { 'content-type': 'text/html' })).toEqual(UNLIKE);
    expect(await files()).toEqual([]);
  });

  test('without a length, in chunks, stores nothing', async () => {
    const { url, headers } = await linkFor();
    const body = new Blob([BYTES]).stream();
    expect(await answerOf(await fetch(url, { method: 'PUT', headers, body, duplex: 'half' } as RequestInit))).toEqual(UNLIKE);
    expect(await files()).toEqual([]);
  });

  test('that breaks off stores nothing, and the server continues', async () => {
    const { url, headers } = await linkFor();
    const { pathname, search, hostname, port } = new URL(url);
    const socket = createConnection(Number(port), hostname);
    const head = [
      `PUT ${pathname}${search} HTTP/1.1`,
      'host: x',
      `content-type: ${headers['content-type']}`,
      `content-length: ${BYTES.length}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.write(BYTES.subarray(0, 100_000));
    await expect.poll(files).toHaveLength(1);
    socket.destroy();
    await expect.poll(files).toEqual([]);
    await stored();
    expect(log.lines().filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  test('left incomplete by a dead process is removed after a day', async () => {
    await stored();
    const incoming = join(services.directory, 'incoming');
    for (const name of ['left', 'coming']) await writeFile(join(incoming, name), 'part');
    await utimes(join(incoming, 'left'), 0, 0);
    await stored();
    expect(await readdir(incoming)).toEqual(['coming']);
  });
});

describe('a download', () => {
  test('is a file to save, which no browser shows or caches', async () => {
    await stored();
    const response = await fetch(await downloadOf());
    expect(Buffer.from(await response.arrayBuffer())).toEqual(BYTES);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/csv',
      'content-length': String(BYTES.length),
      'content-disposition': `attachment; filename="rows.csv"; filename*=UTF-8''rows.csv`,
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    });
  });

  test.each([
    ['数据 😀.csv', `attachment; filename="__ __.csv"; filename*=UTF-8''%E6%95%B0%E6%8D%AE%20%F0%9F%98%80.csv`],
    ['a"b\\c.csv', `attachment; filename="a_b_c.csv"; filename*=UTF-8''a%22b%5Cc.csv`],
    ["100% (1)*'.csv", `attachment; filename="100_ (1)*'.csv"; filename*=UTF-8''100%25%20%281%29%2A%27.csv`],
    ['x\r\nset-cookie: a=b', `attachment; filename="x__set-cookie: a=b"; filename*=UTF-8''x%0D%0Aset-cookie%3A%20a%3Db`],
  ])('is called %j in one header', async (name, header) => {
    await stored();
    const { headers } = await fetch(await downloadOf(name));
    expect(headers.get('content-disposition')).toBe(header);
    expect(headers.get('set-cookie')).toBeNull();
  });

  const LAST = BYTES.length - 1;
  const ETAG = `"${KEY.slice(-36)}"`;
  const part = (start: number, end: number) => [206, `bytes ${start}-${end}/${BYTES.length}`, BYTES.subarray(start, end + 1)] as const;
  const whole = [200, null, BYTES] as const;
  const unsatisfiable = [416, `bytes */${BYTES.length}`, Buffer.alloc(0)] as const;

  // biome-ignore format: a table is read by its columns
  test.each<[string, Record<string, string>, readonly [number, string | null, Uint8Array]]>([
    ['its first bytes',                  { range: 'bytes=0-9' },                         part(0, 9)],
    ['one byte',                         { range: 'bytes=7-7' },                         part(7, 7)],
    ['the rest from a byte on',          { range: 'bytes=199990-' },                     part(199_990, LAST)],
    ['more than there is',               { range: 'bytes=199990-999999' },               part(199_990, LAST)],
    ['its last bytes',                   { range: 'bytes=-10' },                         part(LAST - 9, LAST)],
    ['its last bytes, more than it has', { range: 'bytes=-999999' },                     part(0, LAST)],
    ['the unit in capitals',             { range: 'BYTES=0-9' },                         part(0, 9)],
    ['a range of the same version',      { range: 'bytes=0-9', 'if-range': ETAG },       part(0, 9)],
    ['a range of another version',       { range: 'bytes=0-9', 'if-range': '"other"' },  whole],
    ['a range since a date',             { range: 'bytes=0-9', 'if-range': 'Sat, 29 Oct 1994 19:43:31 GMT' }, whole],
    ['several ranges',                   { range: 'bytes=0-1,5-' },                      whole],
    ['a range backwards',                { range: 'bytes=9-0' },                         whole],
    ['a range without numbers',          { range: 'bytes=-' },                           whole],
    ['a range in another unit',          { range: 'lines=0-9' },                         whole],
    ['a range behind its end',           { range: `bytes=${BYTES.length}-` },            unsatisfiable],
    ['no bytes at its end',              { range: 'bytes=-0' },                          unsatisfiable],
  ])('of %s', async (_what, headers, [status, contentRange, bytes]) => {
    await stored();
    const response = await fetch(await downloadOf(), { headers });
    const body = Buffer.from(await response.arrayBuffer());
    expect([response.status, response.headers.get('content-range'), body.equals(bytes)]).toEqual([status, contentRange, true]);
  });

  test('of no bytes has no part', async () => {
    const empty = Buffer.alloc(0);
    expect(await put(empty, await linkFor(empty))).toEqual(DONE);
    const statusOf = async (range: string) => (await fetch(await downloadOf(), { headers: { range } })).status;
    expect([await statusOf('bytes=0-'), await statusOf('bytes=-1')]).toEqual([416, 416]);
  });

  test('is described to HEAD as to GET, without its bytes, whatever the range', async () => {
    await stored();
    const url = await downloadOf();
    const [head, get] = [await fetch(url, { method: 'HEAD', headers: { range: 'bytes=0-9' } }), await fetch(url)];
    const described = ({ status, headers }: Response) => [
      status,
      ...['content-length', 'content-type', 'content-disposition', 'accept-ranges', 'etag'].map(name => headers.get(name)),
    ];
    expect(described(head)).toEqual(described(get));
    expect(described(head)).toEqual([200, String(BYTES.length), 'text/csv', expect.any(String), 'bytes', ETAG]);
    expect((await head.arrayBuffer()).byteLength).toBe(0);
  });

  test('of a removed object is NOT_FOUND', async () => {
    await stored();
    const url = await downloadOf();
    await services.store.remove([KEY]);
    expect(await answerOf(await fetch(url))).toEqual({ status: 404, code: 'NOT_FOUND' });
  });
});

describe('a link', () => {
  test('expires', async () => {
    const [link, url] = [await linkFor(), await downloadOf()];
    clock.advance({ minutes: 5 });
    expect(await put(BYTES, link)).toEqual(INVALID);
    expect(await answerOf(await fetch(url))).toEqual(INVALID);
    expect(await files()).toEqual([]);
  });

  test('for GET is not valid for PUT, nor the other way round', async () => {
    const link = await linkFor();
    expect(await put(BYTES, { ...link, url: await downloadOf() })).toEqual(INVALID);
    await stored();
    expect(await answerOf(await fetch(link.url))).toEqual(INVALID);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, (url: string) => string]>([
    ['another object',         url => url.replace(KEY, ELSE)],
    ['a later end',            url => url.replace(/until=\d+/, `until=${clock.now().getTime() + 1e9}`)],
    ['another size',           url => url.replace(/size=\d+/, 'size=1')],
    ['another type',           url => url.replace('text%2Fcsv', 'text%2Fhtml')],
    ['another checksum',       url => url.replace(/sha256=../, 'sha256=00')],
    ['one more parameter',     url => url.replace('&signature', '&size=1&signature')],
    ['one at its end',         url => `${url}&size=1`],
    ['no signature',           url => url.replace(/&signature=.*/, '')],
    ['an empty signature',     url => url.replace(/&signature=.*/, '&signature=')],
    ['another signature',      url => url.replace(/&signature=.*/, `&signature=${'A'.repeat(43)}`)],
    ['a longer signature',     url => `${url}AAAA`],
    ['the signature twice',    url => `${url}&signature=${url.split('signature=')[1]}`],
    ['its signature respelt',  url => url.replace(/.$/, last => ({ A: 'B', Q: 'R', g: 'h', w: 'x' })[last] ?? `${last}=`)],
    ['a path upwards',         url => url.replace(KEY, '../../etc/passwd')],
    ['that path in code',      url => url.replace(KEY, '%2e%2e%2f%2e%2e%2fetc%2fpasswd')],
    ['another spelling',       url => url.replace('text%2Fcsv', 'text%2fcsv')],
    ['nothing at all',         url => url.replace(/\/objects\/.*/, '/objects/')],
  ])('with %s is LINK_INVALID, and stores nothing', async (_what, change) => {
    const link = await linkFor();
    const url = change(link.url);
    expect(url).not.toBe(link.url);
    expect((await put(BYTES, { ...link, url })).status).toBeOneOf([403, 404]);
    expect(await files()).toEqual([]);
    expect(await put(BYTES, link)).toEqual(DONE);
  });

  test('signed with another secret is invalid', async () => {
    const other = folderStore({ directory: services.directory, secret: 'another secret', url: () => server.url, clock });
    expect(await put(BYTES, await other.uploadLink(KEY, factsOf(BYTES), soon()))).toEqual(INVALID);
  });

  test.each(['POST', 'DELETE', 'PATCH'])('is not for %s', async method => {
    await stored();
    const response = await fetch(await downloadOf(), { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, PUT']);
    expect(await files()).toHaveLength(1);
  });

  test('may be used by pages of the listed origins alone', async () => {
    const { url } = await linkFor();
    const preflight = async (origin: string) =>
      (await fetch(url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'PUT' } })).headers;
    expect(Object.fromEntries(await preflight('https://app.example'))).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET, HEAD, PUT',
    });
    expect((await preflight('https://evil.example')).get('access-control-allow-origin')).toBeNull();
  });

  test('A4: is never logged, used or refused', async () => {
    const link = await linkFor();
    await put(BYTES, link);
    await put(BYTES, { ...link, url: `${link.url}A` });
    await (await fetch(await downloadOf())).arrayBuffer();
    await expect.poll(() => log.lines().filter(({ msg }) => msg === 'request')).toHaveLength(3);
    expect(log.text()).toContain('/objects/');
    expect(log.text()).not.toMatch(/signature|until=/);
    expect(log.text()).not.toContain(link.url.split('signature=')[1]);
  });
});

describe('removing', () => {
  test('takes the keys that are named and no others; what isn’t there is no error', async () => {
    await stored();
    await put(BYTES, await linkFor(BYTES, ELSE));
    await services.store.remove([KEY, objectKey(TENANT, OTHER)]);
    expect([await services.store.find(KEY), (await services.store.find(ELSE))?.size]).toEqual([null, BigInt(BYTES.length)]);
  });

  test('T1: takes all of one tenant’s and none of another’s, once or twice', async () => {
    await stored();
    await put(BYTES, await linkFor(BYTES, ELSE));
    for (const _ of [1, 2]) await services.store.removeAll(KEY.split('/')[0]!);
    expect([await services.store.find(KEY), (await services.store.find(ELSE))?.size]).toEqual([null, BigInt(BYTES.length)]);
  });

  test.each(['', '.', '..', '/', 'incoming', `${KEY.split('/')[0]}/..`, KEY])(
    'is refused for %j, which is no tenant’s part',
    async prefix => {
      await stored();
      expect(() => services.store.removeAll(prefix)).toThrow(TypeError);
      expect(await files()).toHaveLength(1);
    },
  );

  test.each(['', '../../etc/passwd', `${KEY}/..`, `../${KEY}`, `${KEY}\0`, KEY.toUpperCase()])('%j is no key', async key => {
    await expect(services.store.find(key)).rejects.toThrow(TypeError);
    await expect(services.store.remove([key])).rejects.toThrow(TypeError);
    await expect(services.store.uploadLink(key, factsOf(BYTES), soon())).rejects.toThrow(TypeError);
    await expect(services.store.downloadLink(key, { name: 'a', mediaType: 'a/b' }, soon())).rejects.toThrow(TypeError);
  });
});
