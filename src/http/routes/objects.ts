import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { GatewayError } from '../../domain/core/errors.ts';
import type { ObjectFacts } from '../../domain/core/services.ts';
import { attachment } from '../../store/disposition.ts';
import { UnlikeError } from '../../store/files.ts';
import type { FolderStore } from '../../store/folder.ts';
import { OBJECTS } from '../../store/link.ts';
import { answerCors } from '../server/cors.ts';
import type { Route } from '../server/route.ts';
import { byteRange } from './byte-range.ts';

const METHODS = 'GET, HEAD, PUT';

/**
 * Serves the links of a folder store: PUT accepts exactly the bytes that the link was signed for,
 * GET and HEAD return the object as a file to save, or a range of it. The link is the only
 * credential.
 */
export const objectsRoute =
  (store: FolderStore, corsOrigins: readonly string[]): Route =>
  async (request, response) => {
    const { method = '', url = '' } = request;
    if (!url.startsWith(OBJECTS)) return false;
    if (answerCors(corsOrigins, request, response, METHODS)) return true;
    response.setHeader('cache-control', 'no-store');
    if (!METHODS.split(', ').includes(method)) {
      response.setHeader('allow', METHODS);
      throw new GatewayError('METHOD_NOT_ALLOWED', `An object is available to ${METHODS}.`);
    }
    const pass = store.pass(method === 'HEAD' ? 'GET' : method, url);
    if (!pass) throw new GatewayError('LINK_INVALID', 'This link is not one of ours, or has expired. Ask for another.');
    if (pass.method === 'PUT') await put(store, pass.key, pass.facts, request, response);
    else await get(store, pass.key, pass.file, request, response);
    return true;
  };

type File = { readonly name: string; readonly mediaType: string };

const notStored = (what: string) => new GatewayError('OBJECT_NOT_STORED', `Nothing is stored: ${what}.`);

async function put(store: FolderStore, key: string, facts: ObjectFacts, request: IncomingMessage, response: ServerResponse) {
  const { 'content-length': length, 'content-type': type } = request.headers;
  if (length !== String(facts.size)) throw notStored(`the content-length is not ${facts.size}`);
  if (type !== facts.mediaType) throw notStored(`the content-type is not ${facts.mediaType}`);
  try {
    await store.write(key, facts, request);
  } catch (error) {
    if (error instanceof UnlikeError) throw notStored(error.message);
    if (!request.complete) return void response.destroy(); // The client left.
    throw error;
  }
  response.writeHead(204).end();
}

async function get(store: FolderStore, key: string, { name, mediaType }: File, request: IncomingMessage, response: ServerResponse) {
  const object = await store.open(key);
  if (!object) throw new GatewayError('NOT_FOUND', 'The object has been removed.');
  const { size } = object;
  const etag = `"${key.slice(key.indexOf('/') + 1)}"`; // The bytes behind a key never change.
  const { range, 'if-range': ifRange } = request.headers;
  const part = request.method === 'HEAD' ? null : byteRange({ range, ifRange: ifRange as string | undefined, size, etag });
  const headers = {
    'content-type': mediaType,
    'content-disposition': attachment(name),
    'content-security-policy': "default-src 'none'; sandbox",
    'accept-ranges': 'bytes',
    etag,
  };
  if (part === 'unsatisfiable') response.writeHead(416, { 'content-range': `bytes */${size}` });
  else if (part)
    response.writeHead(206, {
      ...headers,
      'content-length': part.end - part.start + 1,
      'content-range': `bytes ${part.start}-${part.end}/${size}`,
    });
  else response.writeHead(200, { ...headers, 'content-length': size });
  if (request.method === 'HEAD' || part === 'unsatisfiable') {
    response.end();
    return await object.close();
  }
  // A failure cuts the connection, so that the client doesn't take a part for the whole.
  await pipeline(object.bytes(part ?? undefined), response).catch(() => response.destroy());
}
