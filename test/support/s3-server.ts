import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type Keys, refusalOf, signedHeadersOf } from './s3-signature.ts';

export const BUCKET = 'objects';
export const KEYS: Keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };

type Stored = { readonly bytes: Buffer; readonly type: string; readonly checksum: string | null };

/** Keys on a page of a listing, at most. */
const PAGE = 1_000;

type S3Behaviour = { readonly now: () => Date; readonly keepsChecksums?: boolean; readonly comparesChecksums?: boolean };

/**
 * A peer that speaks S3's protocol as far as a store needs it, and is as strict: a request must be
 * signed by Signature Version 4 (s3-signature.ts), a checksum that is sent must be the bytes', a
 * page of a listing ends, a request removes 1,000 keys at most.
 */
export async function startS3({ now, keepsChecksums = true, comparesChecksums = true }: S3Behaviour) {
  const objects = new Map<string, Stored>();
  const requests: string[] = [];
  const stuck = new Set<string>();

  async function handle(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url!, 'http://s3');
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const asked = { method: request.method!, url: request.url!, headers };
    const body = await buffer(request);
    requests.push(
      `${request.method} ${url.searchParams.has('delete') ? '?delete' : url.searchParams.has('list-type') ? '?list' : 'object'}`,
    );
    const fail = (status: number, code: string) =>
      response
        .writeHead(status, { 'content-type': 'application/xml' })
        .end(request.method === 'HEAD' ? undefined : `<Error><Code>${code}</Code></Error>`);
    const refusal = refusalOf(asked, KEYS, now());
    if (refusal) return fail(403, refusal);
    const [, bucket, ...path] = decodeURIComponent(url.pathname).split('/');
    if (bucket !== BUCKET) return fail(404, 'NoSuchBucket');
    const key = path.join('/');
    if (url.searchParams.get('list-type') === '2') return list(url.searchParams, response);
    if (url.searchParams.has('delete')) return remove(String(body), response, fail);
    if (request.method === 'PUT') return put(key, body, headers, fail, response);
    const found = objects.get(key);
    if (!found) return fail(404, 'NoSuchKey');
    response.writeHead(200, {
      'content-length': found.bytes.length,
      'content-type': url.searchParams.get('response-content-type') ?? found.type,
      ...(url.searchParams.has('response-content-disposition') && {
        'content-disposition': url.searchParams.get('response-content-disposition')!,
      }),
      ...(headers['x-amz-checksum-mode'] === 'ENABLED' && found.checksum && { 'x-amz-checksum-sha256': found.checksum }),
    });
    response.end(request.method === 'HEAD' ? undefined : found.bytes);
  }

  function put(
    key: string,
    bytes: Buffer,
    headers: Record<string, string>,
    fail: (status: number, code: string) => void,
    response: ServerResponse,
  ) {
    const checksum = headers['x-amz-checksum-sha256'];
    if (comparesChecksums && checksum && checksum !== createHash('sha256').update(bytes).digest('base64')) return fail(400, 'BadDigest');
    objects.set(key, { bytes, type: headers['content-type'] ?? '', checksum: keepsChecksums ? (checksum ?? null) : null });
    response.writeHead(200).end();
  }

  function list(query: URLSearchParams, response: ServerResponse) {
    const most = Math.min(Number(query.get('max-keys') ?? PAGE), PAGE);
    const after = query.get('continuation-token') ?? '';
    const keys = [...objects.keys()].sort().filter(key => key.startsWith(query.get('prefix') ?? '') && key > after);
    const page = keys.slice(0, most);
    const isCut = keys.length > page.length;
    response
      .writeHead(200, { 'content-type': 'application/xml' })
      .end(
        `<ListBucketResult><IsTruncated>${isCut}</IsTruncated>${isCut ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''}${page
          .map(key => `<Contents><Key>${key}</Key></Contents>`)
          .join('')}</ListBucketResult>`,
      );
  }

  function remove(xml: string, response: ServerResponse, fail: (status: number, code: string) => void) {
    const keys = [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(match => match[1]!);
    if (!keys.length || keys.length > PAGE) return fail(400, 'MalformedXML');
    for (const key of keys) if (!stuck.has(key)) objects.delete(key);
    const errors = keys
      .filter(key => stuck.has(key))
      .map(key => `<Error><Key>${key}</Key><Code>AccessDenied</Code><Message>kept</Message></Error>`);
    response.writeHead(200, { 'content-type': 'application/xml' }).end(`<DeleteResult>${errors.join('')}</DeleteResult>`);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(error => response.destroy(error));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    /** What was asked, in order. */
    requests,
    /** Keys that it does not remove. */
    stuck,
    signedHeadersOf: (url: string) => signedHeadersOf({ method: '', url, headers: {} }),
    stop: () => new Promise<void>(resolve => server.close(() => resolve()).closeAllConnections()),
  };
}
