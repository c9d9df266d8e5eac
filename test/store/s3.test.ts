import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { minutesAfter } from '../../src/domain/core/services.ts';
import { objectKey } from '../../src/domain/object/key.ts';
import { type S3Options, type S3Store, s3Store } from '../../src/store/s3.ts';
import { movableClock } from '../support/gateway.ts';
import { BUCKET, KEYS, startS3 } from '../support/s3-server.ts';
import { refusalOf } from '../support/s3-signature.ts';

const TENANT = '018f2b9a-0000-7000-8000-000000000001';
const OTHER = '018f2b9a-0000-7000-8000-000000000002';
const idOf = (n: number) => `018f2b9a-0000-7000-8000-${String(n).padStart(12, '0')}`;
const KEY = objectKey(TENANT, idOf(1));
const BYTES = randomBytes(5_000);
const sha256 = (bytes: Uint8Array) => Uint8Array.from(createHash('sha256').update(bytes).digest());
const FACTS = { size: BigInt(BYTES.length), mediaType: 'text/csv', sha256: sha256(BYTES) };

const clock = movableClock();
let s3: Awaited<ReturnType<typeof startS3>>;
let store: S3Store;
const open = (more: Partial<S3Options> = {}) =>
  s3Store({ bucket: BUCKET, region: 'eu-central-1', endpoint: s3.url, pathStyle: true, credentials: KEYS, clock, ...more });
beforeEach(async () => {
  s3 = await startS3({ now: clock.now });
  store = open();
});
afterEach(async () => {
  store.close();
  await s3.stop();
});

const soon = () => minutesAfter(clock.now(), 5);
const put = async (bytes: Uint8Array, { url, headers }: { url: string; headers: Readonly<Record<string, string>> }) =>
  (await fetch(url, { method: 'PUT', headers, body: Buffer.from(bytes) })).status;

describe('Signature Version 4, as the peer of these tests checks it', () => {
  const at = new Date('2013-05-24T00:00:00Z');
  const EXAMPLE =
    '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z' +
    '&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';
  const headers = { host: 'examplebucket.s3.amazonaws.com' };

  test('takes Amazon’s own example of a presigned URL, for as long as it is good, and nothing like it', () => {
    const request = { method: 'GET', url: EXAMPLE, headers };
    expect(refusalOf(request, KEYS, at)).toBeNull();
    expect(refusalOf(request, KEYS, new Date('2013-05-25T00:00:00Z'))).toBe('AccessDenied');
    expect(refusalOf({ ...request, method: 'PUT' }, KEYS, at)).toBe('SignatureDoesNotMatch');
    expect(refusalOf({ ...request, url: EXAMPLE.replace('test', 'text') }, KEYS, at)).toBe('SignatureDoesNotMatch');
    expect(refusalOf({ ...request, headers: { host: 'other.s3.amazonaws.com' } }, KEYS, at)).toBe('SignatureDoesNotMatch');
  });

  test('takes Amazon’s own example of a signed header, and nothing like it', () => {
    const request = {
      method: 'GET',
      url: '/test.txt',
      headers: {
        ...headers,
        range: 'bytes=0-9',
        'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        'x-amz-date': '20130524T000000Z',
        authorization:
          'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,' +
          'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
      },
    };
    expect(refusalOf(request, KEYS, at)).toBeNull();
    expect(refusalOf({ ...request, headers: { ...request.headers, range: 'bytes=0-8' } }, KEYS, at)).toBe('SignatureDoesNotMatch');
    expect(refusalOf({ ...request, headers }, KEYS, at)).toBe('AccessDenied');
  });
});

describe('an upload to S3', () => {
  test('lies there, and is found by its size and the checksum that the store keeps, without being read', async () => {
    expect(await store.find(KEY)).toBeNull();
    expect(await put(BYTES, await store.uploadLink(KEY, FACTS, soon()))).toBe(200);
    s3.requests.length = 0;
    expect(await store.find(KEY)).toEqual({ size: FACTS.size, sha256: FACTS.sha256 });
    expect(s3.requests).toEqual(['HEAD object']);
    expect(s3.objects.get(KEY)!.bytes).toEqual(BYTES);
  });

  test('binds length, media type and checksum: they are signed headers, and the checksum is none of the query', async () => {
    const { url, headers } = await store.uploadLink(KEY, FACTS, soon());
    expect(s3.signedHeadersOf(url)).toEqual(['content-length', 'content-type', 'host', 'x-amz-checksum-sha256']);
    expect(headers).toEqual({ 'content-type': 'text/csv', 'x-amz-checksum-sha256': Buffer.from(FACTS.sha256).toString('base64') });
    expect(url).not.toMatch(/checksum=|x-amz-checksum-sha256=|crc/i);
  });

  test('of other bytes, of more, of another type, or without its checksum is refused, and leaves nothing', async () => {
    const link = await store.uploadLink(KEY, FACTS, soon());
    expect(await put(randomBytes(BYTES.length), link)).toBe(400);
    expect(await put(randomBytes(BYTES.length + 1), link)).toBe(403);
    expect(await put(BYTES, { ...link, headers: { ...link.headers, 'content-type': 'text/html' } })).toBe(403);
    expect(await put(BYTES, { ...link, headers: { 'content-type': 'text/csv' } })).toBe(403);
    const other = randomBytes(BYTES.length);
    const checksum = Buffer.from(sha256(other)).toString('base64');
    expect(await put(other, { ...link, headers: { ...link.headers, 'x-amz-checksum-sha256': checksum } })).toBe(403);
    expect(s3.objects.size).toBe(0);
  });

  test('is over when its time is, and leads to no other object', async () => {
    const link = await store.uploadLink(KEY, FACTS, soon());
    expect(await put(BYTES, { ...link, url: link.url.replace(idOf(1), idOf(2)) })).toBe(403);
    clock.advance({ minutes: 5 });
    expect(await put(BYTES, link)).toBe(403);
    expect(s3.objects.size).toBe(0);
  });

  test('without a stored checksum gets one from its bytes', async () => {
    const plain = await startS3({ now: clock.now, keepsChecksums: false });
    const without = open({ endpoint: plain.url });
    expect(await put(BYTES, await without.uploadLink(KEY, FACTS, soon()))).toBe(200);
    expect(await without.find(KEY)).toEqual({ size: FACTS.size, sha256: FACTS.sha256 });
    without.close();
    await plain.stop();
  });
});

describe('a download from S3', () => {
  test('is the bytes as a file to save, until its time is over, and no other object’s', async () => {
    await put(BYTES, await store.uploadLink(KEY, FACTS, soon()));
    const url = await store.downloadLink(KEY, { name: 'données "1".csv', mediaType: 'text/csv' }, soon());
    const response = await fetch(url);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(BYTES);
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="donne_es _1_.csv"; filename*=UTF-8''donn%C3%A9es%20%221%22.csv`,
    );
    expect(response.headers.get('content-type')).toBe('text/csv');
    expect((await fetch(url.replace('csv', 'html'))).status).toBe(403);
    expect((await fetch(url.replace(idOf(1), idOf(2)))).status).toBe(403);
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403);
    clock.advance({ minutes: 5 });
    expect((await fetch(url)).status).toBe(403);
  });
});

describe('removing from S3', () => {
  const fill = (tenant: string, count: number) => {
    for (let n = 1; n <= count; n += 1) s3.objects.set(objectKey(tenant, idOf(n)), { bytes: BYTES, type: 'text/csv', checksum: null });
  };

  test('takes the keys that are named, in requests of 1,000; what isn’t there is no error', async () => {
    fill(TENANT, 2_100);
    fill(OTHER, 1);
    await store.remove([objectKey(TENANT, idOf(9_999)), ...Array.from({ length: 2_050 }, (_, n) => objectKey(TENANT, idOf(n + 1)))]);
    expect(s3.objects.size).toBe(51);
    expect(s3.requests).toEqual(['POST ?delete', 'POST ?delete', 'POST ?delete']);
    await store.remove([]);
    expect(s3.requests).toHaveLength(3);
  });

  test('T1: takes all of one tenant’s, page by page, and none of another’s, once or twice', async () => {
    fill(TENANT, 2_100);
    fill(OTHER, 3);
    for (const _ of [1, 2]) await store.removeAll(KEY.split('/')[0]!);
    expect([...s3.objects.keys()]).toEqual([1, 2, 3].map(n => objectKey(OTHER, idOf(n))));
  });

  test('what the store keeps nevertheless is an error, so that it is tried again', async () => {
    fill(TENANT, 2);
    s3.stuck.add(KEY);
    await expect(store.remove([KEY])).rejects.toThrow('the store kept 1 objects: AccessDenied kept');
    await expect(store.removeAll(KEY.split('/')[0]!)).rejects.toThrow('the store kept 1 objects');
    s3.stuck.clear();
    await store.removeAll(KEY.split('/')[0]!);
    expect(s3.objects.size).toBe(0);
  });

  test.each(['', '.', '/', KEY])('is refused for %j, which is no tenant’s part', async prefix => {
    fill(TENANT, 1);
    await expect(store.removeAll(prefix)).rejects.toThrow(TypeError);
    expect(s3.objects.size).toBe(1);
  });
});

test('a store that is away, or that refuses the key, is an error and not an absence', async () => {
  const wrong = open({ credentials: { ...KEYS, secretAccessKey: 'another' } });
  await expect(wrong.find(KEY)).rejects.toThrow();
  wrong.close();
  const elsewhere = open({ bucket: 'another' });
  await expect(elsewhere.removeAll(KEY.split('/')[0]!)).rejects.toThrow();
  elsewhere.close();
});

test('a bucket is named in the host of a link, or in its path where that is set', async () => {
  const hosted = open({ endpoint: 'https://s3.example', pathStyle: false });
  const file = { name: 'a', mediaType: 'a/b' };
  expect(await hosted.downloadLink(KEY, file, soon())).toMatch(`https://${BUCKET}.s3.example/${KEY}?`);
  expect(await store.downloadLink(KEY, file, soon())).toMatch(`${s3.url}/${BUCKET}/${KEY}?`);
  const amazon = open({ endpoint: undefined, pathStyle: false });
  expect(await amazon.downloadLink(KEY, file, soon())).toMatch(`https://${BUCKET}.s3.eu-central-1.amazonaws.com/${KEY}?`);
  hosted.close();
  amazon.close();
});
