import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a page may send: no cookies, because tokens travel in the `Authorization` header. */
const ALLOWED = {
  'access-control-allow-headers': [
    ...[
      'accept',
      'authorization',
      'content-type',
      'idempotency-key',
      'last-event-id',
      'x-cost',
      'x-graphql-csrf',
      'x-refusals',
      'x-request-id',
      'x-tenant-id',
      'range',
      'if-range',
    ],
    ...['apollo-require-preflight', 'apollographql-client-name', 'apollographql-client-version', 'x-apollo-operation-id'],
    ...['x-apollo-operation-name', 'traceparent', 'tracestate'],
  ].join(', '),
  'access-control-max-age': '600',
};

/** Whether an origin is listed; `http://localhost:*` lists those of every port. */
const isListed = (origins: readonly string[], origin: string): boolean =>
  origins.includes(origin) || origins.includes(origin.replace(/(:\d+)?$/, ':*'));

/**
 * Allows the pages of the listed origins to call from a browser. The headers are set on every
 * response, so that a page can also read a refusal.
 *
 * @param methods for `Access-Control-Allow-Methods`.
 * @returns whether the request was a preflight, which has been answered.
 */
export function answerCors(origins: readonly string[], request: IncomingMessage, response: ServerResponse, methods = 'GET, POST'): boolean {
  if (!origins.length) return false;
  response.setHeader('vary', 'origin');
  const { origin, 'access-control-request-method': requestedMethod } = request.headers;
  const listed = origin !== undefined && isListed(origins, origin);
  if (listed) {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader(
      'access-control-expose-headers',
      'accept-ranges, content-disposition, content-range, etag, ratelimit, ratelimit-policy, retry-after, x-request-id',
    );
  }
  if (request.method !== 'OPTIONS' || !requestedMethod) return false;
  response.writeHead(204, listed ? { 'access-control-allow-methods': methods, ...ALLOWED } : {}).end();
  return true;
}
