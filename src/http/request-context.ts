import type { IncomingMessage } from 'node:http';
import type { Database } from '../database/client.ts';
import { GatewayError } from '../domain/errors.ts';
import type { Services } from '../domain/services.ts';
import type { Context } from '../graphql/context.ts';
import type { Authenticate } from './authenticate.ts';
import { keyContext, keyIn } from './key.ts';
import { tenantContext } from './tenant-context.ts';

/** What a request's context is worked out with. */
export type ContextOptions = { readonly database: Database; readonly authenticate: Authenticate; readonly services: Services };

/** Headers that decide who asks and where: each must stand once. */
const SINGLE = ['authorization', 'x-tenant-id', 'idempotency-key'];

const only = ({ headersDistinct }: IncomingMessage, name: string): string | undefined => headersDistinct[name]?.[0];

/**
 * Who asks and for which tenant, by a request's headers: the same for GraphQL and for an export (SPEC T2, T3).
 *
 * @throws {GatewayError} UNAUTHENTICATED, TENANT_NOT_FOUND, TENANT_CONFLICT; TENANT_STATUS for an API key.
 */
export async function requestContext(
  request: IncomingMessage,
  requestId: string,
  { database, authenticate, services }: ContextOptions,
): Promise<Context> {
  const { authorization } = request.headers;
  const [tenant, idempotencyKey = null] = [only(request, 'x-tenant-id'), only(request, 'idempotency-key')];
  const asked = { requestId, tenant, idempotencyKey, services };
  const key = keyIn(authorization);
  return key === null ? tenantContext(database, await authenticate(authorization), asked) : keyContext(database, key, asked);
}

/** @throws {GatewayError} BAD_REQUEST. */
export function checkSingle(request: IncomingMessage): void {
  for (const name of SINGLE)
    if ((request.headersDistinct[name]?.length ?? 0) > 1)
      throw new GatewayError('BAD_REQUEST', `The header ${name} stands more than once.`);
}
