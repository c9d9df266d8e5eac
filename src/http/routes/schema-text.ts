import { createHash } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import { printSchema } from '../../graphql/schema.ts';
import type { Handler } from '../server/route.ts';

/**
 * Serves the text of the schema to those who may introspect it: everybody, because introspection
 * needs no permission. A client that has the text already, by its entity tag, gets 304.
 */
export function createSchemaText(schema: GraphQLSchema): Handler {
  let printed: { readonly text: Buffer; readonly etag: string } | undefined;
  return async (request, response) => {
    printed ??= print(schema);
    const { text, etag } = printed;
    const head = { etag, 'cache-control': 'no-cache' };
    if (namesTag(request.headers['if-none-match'], etag)) return void response.writeHead(304, head).end();
    response.writeHead(200, { ...head, 'content-type': 'text/plain; charset=utf-8', 'content-length': text.length });
    response.end(request.method === 'HEAD' ? undefined : text);
  };
}

function print(schema: GraphQLSchema) {
  const text = Buffer.from(printSchema(schema));
  return { text, etag: `"${createHash('sha256').update(text).digest('base64url')}"` };
}

/** Whether an `If-None-Match` header names a tag (RFC 9110, 13.1.2: also as a weak one). */
const namesTag = (header: string | undefined, etag: string): boolean =>
  Boolean(header?.split(',').some(tag => ['*', etag].includes(tag.trim().replace(/^W\//, ''))));
