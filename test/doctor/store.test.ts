import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { storeGroup } from '../../src/doctor/store.ts';
import { systemClock } from '../../src/domain/core/services.ts';
import { BUCKET, KEYS, startS3 } from '../support/s3-server.ts';
import { complaints, findings } from './config.ts';

describe('the doctor and a folder of objects', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ipto-doctor-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  test('writes, reads and removes an object, and leaves none', async () => {
    expect(await findings(storeGroup, { STORE_DIRECTORY: directory })).toEqual([
      { check: 'store', outcome: 'ok', what: `wrote, read and removed an object in ${directory}` },
    ]);
    expect(await readdir(directory)).toEqual(['incoming']);
    expect(await readdir(join(directory, 'incoming'))).toEqual([]);
  });

  test('names a folder that does not exist, which it does not create, and a file', async () => {
    const missing = join(directory, 'missing');
    expect(complaints(await findings(storeGroup, { STORE_DIRECTORY: missing }))).toEqual([`wrong store: ${missing} is not a folder`]);
    expect(await readdir(directory)).toEqual([]);
    await writeFile(missing, '');
    expect(complaints(await findings(storeGroup, { STORE_DIRECTORY: missing }))).toEqual([`wrong store: ${missing} is not a folder`]);
  });

  test('names a folder where it can not write', async () => {
    await writeFile(join(directory, 'incoming'), 'in the way');
    expect(complaints(await findings(storeGroup, { STORE_DIRECTORY: directory }))).toEqual([expect.stringMatching(/^wrong store: EEXIST/)]);
  });
});

describe('the doctor and a bucket', () => {
  let s3: Awaited<ReturnType<typeof startS3>>;
  beforeEach(async () => {
    s3 = await startS3({ now: systemClock.now });
  });
  afterEach(() => s3.stop());

  const settings = (more: Record<string, string> = {}) => ({
    S3_BUCKET: BUCKET,
    S3_ENDPOINT: s3.url,
    S3_PATH_STYLE: 'true',
    S3_ACCESS_KEY_ID: KEYS.accessKeyId,
    S3_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    ...more,
  });
  const said = async (more?: Record<string, string>) => complaints(await findings(storeGroup, settings(more)));

  test('goes the way of a client, by signed links, and leaves nothing', async () => {
    expect(await findings(storeGroup, settings())).toEqual([
      { check: 'store', outcome: 'ok', what: 'wrote, read and removed an object in bucket objects' },
    ]);
    expect(s3.objects.size).toBe(0);
    expect(s3.requests.filter(request => request === 'object').length + s3.requests.length).toBeGreaterThan(4);
  });

  test('names a wrong key and a wrong bucket, with the rights that the key needs', async () => {
    for (const [wrong, status] of [
      [{ S3_SECRET_ACCESS_KEY: 'canary' }, 403],
      [{ S3_BUCKET: 'another' }, 404],
    ] as const) {
      const [finding] = await findings(storeGroup, settings(wrong));
      expect(finding).toMatchObject({ outcome: 'wrong', what: expect.stringContaining(String(status)) });
      expect(finding!.fix).toContain('s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket');
      expect(JSON.stringify(finding)).not.toContain('canary');
    }
  });

  test('names a service that stores bytes which differ from their checksum', async () => {
    const trusting = await startS3({ now: systemClock.now, comparesChecksums: false });
    expect(await said({ S3_ENDPOINT: trusting.url })).toEqual(['wrong store: bucket objects stores bytes that differ from their checksum']);
    expect(trusting.objects.size).toBe(0);
    await trusting.stop();
  });

  test('names a bucket that keeps a removed object', async () => {
    s3.stuck.has = () => true;
    expect(await said()).toEqual([expect.stringMatching(/^(wrong|unchecked) store: /)]);
  });

  test('cannot tell without an answer, and skips what is not set', async () => {
    const { url } = s3;
    await s3.stop();
    expect(await said({ S3_ENDPOINT: url })).toEqual([expect.stringMatching(/^unchecked store: /)]);
    expect(complaints(await findings(storeGroup, {}))).toEqual(['skipped store: neither STORE_DIRECTORY nor S3_BUCKET is set']);
    s3 = await startS3({ now: systemClock.now });
  });
});
