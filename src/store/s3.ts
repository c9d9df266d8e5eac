import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NotFound,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Clock, ObjectStore } from '../domain/core/services.ts';
import { attachment } from './disposition.ts';
import { checkKey, checkPrefix } from './key.ts';

export type S3Options = {
  readonly bucket: string;
  readonly region: string;
  /** The endpoint of a service other than Amazon's. */
  readonly endpoint?: string | undefined;
  /** Whether the bucket is part of the path, as MinIO needs it, rather than of the host name. */
  readonly pathStyle: boolean;
  /** Without, the client uses Amazon's defaults: the environment, a file or the machine's role. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  readonly clock: Clock;
};

/** A store in S3. */
export type S3Store = ObjectStore & { close(): void };

// The pinned client supports Node 20. Its warning about future versions would only confuse.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** Keys per delete request. */
const BATCH = 1_000;

const CHECKSUM = 'x-amz-checksum-sha256';

/**
 * Objects in a bucket of S3 or a compatible service. Links are presigned. Those for an upload bind
 * length, media type and SHA-256, which the service checks; no bytes pass through the gateway.
 */
export function s3Store({ bucket: Bucket, region, endpoint, pathStyle, credentials, clock }: S3Options): S3Store {
  const client = new S3Client({
    region,
    forcePathStyle: pathStyle,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
  });
  const signing = (until: Date) => {
    const now = clock.now();
    return { signingDate: now, expiresIn: Math.max(1, Math.floor((until.getTime() - now.getTime()) / 1000)) };
  };
  const removed = async (keys: readonly string[]) => {
    const Objects = keys.map(Key => ({ Key }));
    const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    if (Errors.length) throw new Error(`the store kept ${Errors.length} objects: ${Errors[0]!.Code} ${Errors[0]!.Message}`);
  };
  return {
    uploadLink: async (key, { size, mediaType, sha256 }, until) => {
      const checksum = Buffer.from(sha256).toString('base64');
      const command = new PutObjectCommand({
        ...{ Bucket, Key: checkKey(key) },
        ...{ ContentLength: Number(size), ContentType: mediaType, ChecksumSHA256: checksum },
      });
      const url = await getSignedUrl(client, command, {
        ...signing(until),
        signableHeaders: new Set(['host', 'content-length', 'content-type', CHECKSUM]),
        unhoistableHeaders: new Set([CHECKSUM]),
      });
      return { url, headers: { 'content-type': mediaType, [CHECKSUM]: checksum } };
    },
    downloadLink: (key, { name, mediaType }, until) =>
      getSignedUrl(
        client,
        new GetObjectCommand({
          ...{ Bucket, Key: checkKey(key) },
          ...{ ResponseContentDisposition: attachment(name), ResponseContentType: mediaType, ResponseCacheControl: 'no-store' },
        }),
        signing(until),
      ),
    find: async key => {
      const Key = checkKey(key);
      const head = await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' })).catch(absent);
      if (!head) return null;
      const sha256 = head.ChecksumSHA256 ? Buffer.from(head.ChecksumSHA256, 'base64') : await hashOf(client, Bucket, Key);
      return { size: BigInt(head.ContentLength!), sha256: Uint8Array.from(sha256) };
    },
    remove: async keys => {
      for (let from = 0; from < keys.length; from += BATCH) await removed(keys.slice(from, from + BATCH).map(checkKey));
    },
    removeAll: async prefix => {
      for await (const { Contents = [] } of paginateListObjectsV2(
        { client, pageSize: BATCH },
        { Bucket, Prefix: `${checkPrefix(prefix)}/` },
      ))
        if (Contents.length) await removed(Contents.map(({ Key }) => Key!));
    },
    close: () => client.destroy(),
  };
}

const absent = (error: unknown): null => {
  if (error instanceof NotFound) return null;
  throw error;
};

/** Computes the checksum of an object for which the service stores none. */
async function hashOf(client: S3Client, Bucket: string, Key: string): Promise<Uint8Array> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  const hash = createHash('sha256');
  for await (const chunk of Body as Readable) hash.update(chunk);
  return Uint8Array.from(hash.digest());
}
