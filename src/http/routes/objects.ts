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

const METHODS = 'GET, PUT';

/**
 * Serves the links of a folder: PUT takes exactly the bytes that the link was made for, GET gives
 * them as a file to save. A link is all that somebody needs; without one that holds there is
 * nothing here. A range is not looked at: the whole is sent.
 */
export const objectsRoute =
  (store: FolderStore, corsOrigins: readonly string[]): Route =>
  async (request, response) => {
    const { method = '', url = '' } = request;
    if (!url.startsWith(OBJECTS)) return false;
    if (answerCors(corsOrigins, request, response, METHODS)) return true;
    response.setHeader('cache-control', 'no-store');
    if (method !== 'GET' && method !== 'PUT') {
      response.setHeader('allow', METHODS);
      throw new GatewayError('METHOD_NOT_ALLOWED', 'An object is put or got.');
    }
    const pass = store.pass(method, url);
    if (!pass) throw new GatewayError('LINK_INVALID', 'This link is not one of ours, or has expired. Ask for another.');
    if (pass.method === 'PUT') await put(store, pass.key, pass.facts, request, response);
    else await get(store, pass.key, pass.file, response);
    return true;
  };

const unlike = (what: string) => new GatewayError('OBJECT_NOT_STORED', `Nothing is stored: ${what}.`);

async function put(store: FolderStore, key: string, facts: ObjectFacts, request: IncomingMessage, response: ServerResponse) {
  const { 'content-length': length, 'content-type': type } = request.headers;
  if (length !== String(facts.size)) throw unlike(`the content-length is not ${facts.size}`);
  if (type !== facts.mediaType) throw unlike(`the content-type is not ${facts.mediaType}`);
  try {
    await store.write(key, facts, request);
  } catch (error) {
    if (error instanceof UnlikeError) throw unlike(error.message);
    if (!request.complete) return void response.destroy(); // the client left
    throw error;
  }
  response.writeHead(204).end();
}

async function get(store: FolderStore, key: string, { name, mediaType }: { name: string; mediaType: string }, response: ServerResponse) {
  const found = await store.read(key);
  if (!found) throw new GatewayError('NOT_FOUND', 'The object is not here any more.');
  response.writeHead(200, {
    'content-type': mediaType,
    'content-length': found.size,
    'content-disposition': attachment(name),
    'content-security-policy': "default-src 'none'; sandbox",
    'accept-ranges': 'none',
  });
  // the client left, or a part would look like the whole
  await pipeline(found.bytes, response).catch(() => response.destroy());
}
