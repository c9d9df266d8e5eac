import type { IncomingMessage } from 'node:http';
import type { Database } from '../../database/index.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import type { Services } from '../../domain/core/services.ts';
import type { Context } from '../../graphql/core/context.ts';
import { keyContext, keyIn } from './api-key.ts';
import type { Authenticate, Token } from './authenticate.ts';
import type { RequestInput } from './build-context.ts';
import { tenantContext } from './tenant-context.ts';

/** What a request's context is worked out with. */
export type ContextOptions = { readonly database: Database; readonly authenticate: Authenticate; readonly services: Services };

/** Headers that decide who asks and where: each must stand once. */
const SINGLE: readonly string[] = ['authorization', 'x-tenant-id', 'idempotency-key'];

/** What stands in a header that stands once. */
const only = ({ headers }: IncomingMessage, name: string): string | undefined => headers[name] as string | undefined;

/** Who asks, by a token or a key, and for which tenant. */
export type Credentials = { readonly input: RequestInput } & (
  | { readonly key: string }
  | { readonly key: null; readonly token: Token | null }
);

/**
 * Who asks and for which tenant, by a request's headers: the same for GraphQL and for an export.
 *
 * @throws {GatewayError} UNAUTHENTICATED.
 */
export async function credentialsOf(
  request: IncomingMessage,
  requestId: string,
  { authenticate, services }: ContextOptions,
): Promise<Credentials> {
  const { authorization } = request.headers;
  const [tenant, idempotencyKey = null] = [only(request, 'x-tenant-id'), only(request, 'idempotency-key')];
  const input = { requestId, tenant, idempotencyKey, services };
  const key = keyIn(authorization);
  return key === null ? { input, key, token: await authenticate(authorization) } : { input, key };
}

/**
 * The context of a request, by what the database says at this moment (SPEC T2, T3).
 *
 * @throws {GatewayError} UNAUTHENTICATED, TENANT_NOT_FOUND, TENANT_CONFLICT; TENANT_STATUS for an
 * API key.
 */
export const requestContext = ({ input, ...by }: Credentials, { database }: Pick<ContextOptions, 'database'>): Promise<Context> =>
  by.key === null ? tenantContext(database, by.token, input) : keyContext(database, by.key, input);

/** @throws {GatewayError} BAD_REQUEST. */
export function checkSingle({ rawHeaders }: IncomingMessage): void {
  const met: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    if (!SINGLE.includes(name)) continue;
    if (met.includes(name)) throw new GatewayError('BAD_REQUEST', `The header ${name} stands more than once.`);
    met.push(name);
  }
}
