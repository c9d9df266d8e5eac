import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * What a page may send. Tokens travel in a header of the page's own, so no cookie ever counts, and
 * none is allowed for.
 */
const ALLOWED = {
  'access-control-allow-headers': 'accept, authorization, content-type, idempotency-key, x-graphql-csrf, x-request-id, x-tenant-id',
  'access-control-max-age': '600',
};

/**
 * Lets the pages of the listed origins call from a browser, and says nothing to those of any other.
 * The headers go onto every answer, so that a page can also read why it was refused.
 *
 * @param methods what is allowed there, as a header has it.
 * @returns whether the request was a preflight, which is answered with this.
 */
export function answerCors(origins: readonly string[], request: IncomingMessage, response: ServerResponse, methods = 'GET, POST'): boolean {
  if (!origins.length) return false;
  response.setHeader('vary', 'origin');
  const { origin, 'access-control-request-method': asked } = request.headers;
  const listed = origin !== undefined && origins.includes(origin);
  if (listed) {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-expose-headers', 'content-disposition, x-request-id');
  }
  if (request.method !== 'OPTIONS' || !asked) return false;
  response.writeHead(204, listed ? { 'access-control-allow-methods': methods, ...ALLOWED } : {}).end();
  return true;
}
