import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { openStore } from '../cli/store.ts';
import { minutesAfter, type ObjectFacts, type ObjectStore, systemClock } from '../domain/core/services.ts';
import { objectKey, prefixOf } from '../domain/object/key.ts';
import { type Files, filesIn } from '../store/files.ts';
import { type Finding, type Group, ok, reason, skipped, unchecked, wrong } from './finding.ts';

const CHECK = 'store';
const RIGHTS = 's3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket';

/** Writes an object of a tenant that doesn't exist, reads it, and removes it. */
export const storeGroup: Group = {
  name: CHECK,
  run: async ({ values }, signal) => {
    const { STORE_DIRECTORY: directory, S3_BUCKET: bucket, S3_REGION = 'us-east-1', S3_PATH_STYLE = false } = values;
    if (directory) return [await folder(directory)];
    if (!bucket) return [skipped(CHECK, 'neither STORE_DIRECTORY nor S3_BUCKET is set')];
    const { store } = await openStore({ ...values, S3_REGION, S3_PATH_STYLE }, systemClock);
    return [await s3(store, bucket, signal)];
  },
};

const tenant = randomUUID();
const bytes = randomBytes(64);
const key = objectKey(tenant, randomUUID());
const facts: ObjectFacts = { size: BigInt(bytes.length), mediaType: 'text/plain', sha256: createHash('sha256').update(bytes).digest() };

async function folder(directory: string): Promise<Finding> {
  const found = await stat(directory).catch(() => null);
  if (!found?.isDirectory())
    return wrong(CHECK, `${directory} is not a folder`, `create it, or name another in STORE_DIRECTORY: mkdir -p ${directory}`);
  const files: Files = filesIn(directory);
  try {
    await files.write(key, facts, Readable.from([bytes]));
    if (!isSame(await files.find(key))) return wrong(CHECK, `${directory} returns other bytes`, 'check the disk');
    await files.remove([key]);
    return ok(CHECK, `wrote, read and removed an object in ${directory}`);
  } catch (error) {
    return wrong(CHECK, reason(error), `let the gateway's user write in ${directory}`);
  } finally {
    await files.removeAll(prefixOf(tenant)).catch(() => {});
  }
}

/** The way of a client: the signed links, in both directions. */
async function s3(store: ObjectStore, bucket: string, signal: AbortSignal): Promise<Finding> {
  const until = minutesAfter(systemClock.now(), 1);
  const refused = (doing: string, { status }: Response) =>
    wrong(
      CHECK,
      `${doing} bucket ${bucket} answered ${status}`,
      `check S3_BUCKET, S3_REGION, S3_ENDPOINT and the access key's rights: ${RIGHTS}`,
    );
  try {
    const upload = await store.uploadLink(key, facts, until);
    const put = (body: Buffer) => fetch(upload.url, { method: 'PUT', headers: upload.headers, body: new Uint8Array(body), signal });
    await put(randomBytes(bytes.length));
    if (isSame(await store.find(key)))
      return wrong(
        CHECK,
        `bucket ${bucket} stores bytes that differ from their checksum`,
        'use a service that checks x-amz-checksum-sha256',
      );
    const written = await put(bytes);
    if (!written.ok) return refused('writing to', written);
    const read = await fetch(await store.downloadLink(key, { name: 'doctor.txt', mediaType: 'text/plain' }, until), { signal });
    if (!read.ok) return refused('reading from', read);
    if (!bytes.equals(Buffer.from(await read.arrayBuffer())) || !isSame(await store.find(key)))
      return wrong(CHECK, `bucket ${bucket} returns other bytes`, 'check the service behind S3_ENDPOINT');
    await store.remove([key]);
    if (await store.find(key)) return wrong(CHECK, `bucket ${bucket} still has a removed object`, 'end old versions by a lifecycle rule');
    await store.removeAll(prefixOf(tenant));
    return ok(CHECK, `wrote, read and removed an object in bucket ${bucket}`);
  } catch (error) {
    return trouble(error);
  } finally {
    await store.remove([key]).catch(() => {});
  }
}

const isSame = (found: Pick<ObjectFacts, 'size' | 'sha256'> | null) =>
  found?.size === facts.size && Buffer.from(found.sha256).equals(facts.sha256);

/** An error of the client: a refusal by the service, or no answer. */
function trouble(error: unknown): Finding {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  return status
    ? wrong(CHECK, `the service answered ${status} ${name}`, `check S3_BUCKET, S3_REGION and the access key's rights: ${RIGHTS}`)
    : unchecked(CHECK, reason(error), 'correct S3_ENDPOINT and S3_REGION, or let this machine reach them');
}
