import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { mayAllIntrospect, mayIntrospect } from '../../access/introspection.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import { printSchema } from '../../graphql/schema.ts';
import { type ContextOptions, checkNotRepeated, credentialsOf, requestContext } from '../auth/request-context.ts';
import { RequestBudget } from '../budget/request-budget.ts';
import type { Handler, Served } from '../server/route.ts';

/**
 * Serves the text of the schema to those who may introspect it. A client that has the text already,
 * by its entity tag, gets 304.
 */
export function createSchemaText(options: ContextOptions & { readonly schema: GraphQLSchema }): Handler {
  let printed: { readonly text: Buffer; readonly etag: string } | undefined;
  const isPublic = mayAllIntrospect(options.introspection);
  return async (request, response, served) => {
    if (!isPublic) await checkReader(options, request, response, served);
    printed ??= print(options.schema);
    const { text, etag } = printed;
    const head = { etag, 'cache-control': isPublic ? 'no-cache' : 'private, no-cache' };
    if (namesTag(request.headers['if-none-match'], etag)) return void response.writeHead(304, head).end();
    response.writeHead(200, { ...head, 'content-type': 'text/plain; charset=utf-8', 'content-length': text.length });
    response.end(request.method === 'HEAD' ? undefined : text);
  };
}

/** @throws {GatewayError} UNAUTHENTICATED; NOT_FOUND where nobody may read the schema. */
async function checkReader(
  options: ContextOptions,
  request: IncomingMessage,
  response: ServerResponse,
  { requestId }: Served,
): Promise<void> {
  response.appendHeader('vary', 'authorization');
  checkNotRepeated(request);
  const credentials = await credentialsOf(request, requestId, options, new RequestBudget(options.budget, request, response));
  if (mayIntrospect(await requestContext(credentials, options))) return;
  if (options.introspection === 'off') throw new GatewayError('NOT_FOUND', 'This gateway does not show its schema.');
  throw new GatewayError('UNAUTHENTICATED', 'Sign in to read the schema.');
}

function print(schema: GraphQLSchema) {
  const text = Buffer.from(printSchema(schema));
  return { text, etag: `"${createHash('sha256').update(text).digest('base64url')}"` };
}

/** Whether an `If-None-Match` header names a tag (RFC 9110, 13.1.2: also as a weak one). */
export const namesTag = (header: string | undefined, etag: string): boolean =>
  Boolean(header?.split(',').some(tag => ['*', etag].includes(tag.trim().replace(/^W\//, ''))));
