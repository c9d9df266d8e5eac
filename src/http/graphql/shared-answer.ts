import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isObjectType, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { accessOf } from '../../access/policy-plugin.ts';
import type { PreparedOperation } from '../../executor/prepared-operation.ts';
import { namesTag } from '../routes/schema-text.ts';
import type { GraphqlResponse } from './write.ts';

/** How long a cache may keep an answer that is the same for everybody, seconds. */
const MAX_AGE = 60;

/**
 * Makes the response to a GET of a document by its id cacheable, if all callers get the same answer
 * and it has no errors. No other answer may be kept. A tenant's document belongs to the tenant: its
 * answer may only be kept by the client, and is asked for again each time, because the document may
 * be retired.
 *
 * @param isOperators whether every caller may send the document.
 */
export function cacheable(
  { headers: sent }: Pick<IncomingMessage, 'headers'>,
  response: GraphqlResponse,
  operation: PreparedOperation | null,
  isOperators: boolean,
): GraphqlResponse {
  const { status = 200, text } = response;
  if (!operation || status !== 200 || sent['x-cost'] !== undefined || !text.startsWith('{"data":') || !isShared(operation)) return response;
  if (text.includes('"errors":')) return response;
  const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
  const headers = isOperators
    ? { etag, 'cache-control': `public, max-age=${MAX_AGE}`, vary: 'accept, origin' }
    : { etag, 'cache-control': 'private, no-cache', vary: 'accept, authorization, origin, x-tenant-id' };
  if (namesTag(sent['if-none-match'], etag)) return { ...response, status: 304, text: '', headers };
  return { ...response, headers };
}

/** Whether a query's answer depends neither on its caller nor on the tenant. */
function isShared({ schema, document, operation }: PreparedOperation): boolean {
  if (operation.operation !== 'query') return false;
  const root = schema.getQueryType();
  const types = new TypeInfo(schema);
  let shared = true;
  const fields = visitWithTypeInfo(types, {
    Field: () => {
      const [field, parent] = [types.getFieldDef(), types.getParentType()];
      if (!field || field.name === '__typename') return;
      const isPublic = isObjectType(parent) && accessOf(field).permission === null;
      if (!isPublic || (parent === root && !field.extensions.isShared)) shared = false;
    },
  });
  visit(document, fields);
  return shared;
}
