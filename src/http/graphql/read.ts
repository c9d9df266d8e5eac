import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../domain/core/errors.ts';
import { checkNotRepeated } from '../auth/request-context.ts';
import { SERVER_LIMITS } from '../server/limits.ts';
import { MEDIA_TYPES, type MediaType, responseMediaType, takesStream } from '../server/negotiate.ts';
import { LIMITS } from './limits.ts';

/** The media type of a response, and whether it is sent as one server-sent event. */
export type Head = { readonly mediaType: MediaType; readonly isStreamed: boolean };

/**
 * Checks the head of a GraphQL request, and returns the media type of its response.
 *
 * @throws {GatewayError} BAD_REQUEST, NOT_ACCEPTABLE, CSRF_REFUSED, UNSUPPORTED_MEDIA_TYPE,
 * REQUEST_ENTITY_TOO_LARGE.
 */
export function checkHead(request: IncomingMessage): Head {
  const { method, headers } = request;
  checkNotRepeated(request);
  const mediaType = responseMediaType(headers.accept);
  const isStreamed = !mediaType && takesStream(headers.accept);
  if (!mediaType && !isStreamed)
    throw new GatewayError('NOT_ACCEPTABLE', 'Accept `application/graphql-response+json`, `application/json` or `text/event-stream`.');
  if (method === 'POST' && PLAIN_JSON.test(headers['content-type'] ?? '')) checkLength(headers);
  else checkUnusualHead(request);
  return { mediaType: mediaType ?? MEDIA_TYPES[0], isStreamed };
}

const PLAIN_JSON = /^application\/json(; ?charset=utf-8)?$/i;

/** A page of another origin can send neither of these without the browser asking us first. */
const CSRF_HEADERS = ['x-graphql-csrf', 'authorization', 'x-tenant-id', 'apollo-require-preflight'];
/** The media types that a form of any page may send. */
const FORM_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

function checkUnusualHead({ method, headers }: IncomingMessage): void {
  const contentType = (headers['content-type'] ?? '').toLowerCase();
  const isSimple = !contentType || FORM_TYPES.some(type => contentType.startsWith(type));
  if (isSimple && !CSRF_HEADERS.some(name => headers[name] !== undefined))
    throw new GatewayError(
      'CSRF_REFUSED',
      'A page of another origin could have sent this. Send a header that it can’t: `X-GraphQL-CSRF: 1`, `Apollo-Require-Preflight: true`, `Authorization` or `X-Tenant-Id`.',
    );
  if (method === 'GET') return;
  const [type, ...parameters] = contentType.split(';');
  const charset = parameters.map(parameter => /^\s*charset="?([^"\s]*)"?\s*$/.exec(parameter)?.[1]).find(Boolean) ?? 'utf-8';
  if (type?.trim() !== 'application/json' || charset !== 'utf-8') throw unsupportedMediaType();
  checkLength(headers);
}

function checkLength({ 'content-encoding': coding, 'content-length': length }: IncomingMessage['headers']): void {
  if (coding !== undefined && coding !== 'identity') throw unsupportedMediaType();
  if (Number(length ?? 0) > LIMITS.bodyBytes) throw bodyTooLarge();
}

const unsupportedMediaType = () =>
  new GatewayError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as `application/json`, in UTF-8 and not compressed.');

const bodyTooSlow = (seconds: number) => new GatewayError('BAD_REQUEST', `The body did not arrive within ${seconds} seconds.`);

const bodyTooLarge = () =>
  new GatewayError('REQUEST_ENTITY_TOO_LARGE', `The body is larger than ${LIMITS.bodyBytes} bytes.`, { limit: LIMITS.bodyBytes });

/**
 * Reads the text of a body; null if the client left before its end.
 *
 * @param timeout for the whole body, seconds.
 * @throws {GatewayError} REQUEST_ENTITY_TOO_LARGE; BAD_REQUEST for what isn't UTF-8 or takes too
 * long.
 */
export async function readBody(request: IncomingMessage, timeout = SERVER_LIMITS.bodyTimeout): Promise<string | null> {
  const chunks = await chunksOf(request, timeout);
  if (!chunks) return null;
  const text = chunks.length === 1 ? textOf(chunks[0]!) : textOfParts(chunks);
  if (text === null) throw new GatewayError('BAD_REQUEST', 'The body is not UTF-8.');
  return text;
}

const textOf = (bytes: Buffer): string | null => (isUtf8(bytes) ? bytes.toString() : null);

/**
 * The text of a body that came in parts. They aren't joined as bytes: malloc doesn't give back to
 * the machine what many large bodies took, and that doubled it.
 */
function textOfParts(chunks: readonly Buffer[]): string | null {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return chunks.map(chunk => decoder.decode(chunk, { stream: true })).join('') + decoder.decode();
  } catch {
    return null;
  }
}

const chunksOf = (request: IncomingMessage, timeout: number): Promise<readonly Buffer[] | null> =>
  new Promise((resolve, reject) => {
    if (request.destroyed) return resolve(null);
    const chunks: Buffer[] = [];
    let size = 0;
    // Most bodies come with the head, are complete by the end of this turn, and need no timer.
    setImmediate(() => {
      if (request.complete || request.destroyed) return;
      const timer = setTimeout(() => reject(bodyTooSlow(timeout)), timeout * 1000);
      for (const event of ['end', 'close']) request.once(event, () => clearTimeout(timer));
    });
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= LIMITS.bodyBytes) chunks.push(chunk);
      // What follows is read and dropped, so that the client reads the refusal.
      else reject(bodyTooLarge());
    });
    request.once('end', () => resolve(chunks));
    request.once('error', () => resolve(null)); // Node's name for a client that leaves.
  });
